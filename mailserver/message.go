package mailserver

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// System flags (RFC 9051, section 2.3.2). `\Recent` is not kept.
const (
	Seen     = `\Seen`
	Answered = `\Answered`
	Flagged  = `\Flagged`
	Deleted  = `\Deleted`
	Draft    = `\Draft`
)

// SystemFlags returns the flags that every mailbox has.
func SystemFlags() []string { return []string{Answered, Flagged, Deleted, Seen, Draft} }

// Message is a message in a mailbox, without its bytes.
type Message struct {
	UID          uint32
	ModSeq       uint64
	Flags        []string // system flags first, then keywords
	InternalDate time.Time
	Size         int64 // octets with CRLF line ends
	SHA256       [32]byte
	OpenEnd      bool // the last line has no line end
}

// Has reports whether the message carries the flag; case does not matter.
func (m Message) Has(flag string) bool {
	for _, f := range m.Flags {
		if strings.EqualFold(f, flag) {
			return true
		}
	}
	return false
}

// NewMessage is a message to be stored.
type NewMessage struct {
	Flags        []string
	InternalDate time.Time // zero means now
	Body         io.Reader // read to its end, once
}

// Placed says where a message was stored.
type Placed struct {
	Mailbox     int64
	UIDValidity uint32
	UID         uint32
}

// Copied says where messages were copied or moved: Source[i] became Dest[i].
// Both ascend, and are empty when nothing matched.
type Copied struct {
	Mailbox     int64
	UIDValidity uint32
	Source      []uint32
	Dest        []uint32
}

// Body is the bytes of one message. It stays readable until it is closed, also
// when the message is expunged meanwhile. ReadAt may be called concurrently.
type Body interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// FlagOp says what a FlagChange does with the flags that are there.
type FlagOp int

// What a FlagChange does.
const (
	ReplaceFlags FlagOp = iota
	AddFlags
	RemoveFlags
)

// FlagChange is one change of flags, made to many messages.
type FlagChange struct {
	Op    FlagOp
	Flags []string
}

// Flagging is a message after a FlagChange. A message whose flags were so
// already keeps its mod-sequence, and Before equals ModSeq.
type Flagging struct {
	Message
	Before uint64 // mod-sequence before the change
}

const maxKeyword = 100

// ParseFlags returns the flags in canonical form and without repetition.
// `\Recent` is dropped, since clients send it back; other unknown system flags
// and keywords that are no atom (RFC 9051, section 9) are ErrInvalidFlag.
func ParseFlags(in []string) ([]string, error) {
	out := make([]string, 0, len(in))
	for _, s := range in {
		flag, err := parseFlag(s)
		if err != nil {
			return nil, err
		}
		if flag != "" && !(Message{Flags: out}).Has(flag) {
			out = append(out, flag)
		}
	}
	return out, nil
}

func parseFlag(s string) (string, error) {
	if strings.EqualFold(s, `\Recent`) {
		return "", nil
	}
	for _, f := range SystemFlags() {
		if strings.EqualFold(s, f) {
			return f, nil
		}
	}
	if s == "" || len(s) > maxKeyword {
		return "", fmt.Errorf("parse flag %q: %w", s, ErrInvalidFlag)
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`(){%*"\]`, c) >= 0 {
			return "", fmt.Errorf("parse flag %q: %w", s, ErrInvalidFlag)
		}
	}
	return s, nil
}
