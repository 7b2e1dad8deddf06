package imapd

import (
	"bufio"
	"errors"
	"io"
	"mime"
	"net/textproto"
	"slices"
	"strings"
)

// Bounds on what a message can make us do. Beyond them a part is taken as it
// is, without looking for parts in it.
const (
	maxDepth  = 50
	maxParts  = 2000
	maxHeader = 256 << 10 // of one part's header, for reading its fields
)

// span is a range of a message's octets.
type span struct{ from, to int64 }

func (s span) size() int64 { return s.to - s.from }

// part is a message or MIME part (RFC 2046) as places in the stored octets.
// Nothing is decoded and nothing is refused: a broken message has parts too.
type part struct {
	header span // with the empty line that ends it
	body   span
	lines  int64 // line ends in body

	fields   fields
	typ      string // lower case, as subtype
	subtype  string
	params   map[string]string
	children []*part // of a multipart: at least one
	message  *part   // of a message/rfc822
}

// parsePart reads a message once, from its beginning to its end.
func parsePart(r io.ReaderAt, size int64) (*part, error) {
	p := &parser{r: bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 64<<10)}
	p.next()
	root := p.entity("text/plain", 0)
	if p.err != nil && !errors.Is(p.err, io.EOF) {
		return nil, p.err
	}
	return root, nil
}

// parser looks at a message line by line. line is the one to be taken next; a
// line longer than the buffer comes in pieces.
type parser struct {
	r     *bufio.Reader
	err   error
	line  []byte
	at    int64 // where line begins
	start bool  // line begins a line, and is no further piece of one
	whole bool  // line has a line end
	lines int64 // line ends before line
	open  []string
	parts int
}

func (p *parser) next() {
	p.at += int64(len(p.line))
	if p.whole {
		p.lines++
	}
	p.start = p.at == 0 || p.whole
	var err error
	p.line, err = p.r.ReadSlice('\n')
	p.whole = err == nil
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		p.err = err
	}
}

func (p *parser) ended() bool { return len(p.line) == 0 }

// boundary returns which open multipart the line delimits, counted from the
// outermost, and whether it closes it; -1 for other lines.
func (p *parser) boundary() (level int, closes bool) {
	if !p.start || len(p.line) < 3 || p.line[0] != '-' || p.line[1] != '-' {
		return -1, false
	}
	text := strings.TrimRight(string(p.line[2:]), " \t\r\n")
	for i, b := range slices.Backward(p.open) {
		if text == b {
			return i, false
		}
		if text == b+"--" {
			return i, true
		}
	}
	return -1, false
}

// skip takes lines until a boundary or the end.
func (p *parser) skip() {
	for !p.ended() {
		if level, _ := p.boundary(); level >= 0 {
			return
		}
		p.next()
	}
}

func (p *parser) entity(defaultType string, depth int) *part {
	p.parts++
	e := &part{header: span{from: p.at}}
	head := p.takeHeader()
	e.header.to = p.at
	e.fields = parseFields(head)
	e.setType(defaultType)
	e.body.from = p.at
	firstLine := p.lines

	deep := depth >= maxDepth || p.parts >= maxParts
	switch {
	case deep:
		p.skip()
	case e.typ == "multipart" && e.params["boundary"] != "":
		p.multipart(e, depth)
	case e.typ == "message" && (e.subtype == "rfc822" || e.subtype == "global"):
		e.message = p.entity("text/plain", depth+1)
	default:
		p.skip()
	}
	e.close(p.at, p.lines-firstLine, !p.ended())
	if e.typ == "multipart" && len(e.children) == 0 {
		e.children = []*part{emptyPart(e.body.to)}
	}
	return e
}

// close ends the body. The line end before a boundary belongs to the boundary
// (RFC 2046, section 5.1.1), unless it ends the header of what is inside.
func (e *part) close(at, lines int64, beforeBoundary bool) {
	e.body.to = at
	e.lines = lines
	inside := e.body.from
	if e.message != nil {
		inside = e.message.body.to
	}
	if n := len(e.children); n > 0 {
		inside = e.children[n-1].body.to
	}
	if beforeBoundary && e.body.to-2 >= inside {
		e.body.to -= 2
		e.lines--
	}
}

// emptyPart stands in for the parts of a multipart that has none: clients, and
// the grammar, cannot do without one.
func emptyPart(at int64) *part {
	return &part{header: span{at, at}, body: span{at, at}, typ: "text", subtype: "plain",
		params: map[string]string{"charset": "us-ascii"}}
}

func (p *parser) multipart(e *part, depth int) {
	level := len(p.open)
	p.open = append(p.open, e.params["boundary"])
	childType := "text/plain"
	if e.subtype == "digest" {
		childType = "message/rfc822"
	}
	for {
		p.skip() // the preamble, or nothing
		at, closes := p.boundary()
		if at != level {
			break
		}
		p.next()
		if closes || p.parts >= maxParts {
			break
		}
		e.children = append(e.children, p.entity(childType, depth+1))
	}
	p.open = p.open[:level]
	p.skip() // the epilogue
}

// takeHeader takes lines up to and with the first empty one, and returns as
// much of them as fields are read from.
func (p *parser) takeHeader() []byte {
	var head []byte
	for !p.ended() {
		if level, _ := p.boundary(); level >= 0 {
			break
		}
		empty := p.start && strings.TrimRight(string(p.line), "\r\n") == ""
		if len(head) < maxHeader {
			head = append(head, p.line...)
		}
		p.next()
		if empty {
			break
		}
	}
	return head
}

func (e *part) setType(defaultType string) {
	value := e.fields.get("Content-Type")
	if value == "" {
		value = defaultType
	}
	if value == "text/plain" {
		value = "text/plain; charset=us-ascii" // RFC 2045, section 5.2
	}
	full, params, err := mime.ParseMediaType(value)
	typ, subtype, ok := strings.Cut(full, "/")
	if !ok || err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		typ, subtype, params = looseType(value)
	}
	if err != nil && params == nil && typ == "multipart" {
		_, _, params = looseType(value)
	}
	e.typ, e.subtype, e.params = typ, subtype, params
}

// looseType reads what it can of a type that is against the grammar: without
// the boundary nothing of a message could be read.
func looseType(value string) (typ, subtype string, params map[string]string) {
	full, rest, _ := strings.Cut(value, ";")
	typ, subtype, ok := strings.Cut(strings.ToLower(strings.TrimSpace(full)), "/")
	if !ok || typ == "" || subtype == "" || strings.ContainsAny(typ+subtype, " \t\r\n\"()/") {
		return "text", "plain", nil
	}
	if i := strings.Index(strings.ToLower(rest), "boundary="); i >= 0 {
		b := strings.TrimSpace(rest[i+len("boundary="):])
		if quoted, ok := strings.CutPrefix(b, `"`); ok {
			b, _, _ = strings.Cut(quoted, `"`)
		} else {
			b, _, _ = strings.Cut(b, ";")
		}
		params = map[string]string{"boundary": strings.TrimSpace(b)}
	}
	return typ, subtype, params
}

// fields are a header's fields, in order. A line without a colon belongs to no
// field that has a name.
type fields []field

type field struct {
	name string // canonical
	raw  []byte // with its line ends
}

func parseFields(head []byte) fields {
	var fs fields
	for line := range strings.Lines(string(head)) {
		if strings.TrimRight(line, "\r\n") == "" {
			break
		}
		if (line[0] == ' ' || line[0] == '\t') && len(fs) > 0 {
			fs[len(fs)-1].raw = append(fs[len(fs)-1].raw, line...)
			continue
		}
		name, _, ok := strings.Cut(line, ":")
		if !ok {
			name = ""
		}
		fs = append(fs, field{textproto.CanonicalMIMEHeaderKey(strings.TrimRight(name, " \t")), []byte(line)})
	}
	return fs
}

// get returns the first field's value, unfolded, or "".
func (fs fields) get(name string) string {
	for _, f := range fs {
		if strings.EqualFold(f.name, name) {
			return f.value()
		}
	}
	return ""
}

func (f field) value() string {
	_, v, _ := strings.Cut(string(f.raw), ":")
	return strings.TrimSpace(strings.NewReplacer("\r\n", "", "\n", "").Replace(v))
}
