package probe

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// office is a mail system with one mailbox: SMTP on port 25, IMAP on 143 and
// POP3 on 110, over net.Pipe.
type office struct {
	mu      sync.Mutex
	smtp    string // "" takes mail, "refused", "hung", or an answer to RCPT
	imap    string // "" works, "refused", or an answer to LOGIN
	pop3    string // likewise, to PASS
	held    bool   // what is taken waits in a queue
	lossy   bool   // what is taken goes nowhere
	noIdle  bool
	noPlus  bool // no UIDPLUS either
	noTop   bool
	queue   []string
	box     []*posted
	uid     uint32
	stamp   func(now time.Time) string // of the server; nil: its own, which is right
	news    chan struct{}              // closed at each change
	commits int                        // messages that were ever put in the mailbox
	fetched int                        // messages that IMAP or POP3 had to read
	cutData bool                       // hang up before the answer to the text
}

type posted struct {
	uid     uint32
	at      time.Time
	text    string
	hidden  bool // from POP3
	deleted bool
}

func newOffice() *office { return &office{news: make(chan struct{})} }

func (o *office) do(change func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change()
	close(o.news)
	o.news = make(chan struct{})
}

// put delivers a message. The caller holds mu or is in do.
func (o *office) put(text string) *posted {
	now := time.Now()
	stamp := now.UTC().Format(time.RFC1123Z)
	if o.stamp != nil {
		stamp = o.stamp(now)
	}
	o.uid++
	o.commits++
	m := &posted{uid: o.uid, at: now, text: "Received: from here by office.example with SMTP;\r\n\t" + stamp + "\r\n" + text}
	o.box = append(o.box, m)
	return m
}

// release delivers what waited.
func (o *office) release() {
	o.do(func() {
		o.held = false
		for _, text := range o.queue {
			o.put(text)
		}
		o.queue = nil
	})
}

// left is what is in the mailbox, the oldest first.
func (o *office) left() (texts []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.box {
		texts = append(texts, m.text)
	}
	return texts
}

// work is how many messages were ever put into the mailbox, and how often one
// was read.
func (o *office) work() (put, read int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.commits, o.fetched
}

func (o *office) dial(_ context.Context, _, addr string) (net.Conn, error) {
	_, port, _ := net.SplitHostPort(addr)
	o.mu.Lock()
	state := map[string]string{"25": o.smtp, "143": o.imap, "110": o.pop3}[port]
	o.mu.Unlock()
	if state == "refused" {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	ours, theirs := net.Pipe()
	s := &clerk{office: o, Conn: theirs, in: bufio.NewReader(theirs)}
	go func() {
		defer theirs.Close()
		switch {
		case state == "hung":
			_, _ = io.Copy(io.Discard, theirs)
		case port == "25":
			s.serveSMTP()
		case port == "143":
			s.serveIMAP()
		default:
			s.servePOP3()
		}
	}()
	return ours, nil
}

// clerk serves one connection.
type clerk struct {
	*office
	net.Conn
	in *bufio.Reader
}

func (s *clerk) line() (string, bool) {
	line, err := s.in.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err == nil
}

func (s *clerk) say(format string, args ...any) { fmt.Fprintf(s, format+"\r\n", args...) }

func (s *clerk) serveSMTP() {
	s.say("220 office")
	for {
		line, ok := s.line()
		if !ok {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		s.mu.Lock()
		state, cut := s.smtp, s.cutData
		s.mu.Unlock()
		switch {
		case verb == "RCPT" && state != "":
			s.say("%s", state)
		case verb == "DATA":
			s.say("354 go on")
			var text strings.Builder
			for {
				line, ok := s.line()
				if !ok {
					return
				}
				if line == "." {
					break
				}
				text.WriteString(strings.TrimPrefix(line, ".") + "\r\n")
			}
			s.do(func() {
				switch {
				case s.lossy:
				case s.held:
					s.queue = append(s.queue, text.String())
				default:
					s.put(text.String())
				}
			})
			if cut {
				return
			}
			s.say("250 taken")
		case verb == "QUIT":
			s.say("221 bye")
			return
		default:
			s.say("250 fine")
		}
	}
}

func (s *clerk) serveIMAP() {
	s.say("* OK office")
	var view []*posted
	for {
		line, ok := s.line()
		if !ok {
			return
		}
		tag, rest, _ := strings.Cut(line, " ")
		words := strings.Fields(rest)
		if words[0] == "UID" {
			words = words[1:]
		}
		s.mu.Lock()
		state, noIdle, noPlus := s.imap, s.noIdle, s.noPlus
		if words[0] == "SELECT" || words[0] == "NOOP" {
			view = append([]*posted(nil), s.box...)
		}
		next := s.uid + 1
		s.mu.Unlock()
		switch words[0] {
		case "CAPABILITY":
			caps := "* CAPABILITY IMAP4rev1"
			if !noIdle {
				caps += " IDLE"
			}
			if !noPlus {
				caps += " UIDPLUS"
			}
			s.say("%s", caps)
		case "LOGIN":
			if state != "" {
				s.say("%s %s", tag, state)
				continue
			}
		case "SELECT":
			s.say("* %d EXISTS", len(view))
			s.say("* OK [UIDVALIDITY 7] valid")
			s.say("* OK [UIDNEXT %d] next", next)
		case "NOOP":
			s.say("* %d EXISTS", len(view))
		case "IDLE":
			s.say("+ idling")
			done := make(chan bool, 1)
			go func() { _, ok := s.line(); done <- ok }()
			for idle := true; idle; {
				s.mu.Lock()
				news, box := s.news, append([]*posted(nil), s.box...)
				s.mu.Unlock()
				if len(box) > len(view) {
					s.say("* %d EXISTS", len(box))
				}
				view = box
				select {
				case <-news:
				case ok := <-done:
					if !ok {
						return
					}
					idle = false
				}
			}
		case "SEARCH":
			s.search(view, words)
		case "FETCH":
			s.fetch(view, words[1])
		case "STORE":
			s.mark(words[1])
		case "EXPUNGE":
			s.purge()
		}
		s.say("%s OK done", tag)
	}
}

func (s *clerk) search(view []*posted, words []string) {
	var low, high int
	var from uint32
	if words[1] == "DELETED" { // NOT UID, a set
		s.say("* SEARCH%s", s.deletedBut(words[4]))
		return
	}
	fmt.Sscanf(words[1], "%d:%d", &low, &high)
	fmt.Sscanf(words[3], "%d:*", &from)
	var hits strings.Builder
	for i := low - 1; i < high && i < len(view); i++ {
		if m := view[i]; (m.uid >= from || i == len(view)-1) && strings.Contains(m.text, words[5]+": "+strings.Trim(words[6], `"`)) {
			fmt.Fprintf(&hits, " %d", m.uid)
		}
	}
	s.say("* SEARCH%s", hits.String())
}

func (s *clerk) fetch(view []*posted, set string) {
	for i, m := range view {
		if !strings.Contains(","+set+",", fmt.Sprintf(",%d,", m.uid)) {
			continue
		}
		s.mu.Lock()
		s.fetched++
		s.mu.Unlock()
		text := m.text[:min(len(m.text), maxCanary)]
		s.say("* %d FETCH (BODY[]<0> {%d}", i+1, len(text))
		fmt.Fprintf(s, "%s", text)
		s.say(` INTERNALDATE "%s" UID %d)`, m.at.Format("_2-Jan-2006 15:04:05 -0700"), m.uid)
	}
}

// gone reports whether the message was removed. The caller holds mu.
func (o *office) gone(m *posted) bool { return !slices.Contains(o.box, m) }

func (s *clerk) mark(set string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.box {
		if strings.Contains(","+set+",", fmt.Sprintf(",%d,", m.uid)) {
			m.deleted = true
		}
	}
}

// deletedBut lists what is marked as deleted and not in the set.
func (s *clerk) deletedBut(set string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := ""
	for _, m := range s.box {
		if m.deleted && !strings.Contains(","+set+",", fmt.Sprintf(",%d,", m.uid)) {
			list += fmt.Sprintf(" %d", m.uid)
		}
	}
	return list
}

func (s *clerk) purge() {
	s.do(func() {
		var rest []*posted
		for _, m := range s.box {
			if !m.deleted {
				rest = append(rest, m)
			}
		}
		s.box = rest
	})
}

func (s *clerk) servePOP3() {
	s.say("+OK office")
	var drop []*posted
	for {
		line, ok := s.line()
		if !ok {
			return
		}
		words := strings.Fields(line)
		var m *posted
		var n int
		if len(words) > 1 {
			if _, err := fmt.Sscanf(words[1], "%d", &n); err == nil && n > 0 && n <= len(drop) {
				m = drop[n-1]
			}
		}
		s.mu.Lock()
		state := s.pop3
		s.mu.Unlock()
		switch words[0] {
		case "CAPA":
			s.say("+OK")
			s.say("USER")
			s.say(".")
		case "PASS":
			if state != "" {
				s.say("%s", state)
				continue
			}
			s.mu.Lock()
			for _, m := range s.box {
				if !m.hidden {
					drop = append(drop, m)
				}
			}
			s.mu.Unlock()
			s.say("+OK")
		case "UIDL":
			s.say("+OK")
			for i, m := range drop {
				s.say("%d u%d", i+1, m.uid)
			}
			s.say(".")
		case "LIST":
			s.say("+OK %d %d", n, len(m.text))
		case "TOP", "RETR":
			s.mu.Lock()
			s.fetched++
			refuse := words[0] == "TOP" && s.noTop || s.gone(m)
			s.mu.Unlock()
			if refuse {
				s.say("-ERR no")
				continue
			}
			s.say("+OK")
			for _, line := range strings.SplitAfter(m.text, "\n") {
				if strings.HasPrefix(line, ".") {
					line = "." + line
				}
				fmt.Fprint(s, line)
			}
			s.say(".")
		case "DELE":
			s.do(func() { m.deleted = true })
			s.say("+OK")
		case "QUIT":
			s.purge()
			s.say("+OK")
			return
		default:
			s.say("+OK")
		}
	}
}
