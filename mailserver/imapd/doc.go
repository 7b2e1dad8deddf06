// Package imapd serves IMAP4rev1 (RFC 3501) with NAMESPACE, UIDPLUS, MOVE,
// SPECIAL-USE, CHILDREN, LIST-EXTENDED, LIST-STATUS, STATUS=SIZE, ESEARCH and
// IDLE over a mailserver.Service. The wire is go-imap's; what it would get
// wrong is done here:
//
//   - A session keeps its own view of the mailbox and renders flags when it
//     tells them, so that a client never hears of an older state.
//   - Body sections are cut from the stored bytes as they are; body structures
//     of broken messages are always well-formed.
//   - LITERAL+, APPENDLIMIT and IMAP4rev2 are not offered: with them a refused
//     literal would run as commands.
//
// A connection that stops reading is cut after a minute without progress.
// Nothing is written to a client under a lock that another session takes.
package imapd
