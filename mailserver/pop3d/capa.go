package pop3d

// capa lists what is possible in this state (RFC 2449, section 5).
func (s *session) capa(string) {
	s.ok("Capability list follows")
	for _, c := range s.capabilities() {
		s.w.WriteString(c + "\r\n")
	}
	s.w.WriteString(".\r\n")
}

func (s *session) capabilities() []string {
	caps := []string{"TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "EXPIRE NEVER"}
	if s.mayLogIn() {
		caps = append(caps, "USER", "SASL PLAIN")
	}
	if s.drop == nil && s.mayStartTLS() {
		caps = append(caps, "STLS")
	}
	return caps
}

func (s *session) mayLogIn() bool { return s.secure || s.plainOK }

func (s *session) mayStartTLS() bool { return !s.secure && s.server.opts.TLS != nil }

// stls starts TLS (RFC 2595, section 4). What the client said before counts
// for nothing.
func (s *session) stls(string) {
	if !s.mayStartTLS() {
		s.mistake("STLS is not possible")
		return
	}
	s.ok("Begin TLS")
	if s.w.Flush() != nil || !s.startTLS() {
		s.ended = true
		return
	}
	s.user = ""
}
