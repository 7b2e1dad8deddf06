package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// defaultFolder is where the push is measured when the target names no
	// folder.
	defaultFolder = "Howdah"
	// leftAfter is how old a message of ours must be that this run did not
	// make, before it is removed: a run of somebody else may need it. Longer
	// runs have longer.
	leftAfter = time.Minute
	// maxLeft bounds how many of them one run removes.
	maxLeft = 100
	// maxSearched is how many messages one search goes over, so that its answer
	// stays within a line.
	maxSearched = 500
	// maxOwnText is how much of a message is read.
	maxOwnText = 8 << 10
)

// drawer is the folder in which a run handles messages of its own.
type drawer struct {
	*imap
	folder string
	exists int      // messages in it, as far as the server has told
	own    []string // UIDs of what this run put there
}

// deepen goes further than the inbox, into the folder that the target names: a
// message is put there and fetched, and how soon one is announced is measured.
// Nothing of it stays.
func (s *imap) deepen() error {
	d := &drawer{imap: s, folder: s.target.Folder}
	if d.folder == "" {
		d.folder = defaultFolder
	}
	// There are more of them after the login (RFC 9051, section 6.1.1).
	if err := d.step("capability", budgetCommand, d.capability); err != nil {
		return err
	}
	if err := d.step("folder", budgetCommand, d.open); err != nil {
		return err
	}
	if s.target.Folder != "" {
		if err := d.roundTrip(); err != nil {
			return err
		}
	}
	if s.target.Idle {
		if err := d.measurePush(); err != nil {
			return err
		}
	}
	return d.step("expunge", budgetCommand, func(context.Context) error { return d.remove(d.own) })
}

// roundTrip puts a message into the folder, and wants its bytes back.
func (d *drawer) roundTrip() error {
	m := newMessage("", d.target.User, time.Now())
	err := d.step("append", budgetCommand, func(context.Context) error {
		tag, err := d.offer(d.folder, m)
		if err != nil {
			return err
		}
		return d.hand(tag, m, d.note)
	})
	if err != nil {
		return err
	}
	return d.step("fetch", budgetCommand, func(context.Context) error {
		uid, err := d.seek(m)
		if err != nil {
			return err
		}
		d.own = append(d.own, uid)
		return d.compare(uid, m)
	})
}

// open selects the folder, makes it where there is none, and removes what runs
// that were cut short have left in it.
func (d *drawer) open(context.Context) error {
	err := d.ask("SELECT "+folderName(d.folder), "", d.note)
	if f := (*fault)(nil); errors.As(err, &f) && f.cause == "no" {
		d.exists = 0
		if err := d.create(); err != nil {
			return err
		}
		err = d.ask("SELECT "+folderName(d.folder), "", d.note)
	}
	if err != nil {
		return err
	}
	stale, err := d.stale()
	if err != nil || len(stale) == 0 {
		return err
	}
	return d.remove(stale)
}

// create makes the folder. Another run may have made it just now (RFC 5530,
// section 3).
func (d *drawer) create() error {
	err := d.ask("CREATE "+folderName(d.folder), "", nil)
	if f := (*fault)(nil); errors.As(err, &f) && strings.HasPrefix(strings.ToUpper(f.detail), "[ALREADYEXISTS]") {
		return nil
	}
	return err
}

// offer begins to put a message into a folder, up to where the server wants its
// text. It counts as read, so that it disturbs nobody.
func (s *imap) offer(folder string, m message) (tag string, err error) {
	tag = s.nextTag()
	command := fmt.Sprintf(`%s APPEND %s (\Seen) {%d}`, tag, folderName(folder), len(m.text))
	if err := s.send(command, command); err != nil {
		return "", err
	}
	for {
		line, err := s.response()
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(line, "+") {
			return tag, nil
		}
		rest, untagged := strings.CutPrefix(line, "* ")
		if !untagged {
			if err := s.judge(tag, line); err != nil {
				return "", err
			}
			return "", &fault{"proto", "done before the message was sent: " + line}
		}
		if err := goodbye(rest); err != nil {
			return "", err
		}
	}
}

// hand sends the text that was offered, and waits until it is stored; untagged
// is as in ask.
func (s *imap) hand(tag string, m message, untagged func(string)) error {
	if err := s.send(m.text, "(the message "+m.id+")"); err != nil {
		return err
	}
	return s.finish(tag, untagged)
}

// budget is the time that the run has in all.
func (c *conn) budget() time.Duration {
	deadline, ok := c.ctx.Deadline()
	if !ok {
		return 0
	}
	return deadline.Sub(c.begun)
}

// remove deletes messages for good, and makes sure that they are gone.
func (d *drawer) remove(uids []string) error {
	spared, err := d.expunge(uids, d.note)
	if err != nil {
		return err
	}
	if spared {
		return &fault{"nomech", "others have marked messages as deleted, and the server offers no UIDPLUS to spare them"}
	}
	left, err := d.search("UID " + strings.Join(uids, ","))
	if err == nil && len(left) > 0 {
		err = &fault{"mismatch", "a message that was expunged is still there"}
	}
	return err
}

// folderName is a folder's name on the wire, where an ampersand begins what is
// not ASCII (RFC 9051, section 5.1).
func folderName(name string) string { return quote(strings.ReplaceAll(name, "&", "&-")) }
