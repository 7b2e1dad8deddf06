// Package pop3d serves POP3 (RFC 1939) with CAPA (RFC 2449), STLS and PIPELINING
// (RFC 2595, RFC 2449), AUTH PLAIN (RFC 5034), RESP-CODES and AUTH-RESP-CODE
// (RFC 3206) over the INBOX of a mailserver.Service.
//
// What clients can rely on:
//
//   - A session has the maildrop for itself; a second one is told [IN-USE].
//     The lock ends with the connection.
//   - Nothing is deleted before QUIT is acknowledged with +OK; a connection
//     that ends in any other way deletes nothing.
//   - A UIDL is never given to another message, and survives restarts.
//   - LIST, STAT and RETR agree on sizes.
//
// A password in the clear is taken from this machine only.
package pop3d
