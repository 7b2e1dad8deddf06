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
	return d, nil
}

// send answers with the document, or with 304 when the client has it (RFC
// 9110, sections 8.8, 13.1 and 13.2.2).
func (d *document) send(w http.ResponseWriter, r *http.Request) error {
	body, tag := d.plain, `"`+d.tag+`"`
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	if d.packed != nil && acceptsGzip(r.Header.Values("Accept-Encoding")) {
		// Other bytes, another strong tag (RFC 9110, section 8.8.3.3).
		body, tag = d.packed, `"`+d.tag+`-gz"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Type", d.kind)
	h.Set("ETag", tag)
	// Kept, but asked about each time: a change must show at once.
	h.Set("Cache-Control", "public, no-cache")
	if d.shared {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	// A date that is yet to come must not be sent (RFC 9110, section 8.8.2.1).
	dated := !d.modified.IsZero() && !d.modified.After(time.Now())
	if dated {
		h.Set("Last-Modified", d.modified.Format(http.TimeFormat))
	}
	if d.known(r, dated) {
		h.Del("Content-Type")
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
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
	if !dated {
		return false
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
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
