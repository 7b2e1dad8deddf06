package probe

import (
	"slices"
	"sync/atomic"
	"time"
)

const (
	// maxFlying is how many messages may be on their way: those of five days, at
	// one in five minutes, and some. No new ones are sent beyond.
	maxFlying = 2000
	// giveUp is when senders give a message up (RFC 5321, section 4.5.4.1).
	giveUp = 5 * 24 * time.Hour
	// maxUsual is how many messages tell how long one usually takes, and
	// leastUsual is never too long.
	maxUsual   = 100
	leastUsual = 30 * time.Second
	// maxLanded is how many IDs are remembered of messages that have come
	// through, because a message may come twice (RFC 1047).
	maxLanded = 2000
	// strayAfter is how old a message of ours must be that nobody knows of,
	// before it is removed: it may be known to a copy of us.
	strayAfter = time.Hour
	// sweepEvery is how often the whole mailbox is searched, and not only what
	// is new in it.
	sweepEvery = time.Hour
)

// courier sends the canaries of one check along its route, and looks for them.
// It is the check's Asker. It is its own sending server: what is not accepted
// waits here, for as long as an outage lasts, and is tried again.
type courier struct {
	runner *Runner
	tell   func([]Canary) // is given the new values of those that changed
	route  atomic.Pointer[Route]
	status atomic.Pointer[CanaryStatus]

	// What follows is of the run under way. Runs of one check never overlap.
	check, component string
	way              way       // that the messages now under way have gone
	owner            string    // begins the ID of each message
	number           int64     // of the newest message
	nextAt           time.Time // when a new message is due
	retryAt          time.Time // when those are tried again that were not accepted; zero: at once
	flying           []*flight // in order of submission
	landed           []string  // IDs of messages that have come through, newest last
	usual            []time.Duration
	imap, pop3       place
	proven           time.Time // submission of the newest message that has come through
	altered          string    // ID of that message, when its text was not as it was sent
	lost             int64
	newest           *Canary // the one that came through last
}

// way is what of a route must stay for a message on it to arrive.
type way struct{ submit, imap, pop3 Target }

func (r Route) way() way { return way{r.Submit, r.IMAP, r.POP3} }

// place is one at which the mailbox is looked at.
type place struct {
	// since is the beginning of the newest time in which every look at it
	// succeeded; zero when the last one did not.
	since    time.Time
	validity string          // of the mailbox, by IMAP
	next     uint32          // lowest UID that was not looked at, by IMAP
	sweepAt  time.Time       // when to look at all UIDs again, by IMAP
	foreign  map[string]bool // UIDs of messages of others, by POP3
}

// flight is a message on its way.
type flight struct {
	Canary
	uid uint32 // in the mailbox as it was seen by IMAP; zero for not seen
	// excuse is what a later message must have been submitted after, to show by
	// its arrival that the way works in spite of this one, which is overdue.
	excuse time.Time
	missed string // where it is missed: "deliver", "seen_imap" or "seen_pop3"
}

// miss marks the message as overdue.
func (f *flight) miss(w way, excuse time.Time) {
	f.Overdue, f.excuse = true, excuse
	switch {
	case f.SeenIMAP.IsZero() && f.SeenPOP3.IsZero():
		f.missed = "deliver"
	case w.imap != Target{} && f.SeenIMAP.IsZero():
		f.missed = "seen_imap"
	default:
		f.missed = "seen_pop3"
	}
}

// newCourier makes one that has sent nothing.
func newCourier(r *Runner, c Check, tell func([]Canary)) *courier {
	k := &courier{runner: r, tell: tell, check: c.Key, component: c.Component, owner: newOwner(), way: c.Canary.way()}
	k.route.Store(c.Canary)
	k.report()
	return k
}

// restore takes up the messages of an earlier run of the program, oldest first.
// It is to be called before the first run of the check.
func (k *courier) restore(now time.Time, known []Canary) {
	every, overdue := k.route.Load().Every, k.route.Load().Overdue
	for _, c := range known {
		if c.Check != k.check {
			continue
		}
		if owner := ownerOf(c.ID); owner != "" {
			k.owner = owner
		}
		k.number = max(k.number, c.Number)
		// The clock may have been set since.
		k.nextAt = c.SubmittedAt.Add(every)
		if latest := now.Add(every); k.nextAt.After(latest) {
			k.nextAt = latest
		}
		switch {
		case c.DoneAt.IsZero():
			f := &flight{Canary: c}
			if c.Overdue {
				f.miss(k.way, c.AcceptedAt.Add(overdue))
			}
			k.flying = append(k.flying, f)
		case !c.Lost && !c.ArrivedAt.IsZero():
			k.note(c)
		}
	}
	// What an earlier owner sent would not be recognised.
	k.flying = slices.DeleteFunc(k.flying, func(f *flight) bool { return ownerOf(f.ID) != k.owner })
	k.report()
}

// follow changes over to a route. What is under way on another one is not
// looked for any longer.
func (k *courier) follow(r *Route, now time.Time) {
	if r.way() == k.way {
		return
	}
	for _, f := range k.flying {
		f.DoneAt = now
	}
	k.publish(k.flying...)
	k.flying, k.retryAt = nil, time.Time{}
	k.imap, k.pop3, k.way = place{}, place{}, r.way()
}

// launch makes a new message when one is due.
func (k *courier) launch(r *Route, now time.Time) *flight {
	if now.Before(k.nextAt) || len(k.flying) >= maxFlying {
		return nil
	}
	k.nextAt = k.nextAt.Add(r.Every)
	if !k.nextAt.After(now) {
		k.nextAt = now.Add(r.Every)
	}
	k.number++
	f := &flight{Canary: Canary{
		ID: canaryID(k.owner, k.number), Check: k.check, Component: k.component, Number: k.number, SubmittedAt: now,
	}}
	k.flying = append(k.flying, f)
	k.publish(f) // before it is sent, so that it is known after a crash
	return f
}

// due are the messages to be handed over: those that wait, once the time has
// come to try again, and else the new one alone. waiting reports whether there
// are any that were not accepted.
func (k *courier) due(fresh *flight, now time.Time) (list []*flight, waiting bool) {
	for _, f := range k.flying {
		if !f.AcceptedAt.IsZero() {
			continue
		}
		waiting = true
		if f == fresh || !now.Before(k.retryAt) {
			list = append(list, f)
		}
	}
	return list, waiting
}

// land ends the flights of which nothing more is awaited.
func (k *courier) land(done func(*flight) bool) {
	k.flying = slices.DeleteFunc(k.flying, func(f *flight) bool {
		if !done(f) {
			return false
		}
		if f.Lost {
			k.lost++
		} else {
			k.note(f.Canary)
		}
		k.publish(f)
		return true
	})
}

// note remembers a message that has come through.
func (k *courier) note(c Canary) {
	k.landed = append(k.landed, c.ID)
	k.landed = k.landed[max(len(k.landed)-maxLanded, 0):]
	k.usual = append(k.usual, max(c.DoneAt.Sub(c.AcceptedAt), 0))
	k.usual = k.usual[max(len(k.usual)-maxUsual, 0):]
	k.proven = later(k.proven, c.SubmittedAt)
	k.newest = &c
}

// patience is how long a message usually takes at most: 99 of the last 100 did
// not take longer.
func (k *courier) patience() time.Duration {
	if len(k.usual) == 0 {
		return leastUsual
	}
	sorted := slices.Sorted(slices.Values(k.usual))
	return max(sorted[(len(sorted)*99+99)/100-1], leastUsual)
}

// publish tells the newest values of these messages.
func (k *courier) publish(list ...*flight) {
	if len(list) == 0 {
		return
	}
	news := make([]Canary, len(list))
	for i, f := range list {
		news[i] = f.Canary
		news[i].SubmittedAt, news[i].AcceptedAt, news[i].ArrivedAt = utc(f.SubmittedAt), utc(f.AcceptedAt), utc(f.ArrivedAt)
		news[i].PushedAt, news[i].SeenIMAP, news[i].SeenPOP3 = utc(f.PushedAt), utc(f.SeenIMAP), utc(f.SeenPOP3)
		news[i].DoneAt = utc(f.DoneAt)
		news[i].Hops = slices.Clone(f.Hops)
	}
	k.tell(news)
}
