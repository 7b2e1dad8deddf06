package probe

import (
	"time"
)

// look searches the mailbox by IMAP for messages of ours. pushed is when it
// announced news, zero when it did not.
func (t *trip) look(box *inbox, pushed time.Time) error {
	now := time.Now()
	p := &t.imap
	if p.validity != box.validity || !now.Before(p.sweepAt) {
		p.validity, p.next, p.sweepAt = box.validity, 1, now.Add(sweepEvery)
		for _, f := range t.flying {
			f.uid = 0
		}
	}
	next := max(box.next, 1)
	box.next = 0 // it is said once, when the mailbox is opened
	uids, err := box.find(t.owner, max(p.next, 1))
	if err != nil {
		return err
	}
	var remove []uint32
	if len(uids) > 0 {
		err = box.fetch(uids, func(m found) {
			if t.readIMAP(m, pushed) {
				remove = append(remove, m.uid)
			}
		})
		if err != nil {
			return err
		}
		next = max(next, uids[len(uids)-1]+1)
		if len(uids) == maxLook {
			next = uids[len(uids)-1] + 1
		}
	}
	p.next = max(p.next, next)
	if t.plan.POP3 == (Target{}) {
		for _, f := range t.flying {
			if f.uid != 0 {
				remove = append(remove, f.uid)
			}
		}
	}
	t.land(t.through)
	if len(remove) == 0 {
		return nil
	}
	stay, err := box.remove(remove)
	if stay || err != nil {
		p.sweepAt = now // what is left there is to be found again
	}
	return err
}

// readIMAP takes a message into account, and reports whether it is to be
// removed although it is not under way.
func (t *trip) readIMAP(m found, pushed time.Time) bool {
	now := time.Now()
	s, err := readCanary(m.text, t.owner)
	if err != nil {
		return false
	}
	s.dated = m.dated
	f, ours := t.saw(s, pushed)
	if !ours {
		return t.stray(s, now)
	}
	if f.uid != 0 && f.uid != m.uid {
		return true // it came twice
	}
	f.uid = m.uid
	if f.SeenIMAP.IsZero() {
		f.SeenIMAP = now
		t.publish(f)
	}
	return false
}

// lookPOP3 looks for messages of ours by POP3, and removes those that have come
// through.
func (t *trip) lookPOP3() {
	box := &maildrop{&pop3{conn: t.connection(t.ctx, t.plan.POP3, t.plan.Password)}}
	defer t.runner.turns.take(t.ctx, t.plan.POP3)()
	defer t.hangUp(box.conn)
	t.place("seen_pop3", &t.pop3, box.conn, func() error {
		if err := box.open(); err != nil {
			return err
		}
		return t.searchDrop(box)
	})
}

func (t *trip) searchDrop(box *maildrop) error {
	list, err := box.list()
	if err != nil {
		return err
	}
	foreign := map[string]bool{}
	read := 0
	for _, e := range list {
		if t.pop3.foreign[e.uid] {
			foreign[e.uid] = true
			continue
		}
		if read++; read > maxDropLook {
			continue // the rest in the next run
		}
		text, err := box.read(e)
		if err != nil {
			// It is not to spoil the next look too.
			foreign[e.uid] = true
			t.pop3.foreign = foreign
			return err
		}
		s, err := readCanary(text, t.owner)
		if err != nil {
			foreign[e.uid] = true
			continue
		}
		if t.readPOP3(s) {
			if err := box.remove(e); err != nil {
				return err
			}
		}
	}
	t.pop3.foreign = foreign
	t.land(t.through)
	return box.leave() // what it leaves behind is a stray from now on
}

// readPOP3 takes a message of ours into account, and reports whether it is to
// be removed.
func (t *trip) readPOP3(s sighting) bool {
	now := time.Now()
	f, known := t.saw(s, time.Time{})
	if !known {
		return t.stray(s, now)
	}
	if f.SeenPOP3.IsZero() {
		f.SeenPOP3 = now
		t.publish(f)
	}
	return t.plan.IMAP == (Target{}) || !f.SeenIMAP.IsZero()
}

// through marks a message that was seen wherever it is looked for.
func (t *trip) through(f *flight) bool {
	if t.plan.IMAP != (Target{}) && f.SeenIMAP.IsZero() || t.plan.POP3 != (Target{}) && f.SeenPOP3.IsZero() {
		return false
	}
	f.DoneAt, f.Overdue = time.Now(), false
	return true
}
