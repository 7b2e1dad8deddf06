package probe

import (
	"fmt"
	"strings"
)

// reply is a whole answer of SMTP or LMTP (RFC 5321, section 4.2).
type reply struct {
	code  string   // three digits
	lines []string // what follows the code, a line each
}

// reply reads one answer. All its lines carry the same code, and together they
// are bounded as everything that a run reads.
func (s *smtp) reply() (reply, error) {
	var r reply
	for {
		line, err := s.receive()
		if err != nil {
			return reply{}, err
		}
		if !isReply(line) || r.code != "" && r.code != line[:3] {
			return reply{}, &fault{"proto", line}
		}
		r.code = line[:3]
		if len(line) == 3 {
			return r, nil // servers do leave out the space before no text
		}
		r.lines = append(r.lines, line[4:])
		if line[3] == ' ' {
			return r, nil
		}
	}
}

// isReply reports whether line is a line of an answer: a code within 200 and
// 599, then nothing, a space or a hyphen.
func isReply(line string) bool {
	if len(line) < 3 || line[0] < '2' || line[0] > '5' || line[1] < '0' || line[1] > '9' || line[2] < '0' || line[2] > '9' {
		return false
	}
	return len(line) == 3 || line[3] == ' ' || line[3] == '-'
}

// expect reads an answer of the class that the digit names: '2' for done, '3'
// for go on.
func (s *smtp) expect(class byte) (reply, error) {
	r, err := s.reply()
	if err != nil {
		return r, err
	}
	return r, r.judge(class)
}

// judge is nil for an answer of the class. The finer code of RFC 3463 tells a
// mailbox that is full (RFC 5321, section 4.2.3: 552) from other refusals.
func (r reply) judge(class byte) error {
	if r.code[0] == class {
		return nil
	}
	text := strings.TrimSpace(r.code + " " + strings.Join(r.lines, " "))
	switch {
	case r.code == "421": // the server hangs up (RFC 5321, section 3.8)
		return &fault{"bye", text}
	case r.code[0] == '4':
		return &fault{"tempfail", text}
	case r.code == "552", strings.HasPrefix(text[3:], " 5.2.2 "):
		return &fault{"quota", text}
	case r.code[0] == '5':
		return &fault{"no", text}
	}
	return &fault{"proto", fmt.Sprintf("want %cyz, got %s", class, text)}
}

// ask sends one command and reads its answer, which must be a 2yz.
func (s *smtp) ask(command string) (reply, error) {
	if err := s.send(command, command); err != nil {
		return reply{}, err
	}
	return s.expect('2')
}
