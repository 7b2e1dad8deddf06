package probe

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// maxLook is how many messages of ours one look reads.
	maxLook = 200
	// maxLookRead bounds what a look reads in all.
	maxLookRead = 2 << 20
	// searchWindow is how many messages one SEARCH goes over, so that its answer
	// fits in a line, and searchWindows how many of these the newest messages
	// are. What lies behind that much of other people's mail is not looked for.
	searchWindow  = 500
	searchWindows = 4
)

// inbox is the mailbox as IMAP shows it (RFC 9051, RFC 3501).
type inbox struct {
	*imap
	exists   int
	searched int // how many existed at the last search
	validity string
	next     uint32 // the UID that the next message gets, if the server says
}

// open opens it for writing, because what was seen is removed.
func (b *inbox) open() error {
	if err := b.enter(); err != nil {
		return err
	}
	b.in.left = maxLookRead
	// There are more of them after the login (RFC 9051, section 6.1.1).
	if err := b.step("capability", budgetCommand, b.capability); err != nil {
		return err
	}
	return b.step("select", budgetCommand, func(context.Context) error { return b.ask("SELECT INBOX", "", b.note) })
}

var boxCode = regexp.MustCompile(`^\[(UIDVALIDITY|UIDNEXT) ([0-9]{1,10})\]`)

// note takes what the server says of the mailbox.
func (b *inbox) note(line string) {
	head, rest, _ := strings.Cut(line, " ")
	if n, err := strconv.ParseInt(head, 10, 32); err == nil {
		switch strings.ToUpper(rest) {
		case "EXISTS":
			b.exists = int(n)
		case "EXPUNGE":
			b.exists = max(b.exists-1, 0)
		}
	}
	if m := boxCode.FindStringSubmatch(strings.ToUpper(rest)); m != nil {
		switch n, _ := strconv.ParseUint(m[2], 10, 32); m[1] {
		case "UIDVALIDITY":
			b.validity = m[2]
		case "UIDNEXT":
			b.next = uint32(n)
		}
	}
}

// find lists the messages of the owner among those with UIDs at or above from,
// lowest first, at most maxLook.
func (b *inbox) find(owner string, from uint32) ([]uint32, error) {
	var uids []uint32
	b.searched = b.exists
	err := b.step("search", budgetCommand, func(context.Context) error {
		for high, n := b.exists, 0; high > 0 && n < searchWindows; n++ {
			low := max(high-searchWindow+1, 1)
			var page []uint32
			command := fmt.Sprintf(`UID SEARCH %d:%d UID %d:* HEADER %s "%s-"`, low, high, from, canaryHeader, owner)
			err := b.ask(command, "", func(line string) {
				b.note(line)
				for _, text := range searched(line) {
					if uid, err := strconv.ParseUint(text, 10, 32); err == nil && uint32(uid) >= from {
						page = append(page, uint32(uid))
					}
				}
			})
			if err != nil {
				return err
			}
			uids = append(page, uids...)
			high = low - 1
		}
		return nil
	})
	slices.Sort(uids)
	return uids[:min(len(uids), maxLook)], err
}

// found is a message as FETCH gives it.
type found struct {
	uid   uint32
	dated time.Time
	text  []byte // its beginning
}

var (
	fetchUID  = regexp.MustCompile(`(?i)[( ]UID ([0-9]{1,10})`)
	fetchDate = regexp.MustCompile(`(?i)[( ]INTERNALDATE "([^"]{1,40})"`)
)

// fetch reads the beginnings of the messages.
func (b *inbox) fetch(uids []uint32, each func(found)) error {
	return b.step("fetch", budgetCommand, func(context.Context) error {
		tag := b.nextTag()
		command := fmt.Sprintf("%s UID FETCH %s (UID INTERNALDATE BODY.PEEK[]<0.%d>)", tag, strings.Join(texts(uids), ","), maxCanary)
		if err := b.send(command, command); err != nil {
			return err
		}
		for {
			line, literals, err := b.responseKeeping(maxCanary)
			if err != nil {
				return err
			}
			rest, untagged := strings.CutPrefix(line, "* ")
			if !untagged {
				return b.judge(tag, line)
			}
			if err := goodbye(rest); err != nil {
				return err
			}
			b.note(rest)
			uid := fetchUID.FindStringSubmatch(rest)
			if uid == nil || len(literals) != 1 {
				continue // of another message, or of flags
			}
			n, _ := strconv.ParseUint(uid[1], 10, 32)
			f := found{uid: uint32(n), text: literals[0]}
			if date := fetchDate.FindStringSubmatch(rest); date != nil {
				f.dated = parseInternalDate(date[1])
			}
			each(f)
		}
	})
}

// texts are the UIDs as they are written.
func texts(uids []uint32) []string {
	list := make([]string, len(uids))
	for i, uid := range uids {
		list[i] = strconv.FormatUint(uint64(uid), 10)
	}
	return list
}

// parseInternalDate reads a date-time (RFC 9051, section 9); zero for what is
// none.
func parseInternalDate(s string) time.Time {
	at, err := time.Parse("_2-Jan-2006 15:04:05 -0700", s)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// remove deletes messages for good. Where that would take others' mail with it,
// ours stay too, marked as deleted, and it reports so.
func (b *inbox) remove(uids []uint32) (stay bool, err error) {
	err = b.step("expunge", budgetCommand, func(context.Context) error {
		stay, err = b.expunge(texts(uids), b.note)
		return err
	})
	return stay, err
}

// wait is a wait for news of the mailbox, by IDLE (RFC 2177).
type wait struct {
	done chan struct{} // closed when the server speaks of other things again
	end  func()        // asks for that
	at   time.Time     // when the server told of a new message; zero when it did not
	err  error
}

// idle begins to wait for a new message, for at most limit. Until done is
// closed the inbox is not to be used.
func (b *inbox) idle(limit time.Duration) *wait {
	w := &wait{done: make(chan struct{})}
	tag := b.nextTag()
	begun := make(chan struct{})
	w.end = sync.OnceFunc(func() {
		<-begun
		// When this fails, the reader meets it too.
		_, _ = b.wire.Write([]byte("DONE\r\n"))
	})
	timer := time.AfterFunc(limit, w.end)
	ready := make(chan struct{})
	go func() {
		defer close(w.done)
		defer timer.Stop()
		opened := sync.OnceFunc(func() { close(begun); close(ready) })
		defer opened()
		defer func() {
			if v := recover(); v != nil {
				w.err = &stepError{"probe.panic", Inconclusive, fmt.Sprint(v)}
			}
		}()
		w.err = b.step("idle", limit+budgetCommand, func(context.Context) error {
			if err := b.send(tag+" IDLE", tag+" IDLE"); err != nil {
				return err
			}
			return b.listen(tag, w, opened)
		})
	}()
	<-ready
	return w
}

func (b *inbox) listen(tag string, w *wait, opened func()) error {
	for {
		line, err := b.receive()
		if err != nil {
			return err
		}
		if strings.HasPrefix(line, "+") {
			opened()
			continue
		}
		rest, untagged := strings.CutPrefix(line, "* ")
		if !untagged {
			return b.judge(tag, line)
		}
		if err := goodbye(rest); err != nil {
			return err
		}
		before := b.exists
		if b.note(rest); b.exists > before && w.at.IsZero() {
			w.at = time.Now()
			go w.end()
		}
	}
}
