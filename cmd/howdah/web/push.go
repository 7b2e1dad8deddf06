package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"howdah/probe"

	"github.com/labstack/echo/v4"
)

// Push takes in what jobs and other vantages report; *probe.Push is one, whose
// errors are known here.
type Push interface {
	Report(name, token string, r probe.Report) error
}

// maxReport bounds the body of a report, in bytes.
const maxReport = 4 << 10

// push takes one report. Who reports is known by a token in a header, which no
// other site can make a browser send, so there is nothing to forge.
func (s *Server) push(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	token := bearer(c.Request())
	if token == "" {
		return s.refuse(c, http.StatusUnauthorized, "send the token as Authorization: Bearer TOKEN")
	}
	r, err := readReport(c.Response(), c.Request())
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		return s.refuse(c, http.StatusRequestEntityTooLarge, fmt.Sprintf("a report has at most %d bytes", maxReport))
	} else if err != nil {
		return s.refuse(c, http.StatusBadRequest, err.Error())
	}
	err = s.pushes.Report(c.Param("name"), token, r)
	switch {
	case err == nil:
		return c.NoContent(http.StatusNoContent)
	case errors.Is(err, probe.ErrUnknownPush):
		return s.refuse(c, http.StatusNotFound, err.Error())
	case errors.Is(err, probe.ErrPushToken):
		return s.refuse(c, http.StatusUnauthorized, err.Error())
	case errors.Is(err, probe.ErrPushTooOften):
		c.Response().Header().Set("Retry-After", "1")
		return s.refuse(c, http.StatusTooManyRequests, err.Error())
	case errors.Is(err, probe.ErrPushMalformed):
		return s.refuse(c, http.StatusBadRequest, err.Error())
	}
	return err
}

// bearer is the token of a request (RFC 6750, section 2.1); empty when it has
// none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// readReport reads the body of a report: an empty one says that all is well.
func readReport(w http.ResponseWriter, r *http.Request) (probe.Report, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxReport))
	if err != nil {
		return probe.Report{}, fmt.Errorf("reading the report: %w", err)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return probe.Report{Verdict: probe.OK}, nil
	}
	var said struct {
		Verdict probe.Verdict `json:"verdict"`
		Reason  probe.Reason  `json:"reason"`
		Detail  string        `json:"detail"`
		TookMS  float64       `json:"took_ms"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&said); err != nil {
		return probe.Report{}, fmt.Errorf("want a JSON object of verdict, reason, detail and took_ms, or nothing: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return probe.Report{}, errors.New("something follows the JSON object")
	}
	// Far beyond what counts as a time, and not beyond what a Duration holds.
	const most = float64(1000 * 24 * time.Hour / time.Millisecond)
	took := time.Duration(min(max(said.TookMS, -1), most) * float64(time.Millisecond))
	return probe.Report{Verdict: said.Verdict, Reason: said.Reason, Detail: said.Detail, Took: took}, nil
}
