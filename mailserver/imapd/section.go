package imapd

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"howdah/mailserver"
)

// section is what a BODY[...] item means: octets of the message as they are,
// or, for HEADER.FIELDS, octets picked from it.
type section struct {
	octets io.ReaderAt
	span
}

// cut finds the section of a message. A part that is not there is empty; the
// parsed message is asked for only by items that need it.
func cut(body mailserver.Body, item *imap.FetchItemBodySection, parsed func() (*part, error)) (section, error) {
	whole := section{body, span{0, body.Size()}}
	if len(item.Part) == 0 && item.Specifier == imap.PartSpecifierNone {
		return whole.partial(item.Partial), nil
	}
	root, err := parsed()
	if err != nil {
		return section{}, err
	}
	return find(body, root, item).partial(item.Partial), nil
}

func find(body mailserver.Body, root *part, item *imap.FetchItemBodySection) section {
	p := root.at(item.Part)
	if p == nil {
		return section{body, span{}}
	}
	if len(item.Part) > 0 && (item.Specifier == imap.PartSpecifierHeader || item.Specifier == imap.PartSpecifierText) {
		// Of a part, only a message has these (RFC 9051, section 6.4.5.1).
		if p = p.message; p == nil {
			return section{body, span{}}
		}
	}
	switch item.Specifier {
	case imap.PartSpecifierHeader:
		if len(item.HeaderFields) > 0 || len(item.HeaderFieldsNot) > 0 {
			picked := p.pick(item)
			return section{bytes.NewReader(picked), span{0, int64(len(picked))}}
		}
		return section{body, p.header}
	case imap.PartSpecifierMIME:
		return section{body, p.header}
	default:
		return section{body, p.body}
	}
}

// at follows part numbers (RFC 9051, section 6.4.5.1); nil when there is no
// such part. A message that is no multipart has its body as part 1.
func (p *part) at(path []int) *part {
	isMessage := true
	for _, n := range path {
		if !isMessage && p.message != nil {
			p, isMessage = p.message, true
		}
		switch {
		case p.typ == "multipart" && n >= 1 && n <= len(p.children):
			p, isMessage = p.children[n-1], false
		case p.typ != "multipart" && isMessage && n == 1:
			isMessage = false
		default:
			return nil
		}
	}
	return p
}

// pick returns the chosen fields as they are in the message, and an empty
// line.
func (p *part) pick(item *imap.FetchItemBodySection) []byte {
	var out []byte
	for _, f := range p.fields {
		var take bool
		if len(item.HeaderFields) > 0 {
			take = named(item.HeaderFields, f.name)
		} else {
			take = !named(item.HeaderFieldsNot, f.name)
		}
		if take {
			out = append(out, f.raw...)
		}
	}
	return append(out, "\r\n"...)
}

func named(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

func (s section) partial(p *imap.SectionPartial) section {
	if p == nil {
		return s
	}
	from := s.from + min(p.Offset, s.size())
	s.span = span{from, from + min(p.Size, s.to-from)}
	return s
}

func (s section) reader() io.Reader { return io.NewSectionReader(s.octets, s.from, s.size()) }
