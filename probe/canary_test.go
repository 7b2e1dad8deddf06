package probe

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// through fails unless the message has come through.
func through(t *testing.T, c Canary) {
	t.Helper()
	if c.AcceptedAt.IsZero() || c.ArrivedAt.IsZero() || c.SeenIMAP.IsZero() || c.SeenPOP3.IsZero() || c.DoneAt.IsZero() || c.Overdue || c.Lost {
		t.Fatalf("message %d has not come through: %+v", c.Number, c)
	}
	if c.ArrivedAt.Before(c.SubmittedAt) || c.ArrivedAt.After(c.SeenIMAP) || c.DoneAt.Before(c.SeenPOP3) {
		t.Fatalf("message %d: the times run backwards: %+v", c.Number, c)
	}
}

func (p *round) empty(t *testing.T) {
	t.Helper()
	if n := len(p.office.left()); n != 0 {
		t.Errorf("%d messages were left in the mailbox", n)
	}
}

func TestCanaryComesThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(3 * time.Second)
		c := p.facts()[1]
		through(t, c)
		if c.PushedAt.IsZero() || c.PushedAt.After(c.SeenIMAP) {
			t.Errorf("pushed at %v, seen at %v", c.PushedAt, c.SeenIMAP)
		}
		if len(c.Hops) != 1 || c.Hops[0].By != "office.example" || c.Hops[0].Skewed {
			t.Errorf("hops %+v", c.Hops)
		}
		if c.Check != "canary" || c.Component != "incoming" || c.SubmittedAt.Location() != time.UTC {
			t.Errorf("%+v", c)
		}
		p.empty(t)
		if r := p.last(t); r.Verdict != OK || len(r.Phases) != 4 || r.Target != p.route.Submit.String() {
			t.Errorf("%+v", r)
		}
		time.Sleep(10*time.Minute + 30*time.Second)
		all := p.facts()
		if len(all) != 3 {
			t.Fatalf("%d messages in ten minutes", len(all))
		}
		for n, later := range []int64{1, 2} {
			through(t, all[later+1])
			gap := all[later+1].SubmittedAt.Sub(all[int64(n)+1].SubmittedAt)
			if gap < 5*time.Minute || gap > 5*time.Minute+30*time.Second {
				t.Errorf("message %d came %v after the one before", later+1, gap)
			}
		}
		p.empty(t)
		status := p.prober.Canaries()
		if len(status) != 1 || status[0].Flying != 0 || !status[0].LastSeenAt.Equal(all[3].DoneAt) || len(status[0].Hops) != 5 {
			t.Errorf("%+v", status)
		}
		if kept, _ := p.store.Canaries(t.Context(), time.Time{}); len(kept) != 3 || kept[2].DoneAt.IsZero() {
			t.Errorf("kept: %+v", kept)
		}
	})
}

// A mailbox may be looked at in one way only, and a server may announce
// nothing.
func TestCanaryByOneProtocol(t *testing.T) {
	for name, change := range map[string]func(*round){
		"imap": func(p *round) { p.route.POP3 = Target{} },
		"pop3": func(p *round) { p.route.IMAP = Target{} },
		"mute": func(p *round) { p.office.noIdle = true },
		"bare": func(p *round) { p.route.IMAP, p.office.noTop = Target{}, true },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newRound(t)
				change(p)
				p.run(t)
				defer func() { p.stop() }()
				time.Sleep(11 * time.Minute)
				all := p.facts()
				if len(all) != 3 {
					t.Fatalf("%d messages", len(all))
				}
				for _, c := range all {
					if c.DoneAt.IsZero() || c.DoneAt.Sub(c.SubmittedAt) > time.Second || c.SeenIMAP.IsZero() == (p.route.IMAP != Target{}) {
						t.Errorf("%+v", c)
					}
				}
				p.empty(t)
			})
		})
	}
}

// While the server refuses, messages go on being made and wait. The end of the
// outage is seen when it comes, and each message arrives at its next try.
func TestCanariesWaitForAServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		p.route.Retry = 30 * time.Minute
		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(time.Minute)
		p.office.do(func() { p.office.smtp = "refused" })
		time.Sleep(time.Hour)
		if r := p.last(t); r.Reason != "submit.refused" || r.Verdict != Fail || !strings.HasPrefix(r.Detail, "connect.refused: ") {
			t.Errorf("%s %s %q", r.Verdict, r.Reason, r.Detail)
		}
		o, _, told := p.witness.told()
		if !told || !o.Open() || o.Affected[0].Reason != "submit.refused" {
			t.Fatalf("no outage: %+v", o)
		}
		back := time.Now()
		p.office.do(func() { p.office.smtp = "" })
		time.Sleep(2 * time.Minute)
		if o, _, _ := p.witness.told(); o.Open() || o.End.Best.Sub(back) > 20*time.Second {
			t.Errorf("the end was not seen when it came: %+v", o.End)
		}
		time.Sleep(30 * time.Minute)
		all, late := p.facts(), 0
		for n := range int64(13) {
			c := all[n+1]
			through(t, c)
			if c.AcceptedAt.Sub(c.SubmittedAt) > time.Minute {
				late++
				if c.ArrivedAt.Before(back) || c.ArrivedAt.After(back.Add(31*time.Minute)) {
					t.Errorf("message %d arrived at %v", c.Number, c.ArrivedAt)
				}
			}
		}
		if late < 10 {
			t.Errorf("only %d messages waited", late)
		}
		if put, _ := p.office.work(); put != len(all) {
			t.Errorf("%d messages were made, %d arrived", len(all), put)
		}
		p.empty(t)
	})
}

// A message that is accepted and does not come fails the check when its time is
// over, and not when the next one happens to come. Before that it is slow.
func TestCanaryOverdue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		p.route.Every = time.Hour
		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(time.Minute)
		p.office.do(func() { p.office.held = true })
		time.Sleep(time.Hour)
		sent := p.facts()[2].AcceptedAt
		time.Sleep(time.Until(sent.Add(8 * time.Minute)))
		if r := p.last(t); r.Verdict != Slow || r.Reason != "" || !strings.Contains(r.Detail, "test message 2") {
			t.Errorf("while it waits: %s %s %q", r.Verdict, r.Reason, r.Detail)
		}
		time.Sleep(3 * time.Minute)
		if r := p.last(t); r.Reason != "deliver.overdue" {
			t.Errorf("when it is overdue: %s %s", r.Verdict, r.Reason)
		}
		o, _, told := p.witness.told()
		if late := o.Start.Latest.Sub(sent); !told || !o.Open() || late < 10*time.Minute || late > 11*time.Minute {
			t.Fatalf("outage %+v", o)
		}
		if c := p.facts()[2]; !c.Overdue || c.Lost || !c.ArrivedAt.IsZero() {
			t.Errorf("%+v", c)
		}
		p.office.release()
		arrived := time.Now()
		time.Sleep(2 * time.Minute)
		through(t, p.facts()[2])
		if got := p.facts()[2].ArrivedAt; got.Sub(arrived).Abs() > time.Second {
			t.Errorf("arrived at %v, want %v", got, arrived)
		}
		if o, _, _ := p.witness.told(); o.Open() {
			t.Error("the outage goes on")
		}
		p.empty(t)
	})
}

// What is in the mailbox by IMAP has to be there by POP3 too, and the other way
// round.
func TestCanarySeenInOnePlaceOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(time.Minute)
		p.office.do(func() { p.office.held = true })
		time.Sleep(5 * time.Minute)
		p.office.do(func() {
			for _, text := range p.office.queue {
				p.office.put(text).hidden = true
			}
			p.office.queue = nil
		})
		time.Sleep(9 * time.Minute)
		if r := p.last(t); r.Verdict != Slow {
			t.Errorf("%s %s", r.Verdict, r.Reason)
		}
		time.Sleep(2 * time.Minute)
		if r := p.last(t); r.Reason != "seen_pop3.overdue" {
			t.Errorf("%s %s", r.Verdict, r.Reason)
		}
		if c := p.facts()[2]; c.ArrivedAt.IsZero() || c.SeenIMAP.IsZero() || !c.SeenPOP3.IsZero() || !c.Overdue {
			t.Errorf("%+v", c)
		}
	})
}

// A message that is lost fails the check until a later one has come through,
// and is given up after five days.
func TestCanaryLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(time.Minute)
		p.office.do(func() { p.office.lossy = true })
		time.Sleep(5 * time.Minute)
		p.office.do(func() { p.office.lossy = false })
		time.Sleep(9*time.Minute + 40*time.Second)
		if r := p.last(t); r.Verdict != Fail || r.Reason != "deliver.overdue" {
			t.Errorf("%s %s: messages that came before it was overdue are no excuse", r.Verdict, r.Reason)
		}
		time.Sleep(6 * time.Minute)
		if r := p.last(t); r.Verdict != Slow || !strings.Contains(r.Detail, "test message 2") {
			t.Errorf("later ones came through: %s %s %q", r.Verdict, r.Reason, r.Detail)
		}
		if o, _, _ := p.witness.told(); o.ID == "" || o.Open() {
			t.Errorf("outage %+v", o)
		}
		p.stop()
		p.look = 10 * time.Minute // five days are many runs
		p.run(t)
		time.Sleep(giveUp)
		if c := p.facts()[2]; !c.Lost || c.DoneAt.IsZero() || !c.ArrivedAt.IsZero() {
			t.Errorf("%+v", c)
		}
		if s := p.prober.Canaries()[0]; s.Lost != 1 || s.Flying != 0 {
			t.Errorf("%+v", s)
		}
		if r := p.last(t); r.Verdict != OK {
			t.Errorf("%s %s %q", r.Verdict, r.Reason, r.Detail)
		}
	})
}

// What a server refuses for good would be returned to its sender: it is lost.
func TestCanaryRefusedForGood(t *testing.T) {
	for answer, want := range map[string]struct {
		reason Reason
		lost   bool
	}{
		"550 nobody here":  {"submit.no", true},
		"451 come back":    {"submit.tempfail", false},
		"421 going away":   {"submit.bye", false},
		"what":             {"submit.proto", false},
		"550-many\r\n551 ": {"submit.proto", false},
	} {
		t.Run(answer, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newRound(t)
				p.office.smtp = answer
				p.run(t)
				time.Sleep(2 * time.Second)
				if r := p.last(t); r.Reason != want.reason {
					t.Errorf("%s %s %s", r.Verdict, r.Reason, r.Detail)
				}
				if c := p.facts()[1]; c.Lost != want.lost || c.DoneAt.IsZero() == want.lost || !c.AcceptedAt.IsZero() {
					t.Errorf("%+v", c)
				}
				p.office.do(func() { p.office.smtp = "" })
				time.Sleep(2 * time.Minute)
				if c := p.facts()[1]; c.DoneAt.IsZero() || c.ArrivedAt.IsZero() != want.lost {
					t.Errorf("later: %+v", c)
				}
				p.stop()
			})
		})
	}
}
