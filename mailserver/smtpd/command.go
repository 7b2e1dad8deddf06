package smtpd

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

const shuttingDown = "421 4.3.2 Shutting down, try again later\r\n"

// command returns the next command line that go-smtp may see.
func (w *wire) command() ([]byte, error) {
	for {
		line, err := w.line()
		if err != nil {
			return nil, err
		}
		text := strings.TrimRight(string(line), "\r\n")
		verb, rest, _ := strings.Cut(strings.ToUpper(text), " ")
		switch {
		case !utf8.ValidString(text), strings.ContainsFunc(text, isControl):
			// A CR in an address would make a header line of its own in the trace.
			w.reply("500 5.5.2 Neither text nor UTF-8\r\n")
		case verb == "BDAT":
			// Its chunk follows, and must not be taken for commands.
			w.reply("502 5.5.1 CHUNKING is not offered\r\n")
			w.end()
			return nil, io.EOF
		case strings.HasPrefix(verb, "STARTTLS") && w.offersTLS():
			if text = strings.TrimSpace(text); len(text) > len("STARTTLS") {
				w.reply("501 5.5.4 STARTTLS has no parameters\r\n")
				continue
			}
			w.startTLS()
			return nil, io.EOF
		default:
			if verb == "HELO" || verb == "EHLO" || verb == "LHLO" {
				w.hello = verb
			}
			if verb == "RCPT" && len(w.server.opts.Domains) > 0 {
				line = withDomain(line, rest, w.server.opts.Domains[0])
			}
			return line, nil
		}
	}
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// withDomain completes the one recipient that may come without a domain (RFC
// 5321, section 4.5.1), which go-smtp does not know of.
func withDomain(line []byte, argument, domain string) []byte {
	if strings.Join(strings.Fields(argument), "") != "TO:<POSTMASTER>" {
		return line
	}
	return []byte("RCPT TO:<postmaster@" + domain + ">\r\n")
}

// line reads a line for as long as the session may go on. Timeouts are told to
// the client by go-smtp.
func (w *wire) line() ([]byte, error) {
	if !w.await() {
		return nil, io.EOF
	}
	line, err := w.in.ReadSlice('\n')
	w.mu.Lock()
	w.waiting = false
	ended := w.ended
	w.mu.Unlock()
	switch {
	case ended:
		return nil, io.EOF
	case errors.Is(err, bufio.ErrBufferFull), len(line) > maxCommand:
		w.reply("500 5.5.2 Line too long\r\n")
		w.end()
		return nil, io.EOF
	case err != nil:
		return nil, err
	}
	return line, nil
}

// await is true when a command may be waited for; otherwise the client was
// told why not.
func (w *wire) await() bool {
	w.mu.Lock()
	w.storing = false
	var farewell string
	switch l := w.server.limits; {
	case w.mistakes >= l.mistakes:
		farewell = "421 4.7.0 Too many mistakes\r\n"
	case w.refusals >= l.refusals:
		farewell = "421 4.7.0 Too many refusals\r\n"
	}
	w.waiting = farewell == "" && w.arm()
	ready, ended := w.waiting, w.ended
	w.ended = !ready
	w.mu.Unlock()
	if farewell != "" && !ended {
		w.send([]byte(farewell)) // the client may have left
	}
	// Asked for after waiting is set: Shutdown looks at these the other way round.
	if ready && w.server.isClosing() {
		w.dismiss()
		return false
	}
	return ready
}

// reply answers in go-smtp's place. That the client has left is seen when the
// next command is read.
func (w *wire) reply(line string) {
	w.send([]byte(line))
	w.heed([]byte(line))
}

func (w *wire) offersTLS() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.server.opts.TLS != nil && !w.encrypted
}

// startTLS hands the wire on to the engine for what is encrypted. What came in
// the clear behind the command is dropped, unread.
func (w *wire) startTLS() {
	w.reply("220 2.0.0 Ready to start TLS\r\n")
	by := time.Now().Add(w.server.limits.handshake)
	ctx, cancel := context.WithDeadline(context.Background(), by)
	defer cancel()
	secure := tls.Server(w.raw, w.server.opts.TLS)
	if err := errors.Join(w.raw.SetDeadline(by), secure.HandshakeContext(ctx)); err != nil {
		w.server.log.Debug("tls handshake failed", "peer", w.peer(), "err", err)
		w.end()
		return
	}
	w.in = bufio.NewReaderSize(secure, bufferSize)
	w.hello = ""
	w.mu.Lock()
	w.stream, w.encrypted = secure, true
	w.mu.Unlock()
	if next := (&stretch{wire: w, encrypted: true}); !w.server.encrypted.take(next) {
		w.close()
	}
}
