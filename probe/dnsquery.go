package probe

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// udpSize is what passes everywhere in one piece (DNS flag day 2020).
const udpSize = 1232

// query is one question on its way.
type query struct {
	id       uint16
	question dnsmessage.Question
	packed   []byte
}

// newQuery makes a question with an unguessable number. It asks to be told
// whether signatures were checked (RFC 6840, section 5.7).
func newQuery(name string, kind dnsmessage.Type, unchecked bool) (*query, error) {
	n, err := dnsmessage.NewName(name + ".")
	if err != nil {
		return nil, err
	}
	var id [2]byte
	_, _ = rand.Read(id[:])
	q := &query{question: dnsmessage.Question{Name: n, Type: kind, Class: dnsmessage.ClassINET}}
	q.id = binary.BigEndian.Uint16(id[:])
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: q.id, RecursionDesired: true, AuthenticData: true, CheckingDisabled: unchecked},
		Questions: []dnsmessage.Question{q.question},
	}
	var extended dnsmessage.ResourceHeader
	if err := extended.SetEDNS0(udpSize, dnsmessage.RCodeSuccess, false); err != nil {
		return nil, err
	}
	m.Additionals = []dnsmessage.Resource{{Header: extended, Body: &dnsmessage.OPTResource{}}}
	q.packed, err = m.Pack()
	return q, err
}

// answer parses a message; not ok when it is not the answer to the question.
func (q *query) answer(packed []byte) (*dnsmessage.Message, bool) {
	var p dnsmessage.Parser
	h, err := p.Start(packed)
	if err != nil || !h.Response || h.ID != q.id {
		return nil, false
	}
	asked, err := p.AllQuestions()
	if err != nil || len(asked) != 1 || asked[0].Type != q.question.Type || asked[0].Class != q.question.Class ||
		plainName(asked[0].Name) != plainName(q.question.Name) {
		return nil, false
	}
	m := &dnsmessage.Message{Header: h, Questions: asked}
	if m.Truncated {
		return m, true // the rest may stop in the middle of a record
	}
	if m.Answers, err = p.AllAnswers(); err != nil {
		return nil, false
	}
	// What follows is for people only, so it may be wrong.
	if p.SkipAllAuthorities() == nil {
		m.Additionals, _ = p.AllAdditionals()
	}
	return m, true
}

// optionError is the option of EDNS by which a server says why it failed.
const optionError = 15

// explained is why a server says that it failed (RFC 8914): a number and a
// text; empty when it does not say.
func explained(m *dnsmessage.Message) string {
	for _, rr := range m.Additionals {
		opt, ok := rr.Body.(*dnsmessage.OPTResource)
		if !ok {
			continue
		}
		for _, o := range opt.Options {
			if o.Code == optionError && len(o.Data) >= 2 {
				return strings.TrimSpace(fmt.Sprintf("extended error %d %s", binary.BigEndian.Uint16(o.Data), o.Data[2:]))
			}
		}
	}
	return ""
}
