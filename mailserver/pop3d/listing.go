package pop3d

import "fmt"

// stat counts what is not deleted.
func (s *session) stat(string) {
	n, octets := s.drop.total()
	s.ok(fmt.Sprintf("%d %d", n, octets))
}

func (d *maildrop) total() (n int, octets int64) {
	for _, m := range d.messages {
		if !m.deleted {
			n++
			octets += m.octets
		}
	}
	return n, octets
}

func (s *session) list(arg string) {
	s.each(arg, func(m *message) string { return fmt.Sprint(m.octets) })
}

func (s *session) uidl(arg string) {
	s.each(arg, s.drop.uidl)
}

// each answers for one message in a line, or for all of them in many.
func (s *session) each(arg string, tell func(*message) string) {
	if arg != "" {
		m := s.drop.find(arg)
		if m == nil {
			s.noMessage()
			return
		}
		s.ok(arg + " " + tell(m))
		return
	}
	n, octets := s.drop.total()
	s.ok(fmt.Sprintf("%d messages (%d octets)", n, octets))
	for i := range s.drop.messages {
		if m := &s.drop.messages[i]; !m.deleted {
			fmt.Fprintf(s.w, "%d %s\r\n", i+1, tell(m))
		}
	}
	s.w.WriteString(".\r\n")
}

func (s *session) noop(string) { s.ok("Still here") }
