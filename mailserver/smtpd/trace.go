package smtpd

import (
	"fmt"
	"strings"
	"time"
)

// trace is what is put before a message (RFC 5321, section 4.4). Each recipient
// has one of their own, which names nobody else.
func (ss *session) trace(id, recipient string) string {
	return fmt.Sprintf("Return-Path: <%s>\r\nReceived: from %s (%s)\r\n\tby %s with %s id %s\r\n\tfor <%s>; %s\r\n",
		quoted(ss.from), hostName(ss.conn.Hostname()), ss.origin(),
		hostName(ss.server.opts.Host), ss.with(), id,
		quoted(recipient), time.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
}

// origin is where the connection came from, as a TCP-info (RFC 5321, section
// 4.4), or a comment for a unix socket.
func (ss *session) origin() string {
	address := ss.wire.address
	switch {
	case address == "":
		return "local"
	case strings.Contains(address, ":"):
		return "[IPv6:" + address + "]"
	}
	return "[" + address + "]"
}

// with names the protocol as RFC 3848 and RFC 6531, section 4.3, have it.
func (ss *session) with() string {
	name := "SMTP"
	if ss.server.opts.LMTP {
		name = "LMTP"
	}
	switch {
	case ss.utf8:
		name = "UTF8" + name
	case ss.wire.hello == "EHLO":
		name = "E" + name
	case ss.wire.hello == "HELO":
		return name // STARTTLS without EHLO has no name
	}
	if ss.secure() {
		name += "S"
	}
	return name
}

// hostName is a name that a client has given itself, with what cannot be in
// one made a "?".
func hostName(s string) string {
	s = s[:min(len(s), 255)]
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".-_:[]", r) {
			return r
		}
		return '?'
	}, s)
}

// quoted is an address whose local part is quoted where it must be, since
// go-smtp takes the quotes off.
func quoted(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address
	}
	local, domain := address[:at], address[at:]
	if isDotAtom(local) {
		return address
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(local) + `"` + domain
}

func isDotAtom(s string) bool {
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool { return strings.ContainsRune("()<>[]:;@\\,\" \t", r) }) {
			return false
		}
	}
	return true
}
