package probe

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// peer is a healthy server of a protocol, with the phases that its answers
// belong to, one after the other.
type peer struct {
	scheme   string
	options  string
	phases   string
	greeting string
	answer   func(line string, in *bufio.Reader, out io.Writer) string
	says     map[string]string // faults that are words, by their cause
	except   map[string]Reason // by "number fault", where it is not phase and cause
}

// dial is a dialer to the server, on which an answer goes wrong.
func (p peer) dial(at int, fault, says string) Dialer {
	return func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			if _, err := io.WriteString(theirs, p.greeting+"\r\n"); err != nil {
				return
			}
			in := bufio.NewReader(theirs)
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if _, err := io.WriteString(theirs, p.answer(line, in, theirs)); err != nil {
					return
				}
			}
		}()
		return &faulty{Conn: ours, at: at, fault: fault, says: says, closed: make(chan struct{})}, nil
	}
}

func (p peer) run(t *testing.T, dial Dialer) Result {
	t.Helper()
	user := "probe@"
	if strings.HasPrefix(p.scheme, "lmtp") {
		user = ""
	}
	target, err := ParseTarget(p.scheme + "://" + user + "127.0.0.1" + p.options)
	if err != nil {
		t.Fatal(err)
	}
	return (&Runner{Dial: dial}).RunTarget(t.Context(), target, func() (string, error) { return secret, nil }, defaultTimeout)
}

// folder is what an IMAP server has in its one folder: a message or none.
type folder struct {
	mu   sync.Mutex
	text string // empty for none
	idle func() // tells who waits of a new message; nil when nobody does
	// delay is how long that takes.
	delay time.Duration
}

func (f *folder) exists() int { return min(len(f.text), 1) }

// session answers one connection.
func (f *folder) session(caps string) func(line string, in *bufio.Reader, out io.Writer) string {
	offered, tag := 0, ""
	return func(line string, in *bufio.Reader, out io.Writer) string {
		f.mu.Lock()
		defer f.mu.Unlock()
		if offered > 0 {
			rest := make([]byte, offered+2-len(line))
			if _, err := io.ReadFull(in, rest); err != nil {
				return ""
			}
			f.text, offered = strings.TrimSuffix(line+string(rest), "\r\n"), 0
			if f.idle != nil {
				f.idle()
			}
			return "* 1 EXISTS\r\n" + tag + " OK stored\r\n"
		}
		words := strings.Fields(line)
		if words[0] == "DONE" {
			f.idle = nil
			return tag + " OK done\r\n"
		}
		tag = words[0]
		ok := tag + " OK done\r\n"
		switch words[1] {
		case "CAPABILITY":
			return "* CAPABILITY " + caps + "\r\n" + ok
		case "SELECT":
			return fmt.Sprintf("* %d EXISTS\r\n%s", f.exists(), ok)
		case "APPEND":
			last := words[len(words)-1]
			offered, _ = strconv.Atoi(last[1 : len(last)-1])
			return "+ go on\r\n"
		case "IDLE":
			f.idle = func() {
				go func() {
					time.Sleep(f.delay)
					_, _ = io.WriteString(out, "* 1 EXISTS\r\n")
				}()
			}
			return "+ waiting\r\n"
		case "EXPUNGE":
			f.text = ""
			return "* 1 EXPUNGE\r\n" + ok
		case "UID":
			switch words[2] {
			case "SEARCH":
				return "* SEARCH 7\r\n" + ok
			case "FETCH":
				return fmt.Sprintf("* 1 FETCH (BODY[] {%d}\r\n%s UID 7)\r\n%s", len(f.text), f.text, ok)
			case "EXPUNGE":
				f.text = ""
				return "* 1 EXPUNGE\r\n" + ok
			}
		}
		return ok
	}
}

// lineServer answers by the first word of a line.
func lineServer(answers map[string]string) func(line string, in *bufio.Reader, out io.Writer) string {
	return func(line string, in *bufio.Reader, _ io.Writer) string {
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if word == "Date:" { // a message: its first line
			for strings.TrimSpace(line) != "." {
				var err error
				if line, err = in.ReadString('\n'); err != nil {
					return ""
				}
			}
			word = "."
		}
		return answers[word] + "\r\n"
	}
}
