package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"howdah/incidents"
)

func TestUnchangedIsNotSentAgain(t *testing.T) {
	_, srv := serve(t, down())
	for _, path := range everything {
		if kindOf(path) == kindText {
			continue
		}
		for _, coding := range []string{"identity", "gzip"} {
			first := ask(t, http.MethodGet, srv.URL+path, "Accept-Encoding", coding)
			tag := first.header.Get("ETag")
			if !strings.HasPrefix(tag, `"`) {
				t.Errorf("%s: ETag %q is not a strong one", path, tag)
			}
			for _, known := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
				a := ask(t, http.MethodGet, srv.URL+path, "Accept-Encoding", coding, "If-None-Match", known)
				if a.status != http.StatusNotModified || a.body != "" || a.header.Get("ETag") != tag {
					t.Errorf("%s %s: If-None-Match %s answers %d with %d bytes, ETag %q", path, coding, known, a.status, len(a.body), a.header.Get("ETag"))
				}
				guardedHeaders(t, path, a.header)
			}
			when := first.header.Get("Last-Modified")
			if a := ask(t, http.MethodGet, srv.URL+path, "Accept-Encoding", coding, "If-Modified-Since", when); a.status != http.StatusNotModified {
				t.Errorf("%s %s: If-Modified-Since %s answers %d", path, coding, when, a.status)
			}
			// The tag decides where both are given.
			if a := ask(t, http.MethodGet, srv.URL+path, "Accept-Encoding", coding, "If-Modified-Since", when, "If-None-Match", `"other"`); a.status != http.StatusOK {
				t.Errorf("%s %s: an old tag answers %d", path, coding, a.status)
			}
			old := at(1, "00:00").Format(http.TimeFormat)
			if a := ask(t, http.MethodGet, srv.URL+path, "Accept-Encoding", coding, "If-Modified-Since", old); a.status != http.StatusOK {
				t.Errorf("%s %s: If-Modified-Since %s answers %d", path, coding, old, a.status)
			}
		}
	}
}

func TestCompressedIsTheSame(t *testing.T) {
	_, srv := serve(t, down())
	for _, path := range everything {
		if kindOf(path) == kindText {
			continue
		}
		plain := ask(t, http.MethodGet, srv.URL+path)
		packed := ask(t, http.MethodGet, srv.URL+path, "Accept-Encoding", "br, gzip;q=0.8")
		if plain.header.Get("Content-Encoding") != "" || packed.header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: codings %q and %q", path, plain.header.Get("Content-Encoding"), packed.header.Get("Content-Encoding"))
			continue
		}
		if plain.header.Get("ETag") == packed.header.Get("ETag") {
			t.Errorf("%s: two codings have one strong tag", path)
		}
		if !strings.Contains(plain.header.Get("Vary"), "Accept-Encoding") || !strings.Contains(packed.header.Get("Vary"), "Accept-Encoding") {
			t.Errorf("%s: Vary does not name Accept-Encoding", path)
		}
		z, err := gzip.NewReader(strings.NewReader(packed.body))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		if string(b) != plain.body {
			t.Errorf("%s: unpacked is not what is sent plain", path)
		}
	}
}

func TestCodingsThatClientsAskFor(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "identity": false, "gzip": true, "GZIP": true, "x-gzip": true, "*": true, "br, *;q=0.1": true,
		"gzip;q=0": false, "gzip; q=0.0": false, "gzip;q=0, *": false, "gzip;q=1.0, identity": true, "gzipped": false, "gzip;q=x": false,
	} {
		if got := acceptsGzip([]string{header}); got != want {
			t.Errorf("Accept-Encoding %q: %v, want %v", header, got, want)
		}
	}
}

// padded is the most that the front page can hold.
func padded() *incidents.Snapshot {
	s := down()
	long := s.Incidents[0]
	s.Incidents = nil
	for i := range 60 {
		in := *long
		in.ID = "i" + strings.Repeat("x", 12) + string(rune('a'+i%26)) + string(rune('a'+i/26))
		in.Updates = []incidents.Update{{ID: "u" + in.ID, IncidentID: in.ID, State: in.State, At: in.UpdatedAt, Kind: incidents.KindStaff, Body: babble(i, 5000)}}
		if i%2 == 0 {
			in.State, in.Outages = incidents.Resolved, in.Outages[:1]
		}
		s.Incidents = append(s.Incidents, &in)
	}
	for i := range 40 {
		v := s.Components[i%4]
		v.Key += string(rune('a' + i%26))
		v.Name += " " + string(rune('a'+i%26)) + " at the faculty"
		s.Components = append(s.Components, v)
	}
	return s
}

// babble is text that compresses about as well as prose.
func babble(seed, n int) string {
	words := strings.Fields("mail server disk network kernel users reading sending queue later morning debug crash again workaround load machine staff evening outage")
	var b strings.Builder
	x := uint32(seed + 1)
	for b.Len() < n {
		x = x*1664525 + 1013904223
		b.WriteString(words[x>>16%uint32(len(words))])
		b.WriteByte(" \n,."[x>>28&3])
		b.WriteString(string(rune('a' + x>>20%26)))
	}
	return b.String()
}

func TestFrontPageFitsTheFirstFlight(t *testing.T) {
	for name, c := range map[string]struct {
		snap *incidents.Snapshot
		most int
	}{
		"calm": {calm(), 6000}, "down": {down(), 6000}, "worst": {padded(), 14600},
	} {
		_, srv := serve(t, c.snap)
		a := ask(t, http.MethodGet, srv.URL+"/", "Accept-Encoding", "gzip")
		var head bytes.Buffer
		if err := a.header.Write(&head); err != nil {
			t.Fatal(err)
		}
		if size := len(a.body) + head.Len(); size > c.most {
			t.Errorf("%s: %d bytes with headers, want at most %d", name, size, c.most)
		}
	}
}

func TestChangeShowsAtTheNextRequest(t *testing.T) {
	b, srv := serve(t, calm())
	first := ask(t, http.MethodGet, srv.URL+"/")
	inOrder(t, first.body, "All systems operational")
	b.show(down())
	second := ask(t, http.MethodGet, srv.URL+"/", "If-None-Match", first.header.Get("ETag"))
	if second.status != http.StatusOK {
		t.Fatalf("after the change: %d", second.status)
	}
	inOrder(t, second.body, "have not worked since 22:04:12 SAST")
	without(t, second.body, "All systems operational")
}

func TestContentThatStaysKeepsItsTagAndDate(t *testing.T) {
	b, srv := serve(t, down())
	path := srv.URL + "/incidents/i0-sending-mail-outage"
	first := ask(t, http.MethodGet, path)
	next := down()
	next.At = next.At.Add(time.Hour)
	b.show(next)
	second := ask(t, http.MethodGet, path)
	for _, h := range []string{"ETag", "Last-Modified"} {
		if first.header.Get(h) == "" || first.header.Get(h) != second.header.Get(h) {
			t.Errorf("%s was %q and is %q", h, first.header.Get(h), second.header.Get(h))
		}
	}
}

func TestChangesWithinASecondHaveLaterDates(t *testing.T) {
	b, srv := serve(t, calm())
	before := ask(t, http.MethodGet, srv.URL+"/").header.Get("Last-Modified")
	for _, step := range []time.Duration{100 * time.Millisecond, -time.Hour} {
		s := calm()
		s.At = s.At.Add(step)
		s.Headline = "Changed " + step.String()
		b.show(s)
		a := ask(t, http.MethodGet, srv.URL+"/", "If-Modified-Since", before)
		if a.status != http.StatusOK || !strings.Contains(a.body, s.Headline) {
			t.Errorf("%s after: If-Modified-Since %s answers %d", step, before, a.status)
		}
		was, _ := http.ParseTime(before)
		before = a.header.Get("Last-Modified")
		if is, err := http.ParseTime(before); err != nil || !is.After(was) {
			t.Errorf("%s after: Last-Modified %q is not after %s", step, before, was)
		}
	}
}

func TestDateToComeIsNotSent(t *testing.T) {
	s := calm()
	s.At = time.Now().Add(time.Hour)
	_, srv := serve(t, s)
	if a := ask(t, http.MethodGet, srv.URL+"/", "If-Modified-Since", s.At.Format(http.TimeFormat)); a.status != http.StatusOK || a.header.Get("Last-Modified") != "" {
		t.Errorf("%d with Last-Modified %q", a.status, a.header.Get("Last-Modified"))
	}
}
