package probe

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const (
	// maxDropList is how many of the newest messages a look goes over.
	maxDropList = 500
	// maxDropLook is how many new ones of these it looks into.
	maxDropLook = 100
	// maxDropSize is the size above which a message is none of ours.
	maxDropSize = 64 << 10
	// topLines is more than our messages have.
	topLines = 20
)

// maildrop is the mailbox as POP3 shows it (RFC 1939).
type maildrop struct{ *pop3 }

// entry is a message in the maildrop.
type entry struct {
	number int
	uid    string
}

func (d *maildrop) open() error {
	if err := d.enter(); err != nil {
		return err
	}
	d.in.left = maxLookRead
	return nil
}

// list is the newest messages, the newest first.
func (d *maildrop) list() ([]entry, error) {
	var ring []entry
	count := 0
	err := d.step("uidl", budgetCommand, func(context.Context) error {
		if _, err := d.ask("UIDL", "UIDL"); err != nil {
			return err
		}
		ring = make([]entry, 0, maxDropList)
		for {
			// Not kept with the conversation, which has better uses for its room.
			line, err := d.in.line()
			if err != nil || line == "." {
				return err
			}
			number, uid, ok := strings.Cut(line, " ")
			n, err := strconv.ParseUint(number, 10, 31)
			if !ok || err != nil || uid == "" || len(uid) > 70 {
				return &fault{"proto", "UIDL answered " + line}
			}
			e := entry{int(n), uid}
			if len(ring) < maxDropList {
				ring = append(ring, e)
			} else {
				ring[count%maxDropList] = e
			}
			count++
		}
	})
	newest := make([]entry, 0, len(ring))
	for i := range ring {
		newest = append(newest, ring[(count-1-i)%maxDropList])
	}
	return newest, err
}

// read is the beginning of a message; nil for one that is too large to be ours,
// or has gone since the session began.
func (d *maildrop) read(e entry) (text []byte, err error) {
	err = d.step("top", budgetCommand, func(context.Context) error {
		command := fmt.Sprintf("LIST %d", e.number)
		size, err := d.ask(command, command)
		if err != nil {
			return unlessGone(err)
		}
		var n, octets uint64
		if _, err := fmt.Sscanf(size, "%d %d", &n, &octets); err != nil {
			return &fault{"proto", "LIST answered " + size}
		}
		if octets > maxDropSize {
			return nil
		}
		command = fmt.Sprintf("TOP %d %d", e.number, topLines)
		_, err = d.ask(command, command)
		if err != nil && unlessGone(err) == nil {
			// Perhaps it has no TOP, which is optional.
			command = fmt.Sprintf("RETR %d", e.number)
			_, err = d.ask(command, command)
		}
		if err != nil {
			return unlessGone(err)
		}
		text, err = d.in.keep(maxCanary)
		return err
	})
	return text, err
}

// unlessGone forgives the answer to a command about a message that another
// session has removed.
func unlessGone(err error) error {
	if f := (*fault)(nil); errors.As(err, &f) && f.cause == "no" {
		return nil
	}
	return err
}

// keep reads a text that a line with a single dot ends (RFC 1939, section 3),
// and returns its beginning.
func (r *lineReader) keep(limit int) ([]byte, error) {
	var kept []byte
	for begins := true; ; {
		b, err := r.buf.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
		if err := r.spend(len(b)); err != nil {
			return nil, err
		}
		if begins && err == nil && string(bytes.TrimRight(b, "\r\n")) == "." {
			return kept, nil
		}
		if begins && b[0] == '.' {
			b = b[1:]
		}
		begins = err == nil
		if len(kept)+len(b) <= limit {
			kept = append(kept, b...)
		}
	}
}

// remove marks the message, which goes when leave returns nil.
func (d *maildrop) remove(e entry) error {
	return d.step("dele", budgetCommand, func(context.Context) error {
		command := fmt.Sprintf("DELE %d", e.number)
		_, err := d.ask(command, command)
		return unlessGone(err)
	})
}

// leave ends the session; what was marked is gone when it returns nil.
func (d *maildrop) leave() error { return d.step("quit", budgetCommand, d.quit) }
