// Package mailserver holds the rules of the bundled mail server: accounts,
// mailboxes, messages and their limits. It knows no wire and no SQL; imapd and
// pop3d speak to a Service, and db/maildb is the Store behind it.
//
// Rules that hold everywhere in this package:
//
//   - What a method acknowledges by returning nil is on disk.
//   - A message is stored once, with CRLF line ends, and never changes; its
//     size and bytes are the same for every protocol.
//   - A UID is never given twice in one UIDVALIDITY (RFC 9051, section 2.3.1.1).
//   - Watchers are told that a mailbox changed, never what changed: they look
//     for themselves when they are about to tell their client.
//   - Times are UTC.
package mailserver
