package pop3d

// dele marks a message; it is removed by QUIT only.
func (s *session) dele(arg string) {
	m := s.drop.find(arg)
	if m == nil {
		s.noMessage()
		return
	}
	m.deleted = true
	s.ok("Marked for deletion")
}

func (s *session) rset(string) {
	for i := range s.drop.messages {
		s.drop.messages[i].deleted = false
	}
	s.ok("Nothing is marked for deletion")
}

// quit ends the session; after a login it is the UPDATE state (RFC 1939,
// section 6), whose +OK says that the messages are gone from the disk.
func (s *session) quit(string) {
	s.ended = true
	if s.drop == nil {
		s.ok("Goodbye")
		return
	}
	var uids []uint32
	for _, m := range s.drop.messages {
		if m.deleted {
			uids = append(uids, m.uid)
		}
	}
	if len(uids) > 0 {
		if err := s.server.svc.Expunge(s.ctx, s.drop.account, s.drop.mailbox.ID, uids); err != nil {
			s.broken("delete messages", err)
			return
		}
	}
	// Before the answer, so that a client that comes back at once is let in.
	s.drop.release()
	s.ok("Goodbye")
}
