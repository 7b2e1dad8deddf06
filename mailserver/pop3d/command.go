package pop3d

import "strings"

// command is one line of RFC 1939's table: in which state it is allowed and
// what it does with the rest of its line.
type command struct {
	state state
	run   func(s *session, arg string)
}

type state int

const (
	authorization state = 1 << iota
	transaction
	anyState = authorization | transaction
)

var commands = map[string]command{
	"CAPA": {anyState, (*session).capa},
	"QUIT": {anyState, (*session).quit},
	"STLS": {authorization, (*session).stls},
	"USER": {authorization, (*session).userName},
	"PASS": {authorization, (*session).pass},
	"AUTH": {authorization, (*session).auth},
	"STAT": {transaction, (*session).stat},
	"LIST": {transaction, (*session).list},
	"UIDL": {transaction, (*session).uidl},
	"RETR": {transaction, (*session).retr},
	"TOP":  {transaction, (*session).top},
	"DELE": {transaction, (*session).dele},
	"RSET": {transaction, (*session).rset},
	"NOOP": {transaction, (*session).noop},
}

func (s *session) obey(line string) {
	name, arg, _ := strings.Cut(line, " ")
	c, known := commands[strings.ToUpper(name)]
	if !known {
		s.mistake("Unknown command")
		return
	}
	now := authorization
	if s.drop != nil {
		now = transaction
	}
	if c.state&now == 0 {
		s.mistake("Not possible in this state")
		return
	}
	c.run(s, arg)
}
