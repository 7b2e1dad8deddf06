package probe

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer answers from a zone, a record a line: "name TYPE data". It follows
// aliases as a resolver does, unless lazy. A name whose type is a fault behaves
// so: SERVFAIL, REFUSED, BOGUS (SERVFAIL unless signatures are ignored), SILENT,
// FORGED (an answer with a wrong number and one to another question, before the
// right one), GARBAGE.
type nameServer struct {
	zone   string
	lazy   bool
	signed bool // says that it has checked signatures
}

type zoneLine struct{ name, kind, data string }

func (s nameServer) lines() []zoneLine {
	var list []zoneLine
	for line := range strings.Lines(s.zone) {
		if f := strings.SplitN(strings.TrimSpace(line), " ", 3); len(f) >= 2 {
			list = append(list, zoneLine{f[0], f[1], strings.Join(f[2:], "")})
		}
	}
	return list
}

// answer makes the packets that answer one.
func (s nameServer) answer(packed []byte, limit int) [][]byte {
	var q dnsmessage.Message
	if err := q.Unpack(packed); err != nil || len(q.Questions) != 1 {
		panic(fmt.Sprintf("not a question: %v", err))
	}
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: q.ID, Response: true, RecursionDesired: true, RecursionAvailable: true, AuthenticData: s.signed}, Questions: q.Questions}
	name := plainName(q.Questions[0].Name)
	for range 12 {
		next := ""
		m.RCode = dnsmessage.RCodeNameError
		for _, l := range s.lines() {
			if l.name == name || strings.HasSuffix(l.name, "."+name) {
				m.RCode = dnsmessage.RCodeSuccess
			}
		}
		for _, l := range s.lines() {
			if l.name != name {
				continue
			}
			switch l.kind {
			case "SERVFAIL":
				m.RCode = dnsmessage.RCodeServerFailure
				m.Additionals = []dnsmessage.Resource{{Body: &dnsmessage.OPTResource{Options: []dnsmessage.Option{{Code: optionError, Data: []byte("\x00\x16" + l.data)}}},
					Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName("."), Type: dnsmessage.TypeOPT, Class: udpSize}}}
			case "BOGUS":
				if !q.CheckingDisabled {
					m.RCode = dnsmessage.RCodeServerFailure
				}
			case "REFUSED":
				m.RCode = dnsmessage.RCodeRefused
			case "SILENT":
				return nil
			case "GARBAGE":
				return [][]byte{bytes.Repeat([]byte{0xff}, 40)}
			case typeName(q.Questions[0].Type), "CNAME":
				m.Answers = append(m.Answers, l.resource())
				if l.kind == "CNAME" {
					next = l.data
				}
			case "UNSIGNED":
				m.AuthenticData = false
			}
		}
		if next == "" || s.lazy {
			break
		}
		name = next
	}
	out, err := m.Pack()
	if err != nil {
		panic(err)
	}
	if len(out) > limit {
		m.Truncated, m.Answers = true, nil
		out, _ = m.Pack()
	}
	for _, l := range s.lines() {
		if l.name == name && l.kind == "FORGED" {
			return [][]byte{s.forged(m, func(f *dnsmessage.Message) { f.ID++ }), s.forged(m, func(f *dnsmessage.Message) {
				f.Questions = []dnsmessage.Question{{Name: dnsmessage.MustNewName("evil.example."), Type: typeSOA, Class: dnsmessage.ClassINET}}
			}), out}
		}
	}
	return [][]byte{out}
}

// forged is m as somebody else would have it: there is no such name.
func (s nameServer) forged(m dnsmessage.Message, change func(*dnsmessage.Message)) []byte {
	m.RCode, m.Answers = dnsmessage.RCodeNameError, nil
	change(&m)
	out, _ := m.Pack()
	return out
}

func (l zoneLine) resource() dnsmessage.Resource {
	h := dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(l.name + "."), Class: dnsmessage.ClassINET, TTL: 60}
	name := func(s string) dnsmessage.Name {
		if s == "." {
			return dnsmessage.MustNewName(s)
		}
		return dnsmessage.MustNewName(s + ".")
	}
	var body dnsmessage.ResourceBody
	switch l.kind {
	case "A":
		body = &dnsmessage.AResource{A: netip.MustParseAddr(l.data).As4()}
	case "AAAA":
		body = &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr(l.data).As16()}
	case "CNAME":
		body = &dnsmessage.CNAMEResource{CNAME: name(l.data)}
	case "MX":
		var pref uint16
		var host string
		if _, err := fmt.Sscan(l.data, &pref, &host); err != nil {
			panic(err)
		}
		body = &dnsmessage.MXResource{Pref: pref, MX: name(host)}
	case "TXT":
		var pieces []string
		text := strings.ReplaceAll(l.data, `\n`, "\n")
		for len(text) > 255 {
			pieces, text = append(pieces, text[:255]), text[255:]
		}
		body = &dnsmessage.TXTResource{TXT: append(pieces, text)}
	case "TLSA":
		data, err := hex.DecodeString(l.data)
		if err != nil {
			panic(err)
		}
		body = &dnsmessage.UnknownResource{Type: typeTLSA, Data: data}
	case "SOA":
		body = &dnsmessage.SOAResource{NS: name("ns." + l.name), MBox: name("root." + l.name), MinTTL: 60}
	default:
		panic("no such type: " + l.kind)
	}
	h.Type = dnsmessage.TypeA
	if t, ok := map[string]dnsmessage.Type{"AAAA": typeAAAA, "CNAME": typeCNAME, "MX": typeMX, "TXT": typeTXT, "TLSA": typeTLSA, "SOA": typeSOA}[l.kind]; ok {
		h.Type = t
	}
	return dnsmessage.Resource{Header: h, Body: body}
}

// listen serves by UDP and TCP on one port of this machine.
func (s nameServer) listen(t *testing.T) string {
	t.Helper()
	for range 20 {
		u, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", u.LocalAddr().String())
		if err != nil {
			_ = u.Close()
			continue
		}
		t.Cleanup(func() { _ = u.Close(); _ = l.Close() })
		go func() {
			buf := make([]byte, 64<<10)
			for {
				n, from, err := u.ReadFrom(buf)
				if err != nil {
					return
				}
				for _, out := range s.answer(buf[:n], udpSize) {
					_, _ = u.WriteTo(out, from)
				}
			}
		}()
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go s.talk(c)
			}
		}()
		return u.LocalAddr().String()
	}
	t.Fatal("no port is free for UDP and TCP alike")
	return ""
}

// talk answers one question by TCP.
func (s nameServer) talk(c net.Conn) {
	defer c.Close()
	var size [2]byte
	if _, err := io.ReadFull(c, size[:]); err != nil {
		return
	}
	q := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(c, q); err != nil {
		return
	}
	for _, out := range s.answer(q, 64<<10) {
		_, _ = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(out))), out...))
	}
}

// dial serves over net.Pipe, each write of which is a packet.
func (s nameServer) dial(_ context.Context, network, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	go func() {
		if network == "tcp" {
			s.talk(theirs)
			return
		}
		buf := make([]byte, 64<<10)
		for {
			n, err := theirs.Read(buf)
			if err != nil {
				return
			}
			for _, out := range s.answer(buf[:n], udpSize) {
				_, _ = theirs.Write(out)
			}
		}
	}()
	return ours, nil
}

func mustAddr(s string) netip.Addr { return netip.MustParseAddr(s) }

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
