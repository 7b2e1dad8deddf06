package imapd

import (
	"io"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
)

// text is a message's bytes in memory.
type text struct{ *strings.Reader }

func (text) Close() error { return nil }

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

const nested = `From: a@example.edu
Subject: outer
Content-Type: multipart/mixed; boundary="out"

preamble
--out
Content-Type: text/plain

first
--out
Content-Type: message/rfc822

Subject: inner
Content-Type: multipart/alternative; boundary=in

--in

plain
--in
Content-Type: text/html

<p>
--in--
epilogue of inner
--out
Content-Type: message/rfc822

Subject: single

alone
--out--
epilogue
`

func TestSections(t *testing.T) {
	none, header, body, mime := imap.PartSpecifierNone, imap.PartSpecifierHeader, imap.PartSpecifierText, imap.PartSpecifierMIME
	for _, c := range []struct {
		message string
		part    []int
		spec    imap.PartSpecifier
		want    string
	}{
		{nested, nil, none, nested},
		{nested, nil, header, nested[:strings.Index(nested, "preamble")]},
		{nested, nil, body, nested[strings.Index(nested, "preamble"):]},
		{nested, []int{1}, none, "first"},
		{nested, []int{1}, mime, "Content-Type: text/plain\n\n"},
		{nested, []int{1}, header, ""},
		{nested, []int{1, 1}, none, ""},
		{nested, []int{2}, mime, "Content-Type: message/rfc822\n\n"},
		{nested, []int{2}, header, "Subject: inner\nContent-Type: multipart/alternative; boundary=in\n\n"},
		{nested, []int{2}, body, "--in\n\nplain\n--in\nContent-Type: text/html\n\n<p>\n--in--\nepilogue of inner"},
		{nested, []int{2, 1}, none, "plain"},
		{nested, []int{2, 2}, none, "<p>"},
		{nested, []int{2, 2}, mime, "Content-Type: text/html\n\n"},
		{nested, []int{2, 3}, none, ""},
		{nested, []int{3}, none, "Subject: single\n\nalone"},
		{nested, []int{3, 1}, none, "alone"},
		{nested, []int{3, 1, 1}, none, ""},
		{nested, []int{4}, none, ""},
		{nested, []int{0}, none, ""},
		{"Subject: x\n\nbody", []int{1}, none, "body"},
		{"Subject: x\n\nbody", []int{1}, mime, "Subject: x\n\n"},
		{"Subject: x\n\nbody", []int{1, 1}, none, ""},
		{"Subject: x\n\nbody", []int{2}, none, ""},
		{"no colon\nSubject: x\n\nbody", nil, header, "no colon\nSubject: x\n\n"},
		{"Subject: no end of the header", nil, header, "Subject: no end of the header"},
		{"\nbody only", nil, body, "body only"},
		{"", nil, body, ""},
		{"Content-Type: message/rfc822\n\nSubject: in\n\nbody", []int{1}, none, "Subject: in\n\nbody"},
		{"Content-Type: message/rfc822\n\nSubject: in\n\nbody", []int{1, 1}, none, "body"},
		{"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ncut short", []int{2}, none, "cut short"},
		{"Content-Type: multipart/mixed; boundary=b\n\nno parts", []int{1}, none, ""},
		{"Content-Type: multipart/mixed; boundary=b; boundary=b\n\n--b\n\nodd header\n--b--", []int{1}, none, "odd header"},
		{"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: d\n\nx\n--b--", []int{1, 1}, none, "x"},
	} {
		message := text{strings.NewReader(crlf(c.message))}
		item := &imap.FetchItemBodySection{Part: c.part, Specifier: c.spec}
		sec, err := cut(message, item, func() (*part, error) { return parsePart(message, message.Size()) })
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(sec.reader())
		if err != nil || string(got) != crlf(c.want) {
			t.Errorf("BODY[%v %s] of %.40q is %q, %v; want %q", c.part, c.spec, c.message, got, err, crlf(c.want))
		}
	}
}

func TestHeaderFields(t *testing.T) {
	message := text{strings.NewReader(crlf("B: 1\nno colon\na: 2\n folded\nC: 3\nA: 4\n\nbody"))}
	for _, c := range []struct {
		item imap.FetchItemBodySection
		want string
	}{
		{imap.FetchItemBodySection{HeaderFields: []string{"A", "x"}}, "a: 2\n folded\nA: 4\n\n"},
		{imap.FetchItemBodySection{HeaderFieldsNot: []string{"A"}}, "B: 1\nno colon\nC: 3\n\n"},
		{imap.FetchItemBodySection{HeaderFields: []string{"x"}}, "\n"},
		{imap.FetchItemBodySection{HeaderFields: []string{"b"}, Partial: &imap.SectionPartial{Offset: 3, Size: 1 << 62}}, "1\n\n"},
		{imap.FetchItemBodySection{HeaderFields: []string{"b"}, Partial: &imap.SectionPartial{Offset: 1 << 62, Size: 5}}, ""},
	} {
		c.item.Specifier = imap.PartSpecifierHeader
		sec, err := cut(message, &c.item, func() (*part, error) { return parsePart(message, message.Size()) })
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := io.ReadAll(sec.reader()); string(got) != crlf(c.want) {
			t.Errorf("fields %v not %v: %q, want %q", c.item.HeaderFields, c.item.HeaderFieldsNot, got, crlf(c.want))
		}
	}
}

// TestBombs are messages made to be deep, wide or long.
func TestBombs(t *testing.T) {
	deep := strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 10_000)
	wide := "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\n", 100_000)
	nests := ""
	for i := range 200 {
		b := strings.Repeat("b", i%60+1) + string(rune('0'+i/60))
		nests += "Content-Type: multipart/mixed; boundary=" + b + "\r\n\r\n--" + b + "\r\n"
	}
	for name, message := range map[string]string{
		"deep":      deep,
		"wide":      wide,
		"nested":    nests,
		"long line": strings.Repeat("x", 1<<20),
		"header":    strings.Repeat("A: b\r\n", 200_000) + "\r\nbody",
	} {
		root, err := parsePart(strings.NewReader(message), int64(len(message)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n := count(t, root, 0); n > maxParts+maxDepth {
			t.Errorf("%s: %d parts", name, n)
		}
		root.structure()
		root.envelope()
	}
}

// count checks what must hold for every message, and counts its parts.
func count(t *testing.T, p *part, depth int) int {
	t.Helper()
	if depth > maxDepth+1 {
		t.Fatalf("part at depth %d", depth)
	}
	if p.header.from < 0 || p.header.size() < 0 || p.body.from < p.header.to || p.body.size() < 0 || p.lines < 0 {
		t.Fatalf("part lies at header %v, body %v with %d lines", p.header, p.body, p.lines)
	}
	if p.typ == "" || p.subtype == "" || (p.typ == "multipart") != (len(p.children) > 0) {
		t.Fatalf("part of type %q/%q with %d parts", p.typ, p.subtype, len(p.children))
	}
	n := 1
	inner := p.children
	if p.message != nil {
		inner = []*part{p.message}
	}
	for _, c := range inner {
		if c.header.from < p.body.from || c.body.to > p.body.to {
			t.Fatalf("part at %v to %v lies outside of %v", c.header, c.body, p.body)
		}
		n += count(t, c, depth+1)
	}
	return n
}

func FuzzParsePart(f *testing.F) {
	f.Add(crlf(nested))
	f.Add("Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\n")
	f.Add("Content-Type: multipart/mixed; boundary=b\r\n--b\r\nContent-Type: message/rfc822\r\n--b--\r\n")
	f.Fuzz(func(t *testing.T, message string) {
		// As every message is stored.
		message = crlf(strings.ReplaceAll(strings.ReplaceAll(message, "\r\n", "\n"), "\r", "\n"))
		root, err := parsePart(strings.NewReader(message), int64(len(message)))
		if err != nil {
			t.Fatal(err)
		}
		count(t, root, 0)
		root.structure()
		root.envelope()
	})
}

func TestMatchName(t *testing.T) {
	for _, c := range []struct {
		name, pattern string
		want          bool
	}{
		{"INBOX", "*", true},
		{"INBOX", "inbox", true},
		{"INBOX/a", "inbox/%", true},
		{"a/b", "%", false},
		{"a/b", "*", true},
		{"a/b", "%/%", true},
		{"a/b/c", "a*c", true},
		{"a/b/c", "a%c", false},
		{"abcabd", "*abd", true},
		{"a", "", false},
		{"a", "a%*%", true},
		{"A", "a", false},
	} {
		if got := matchName(c.name, c.pattern); got != c.want {
			t.Errorf("matchName(%q, %q) = %v", c.name, c.pattern, got)
		}
	}
	// A pattern that makes a matcher that backs up run for years.
	if matchName(strings.Repeat("a", 255), strings.Repeat("*a", 4000)+"b") {
		t.Error("a name without b matches a pattern that ends in b")
	}
}
