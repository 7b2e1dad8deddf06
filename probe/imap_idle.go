package probe

import (
	"context"
	"errors"
	"strings"
	"time"
)

// measurePush measures how soon a mail program that waits by IDLE (RFC 2177) is
// told of a new message. Another connection of the same account puts it there,
// up to its last byte within the phase "watch"; what "idle" takes is the time
// from then on.
func (d *drawer) measurePush() error {
	if !d.caps["IDLE"] {
		return d.step("idle", budgetCommand, func(context.Context) error { return &fault{"nomech", "IDLE is not offered"} })
	}
	other := &imap{conn: d.another()}
	defer other.leave()
	m := newMessage("", d.target.User, time.Now())
	var idle, offered string
	err := d.step("watch", 2*budgetCommand, func(context.Context) (err error) {
		if err := onAnother(other.enter()); err != nil {
			return err
		}
		if idle, err = d.beginIdle(); err != nil {
			return err
		}
		return onAnother(other.step("append", budgetCommand, func(context.Context) (err error) {
			offered, err = other.offer(d.folder, m)
			return err
		}))
	})
	if err != nil {
		return err
	}
	err = d.step("idle", budgetCommand, func(context.Context) error {
		err := other.step("append", budgetCommand, func(context.Context) error { return other.hand(offered, m, nil) })
		if err != nil {
			return onAnother(err)
		}
		return d.awaitPush(idle)
	})
	if err != nil {
		return err
	}
	return d.step("done", budgetCommand, func(context.Context) error {
		if err := d.send("DONE", "DONE"); err != nil {
			return err
		}
		if err := d.finish(idle, d.note); err != nil {
			return err
		}
		uid, err := d.seek(m)
		if err == nil {
			d.own = append(d.own, uid)
		}
		return err
	})
}

// beginIdle returns the tag of an IDLE once the server has begun to watch.
func (d *drawer) beginIdle() (tag string, err error) {
	tag = d.nextTag()
	if err := d.send(tag+" IDLE", tag+" IDLE"); err != nil {
		return "", err
	}
	for {
		line, err := d.response()
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(line, "+") {
			return tag, nil
		}
		if err := d.unasked(tag, line); err != nil {
			return "", err
		}
	}
}

// awaitPush returns when the server has told of a new message.
func (d *drawer) awaitPush(tag string) error {
	for before := d.exists; d.exists <= before; {
		line, err := d.response()
		if err != nil {
			return err
		}
		if err := d.unasked(tag, line); err != nil {
			return err
		}
	}
	return nil
}

// unasked takes what a server says while it waits. The end of its wait is not
// among what it may say.
func (d *drawer) unasked(tag, line string) error {
	rest, untagged := strings.CutPrefix(line, "* ")
	if !untagged {
		if err := d.judge(tag, line); err != nil {
			return err
		}
		return &fault{"proto", "the wait ended unasked: " + line}
	}
	d.note(rest)
	return goodbye(rest)
}

// another is a second connection of the run, which shares its transcript.
func (c *conn) another() *conn {
	return &conn{ctx: c.ctx, runner: c.runner, target: c.target, password: c.password, begun: c.begun, log: c.log, mark: "2"}
}

// leave closes a second connection with as much of a goodbye as takes no time.
func (s *imap) leave() {
	if s.raw == nil {
		return
	}
	_ = s.raw.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	_ = s.send(s.nextTag()+" LOGOUT", "LOGOUT")
	_ = s.raw.Close()
}

// onAnother tells what became of a second connection as the fault of the phase
// that needed it.
func onAnother(err error) error {
	if ended := (*stepError)(nil); errors.As(err, &ended) {
		return &fault{ended.reason.Cause(), "second connection, " + ended.reason.Phase() + ": " + ended.detail}
	}
	return err
}
