package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// document is a resource ready to be sent: as it is and compressed.
type document struct {
	kind     string
	shared   bool
	plain    []byte
	packed   []byte // nil when it would not be smaller
	tag      string // strong, of plain; without quotes
	modified time.Time
	dated    []string // modified as Last-Modified has it
	// Headers of both forms, but Last-Modified. All answers share their values.
	plainHead, packedHead http.Header
}

// newDocument makes the resource. last is what it was before, nil when that is
// not known.
func newDocument(r resource, last *document) (*document, error) {
	var plain bytes.Buffer
	if err := r.make(&plain); err != nil {
		return nil, err
	}
	d := &document{kind: r.kind, shared: r.shared, plain: plain.Bytes(), tag: tagOf(plain.Bytes())}
	if last != nil && last.tag == d.tag {
		d.plain, d.packed = last.plain, last.packed
		d.prepare()
		return d, nil
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if _, err := z.Write(d.plain); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if packed.Len() < plain.Len() {
		d.packed = packed.Bytes()
	}
	d.prepare()
	return d, nil
}

// prepare makes the headers, so that an answer need not.
func (d *document) prepare() {
	head := func(body []byte, tag, coding string) http.Header {
		h := http.Header{
			"Vary":         {"Accept-Encoding"},
			"Content-Type": {d.kind},
			"Etag":         {`"` + tag + `"`},
			// Kept, but asked about each time: a change must show at once.
			"Cache-Control":  {"public, no-cache"},
			"Content-Length": {strconv.Itoa(len(body))},
		}
		if coding != "" {
			h["Content-Encoding"] = []string{coding}
		}
		if d.shared {
			h["Access-Control-Allow-Origin"] = []string{"*"}
			h["Cross-Origin-Resource-Policy"] = []string{"cross-origin"}
		}
		return h
	}
	d.plainHead = head(d.plain, d.tag, "")
	if d.packed != nil {
		// Other bytes, another strong tag (RFC 9110, section 8.8.3.3).
		d.packedHead = head(d.packed, d.tag+"-gz", "gzip")
	}
}

// date says since when the document is as it is; zero when that is not known.
func (d *document) date(at time.Time) {
	d.modified, d.dated = at, nil
	if !at.IsZero() {
		d.dated = []string{at.Format(http.TimeFormat)}
	}
}

// send answers with the document, or with 304 when the client has it (RFC
// 9110, sections 8.8, 13.1 and 13.2.2).
func (d *document) send(w http.ResponseWriter, r *http.Request) error {
	body, head := d.plain, d.plainHead
	if d.packed != nil && acceptsGzip(r.Header.Values("Accept-Encoding")) {
		body, head = d.packed, d.packedHead
	}
	h := w.Header()
	for name, values := range head {
		h[name] = values
	}
	// A date that is yet to come must not be sent (RFC 9110, section 8.8.2.1).
	dated := d.dated != nil && !d.modified.After(time.Now())
	if dated {
		h["Last-Modified"] = d.dated
	}
	if d.known(r, dated) {
		for _, name := range []string{"Content-Type", "Content-Encoding", "Content-Length"} {
			delete(h, name)
		}
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(body)
	return err
}

// known reports whether the client has the document already. Either coding's
// tag will do: they are the same content.
func (d *document) known(r *http.Request, dated bool) bool {
	if tags := r.Header.Values("If-None-Match"); len(tags) > 0 {
		for t := range strings.SplitSeq(strings.Join(tags, ","), ",") {
			t = strings.TrimPrefix(strings.TrimSpace(t), "W/")
			if t == "*" || t == `"`+d.tag+`"` || t == `"`+d.tag+`-gz"` {
				return true
			}
		}
		return false // If-Modified-Since is then not looked at
	}
	asked := r.Header.Get("If-Modified-Since")
	if !dated || asked == "" {
		return false
	}
	since, err := http.ParseTime(asked)
	return err == nil && !d.modified.After(since)
}

// acceptsGzip reads Accept-Encoding (RFC 9110, section 12.5.3).
func acceptsGzip(values []string) bool {
	star := false
	for item := range strings.SplitSeq(strings.Join(values, ","), ",") {
		coding, params, _ := strings.Cut(item, ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		if coding != "gzip" && coding != "x-gzip" && coding != "*" {
			continue
		}
		wanted := true
		if k, v, ok := strings.Cut(params, "="); ok && strings.EqualFold(strings.TrimSpace(k), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
			wanted = err == nil && q > 0
		}
		if coding != "*" {
			return wanted // named, so the star does not speak for it
		}
		star = wanted
	}
	return star
}
