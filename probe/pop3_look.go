package probe

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

const (
	// maxListed is how many messages are listed one by one.
	maxListed = 200
	// maxRetrieved is how large a message is fetched whole, in bytes. Of a
	// larger one only the header is read, where the server can do so.
	maxRetrieved = 64 << 10
)

// look asks how much mail there is and how a mail program would tell it apart;
// on request it reads the newest message. An empty mailbox has nothing to read,
// and passes.
func (s *pop3) look() error {
	if err := s.step("stat", budgetCommand, s.stat); err != nil {
		return err
	}
	if _, offered := s.caps["UIDL"]; offered || s.target.Retrieve {
		if err := s.step("uidl", budgetCommand, s.uidl); err != nil {
			return err
		}
	}
	if s.target.Retrieve && s.count > 0 {
		return s.step("retr", budgetCommand, s.retrieve)
	}
	return nil
}

func (s *pop3) stat(context.Context) error {
	text, err := s.ask("STAT", "STAT")
	if err != nil {
		return err
	}
	var octets uint64
	if _, err := fmt.Sscanf(text, "%d %d", &s.count, &octets); err != nil {
		return &fault{"proto", "STAT answered " + text}
	}
	return nil
}

// uidl asks for the unique IDs: of all messages, or of the newest where there
// are very many.
func (s *pop3) uidl(context.Context) error {
	if s.count > maxListed {
		command := fmt.Sprint("UIDL ", s.count)
		text, err := s.ask(command, command)
		if err != nil {
			return err
		}
		return uniqueID(text, s.count)
	}
	if _, err := s.ask("UIDL", "UIDL"); err != nil {
		return err
	}
	for n := uint64(1); ; n++ {
		line, err := s.receive()
		if err != nil {
			return err
		}
		if line == "." && n == s.count+1 {
			return nil
		}
		if err := uniqueID(line, n); err != nil || n > s.count {
			return &fault{"proto", fmt.Sprintf("of %d messages, number %d is listed as %s", s.count, n, line)}
		}
	}
}

// uniqueID wants the number of a message and an ID of one word (RFC 1939,
// section 7).
func uniqueID(text string, n uint64) error {
	number, id, _ := strings.Cut(text, " ")
	if number != strconv.FormatUint(n, 10) || id == "" || strings.Contains(id, " ") {
		return &fault{"proto", fmt.Sprintf("UIDL of %d answered %s", n, text)}
	}
	return nil
}

// retrieve reads the newest message, or its header, and keeps none of it. What
// is too large for either has been listed, and that has to do.
func (s *pop3) retrieve(context.Context) error {
	list := fmt.Sprint("LIST ", s.count)
	text, err := s.ask(list, list)
	if err != nil {
		return err
	}
	var number, size uint64
	if _, err := fmt.Sscanf(text, "%d %d", &number, &size); err != nil || number != s.count {
		return &fault{"proto", "LIST answered " + text}
	}
	command := fmt.Sprint("RETR ", s.count)
	if size > maxRetrieved {
		if _, offered := s.caps["TOP"]; !offered {
			return nil
		}
		command = fmt.Sprint("TOP ", s.count, " 0")
	}
	if _, err := s.ask(command, command); err != nil {
		return err
	}
	s.log.add("S", "(the message)")
	return s.in.text()
}
