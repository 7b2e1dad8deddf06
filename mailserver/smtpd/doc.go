// Package smtpd takes in mail for the accounts of a mailserver.Service, by SMTP
// (RFC 5321) from other servers or by LMTP (RFC 2033) from a mail transfer
// agent on the same machine. It takes nothing for anybody else, knows no login
// and sends nothing.
//
// What clients can rely on:
//
//   - A 250 after the data means that the message is on disk.
//   - LMTP answers for each recipient on its own, which makes it the way to
//     have a queue in front. SMTP has one answer for all: 250 when all have the
//     message. When only some could be given it, the answer is 451 or 452, the
//     client tries again, and those who have it do not get it twice, unless the
//     server was restarted in between. Nothing is ever lost by it.
//   - A message is stored as it came, below the trace lines. One with a bare CR
//     or LF is refused, since servers differ in where such a message ends, and
//     that smuggles (RFC 5321, section 2.3.8).
//   - NUL bytes are kept, as Dovecot does: RFC 5322, section 4, asks receivers
//     to take them, and a bounce would lose a message that can be read.
//
// go-smtp speaks the protocol. Below it lies our own wire: it gives go-smtp one
// command line at a time and never a byte of content whose line ends are in
// doubt, ends TLS, and holds the limits, of which go-smtp has none for time,
// for connections and for mistakes. CHUNKING is not offered: go-smtp stores
// such a message in a goroutine that outlives its connection.
package smtpd
