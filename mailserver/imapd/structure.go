package imapd

import (
	"mime"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// structure describes the part for BODYSTRUCTURE and BODY. It is complete and
// well-formed for every message, since clients stop at one that is not.
func (p *part) structure() imap.BodyStructure {
	if p.typ == "multipart" {
		m := &imap.BodyStructureMultiPart{
			Subtype: p.subtype,
			Extended: &imap.BodyStructureMultiPartExt{
				Params:      p.params,
				Disposition: p.disposition(),
				Language:    p.language(),
				Location:    p.fields.get("Content-Location"),
			},
		}
		for _, c := range p.children {
			m.Children = append(m.Children, c.structure())
		}
		return m
	}
	s := &imap.BodyStructureSinglePart{
		Type:        p.typ,
		Subtype:     p.subtype,
		Params:      p.params,
		ID:          p.fields.get("Content-Id"),
		Description: p.fields.get("Content-Description"),
		Encoding:    p.encoding(),
		Size:        uint32(p.body.size()),
		Extended: &imap.BodyStructureSinglePartExt{
			Disposition: p.disposition(),
			Language:    p.language(),
			Location:    p.fields.get("Content-Location"),
		},
	}
	switch {
	case p.message != nil:
		s.MessageRFC822 = &imap.BodyStructureMessageRFC822{
			Envelope:      p.message.envelope(),
			BodyStructure: p.message.structure(),
			NumLines:      p.lines,
		}
	case p.typ == "message" && (p.subtype == "rfc822" || p.subtype == "global"):
		// Too deep to have been looked into; the grammar would ask for what
		// is inside.
		s.Type, s.Subtype = "application", "octet-stream"
	case p.typ == "text":
		s.Text = &imap.BodyStructureText{NumLines: p.lines}
	}
	return s
}

// encoding is a token; a header may hold anything.
func (p *part) encoding() string {
	e := p.fields.get("Content-Transfer-Encoding")
	if i := strings.IndexAny(e, "; \t("); i >= 0 {
		e = e[:i]
	}
	return e
}

func (p *part) disposition() *imap.BodyStructureDisposition {
	value := p.fields.get("Content-Disposition")
	if value == "" {
		return nil
	}
	kind, params, err := mime.ParseMediaType(value)
	if err != nil || kind == "" {
		kind, _, _ = strings.Cut(value, ";")
		kind, params = strings.TrimSpace(kind), nil
	}
	return &imap.BodyStructureDisposition{Value: kind, Params: params}
}

func (p *part) language() []string {
	var tags []string
	for tag := range strings.SplitSeq(p.fields.get("Content-Language"), ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			tags = append(tags, tag)
		}
	}
	return tags
}
