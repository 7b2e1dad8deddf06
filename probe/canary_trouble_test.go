package probe

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Messages under way when the program ends are taken up again by the next one,
// whose numbers go on.
func TestCanariesOutliveARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		p.run(t)
		time.Sleep(time.Minute)
		p.office.do(func() { p.office.held = true })
		time.Sleep(5 * time.Minute)
		p.office.do(func() { p.office.smtp = "refused" })
		time.Sleep(5 * time.Minute)
		p.stop()
		before := p.facts()
		if before[2].AcceptedAt.IsZero() || !before[3].AcceptedAt.IsZero() {
			t.Fatalf("%+v", before)
		}
		p.office.release()
		p.office.do(func() { p.office.smtp = "" })

		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(4 * time.Minute)
		all := p.facts()
		for n := range int64(3) {
			through(t, all[n+1])
			if all[n+1].ID != before[n+1].ID || !all[n+1].SubmittedAt.Equal(before[n+1].SubmittedAt) {
				t.Errorf("%+v was %+v", all[n+1], before[n+1])
			}
		}
		time.Sleep(5 * time.Minute)
		if all = p.facts(); len(all) != 4 || ownerOf(all[4].ID) != ownerOf(all[1].ID) {
			t.Errorf("%d messages, the last is %+v", len(all), all[4])
		}
		p.empty(t)
	})
}

// One that was overdue stays so over a restart, and its outage goes on.
func TestOverdueCanaryOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		p.run(t)
		time.Sleep(time.Minute)
		p.office.do(func() { p.office.held = true })
		time.Sleep(16 * time.Minute)
		if r := p.last(t); r.Reason != "deliver.overdue" {
			t.Fatalf("%s %s", r.Verdict, r.Reason)
		}
		p.stop()
		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(3 * time.Minute)
		if r := p.last(t); r.Reason != "deliver.overdue" {
			t.Errorf("after the restart: %s %s", r.Verdict, r.Reason)
		}
		if o, _, _ := p.witness.told(); !o.Open() {
			t.Error("the restart ended the outage")
		}
	})
}

// A server that takes a message and dies before it says so gets it again: the
// second copy is removed like the first.
func TestCanaryThatComesTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		p.office.cutData = true
		p.office.held = true
		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(70 * time.Second)
		p.office.do(func() { p.office.cutData = false })
		time.Sleep(70 * time.Second)
		p.office.release()
		time.Sleep(2 * time.Minute)
		if put, _ := p.office.work(); put < 2 {
			t.Fatalf("%d copies", put)
		}
		through(t, p.facts()[1])
		p.empty(t)
	})
}

// What an earlier program left behind is removed, once it is certain that
// nobody else looks for it.
func TestStrayCanariesAreRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(2 * time.Second)
		owner := ownerOf(p.facts()[1].ID)
		p.office.do(func() {
			p.office.put(canaryText(Canary{ID: canaryID(owner, 77), Number: 77, SubmittedAt: time.Now()}, "", "probe@example.edu"))
			p.office.put(canaryText(Canary{ID: canaryID("another", 77), Number: 77, SubmittedAt: time.Now()}, "", "probe@example.edu"))
		})
		time.Sleep(50 * time.Minute)
		if n := len(p.office.left()); n != 2 {
			t.Errorf("%d messages are left after 50 minutes", n)
		}
		time.Sleep(75 * time.Minute)
		if left := p.office.left(); len(left) != 1 || !strings.Contains(left[0], "another-77") {
			t.Errorf("%d messages are left, want that of another owner", len(left))
		}
	})
}

// A refused password is for staff: nobody knows whether mail arrives.
func TestCanaryWithAWrongPassword(t *testing.T) {
	for name, refuse := range map[string]func(*office){
		"imap": func(o *office) { o.imap = "NO [AUTHENTICATIONFAILED] not " + secret },
		"pop3": func(o *office) { o.pop3 = "-ERR [AUTH] not " + secret },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newRound(t)
				p.run(t)
				time.Sleep(time.Minute)
				p.office.do(func() { refuse(p.office) })
				time.Sleep(20 * time.Minute)
				if r := p.last(t); r.Reason != "auth.no" {
					t.Errorf("%s %s %s", r.Verdict, r.Reason, r.Detail)
				}
				if o, _, told := p.witness.told(); told {
					t.Errorf("an outage: %+v", o)
				}
				p.witness.mu.Lock()
				if len(p.witness.warnings) != 1 || !strings.Contains(p.witness.warnings[0].Text, "refused its password") {
					t.Errorf("warnings %+v", p.witness.warnings)
				}
				for _, w := range p.witness.warnings {
					if strings.Contains(w.Text, secret) {
						t.Errorf("the password is told: %s", w.Text)
					}
				}
				p.witness.mu.Unlock()
				if c := p.facts()[2]; c.Overdue {
					t.Errorf("%+v", c)
				}
				p.office.do(func() { p.office.imap, p.office.pop3 = "", "" })
				time.Sleep(2 * time.Minute)
				for _, c := range p.facts() {
					through(t, c)
				}
				p.stop()
			})
		})
	}
}

// While the mailbox cannot be looked at, nothing is said of mail on its way,
// and the time does not count against it.
func TestCanaryWhileNobodyCanLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(time.Minute)
		p.office.do(func() { p.office.held, p.office.imap, p.office.pop3 = true, "refused", "refused" })
		time.Sleep(time.Hour)
		if r := p.last(t); r.Verdict != Inconclusive || r.Reason != "seen_pop3.refused" {
			t.Errorf("%s %s %s", r.Verdict, r.Reason, r.Detail)
		}
		p.office.do(func() { p.office.held, p.office.imap, p.office.pop3 = false, "", "" })
		time.Sleep(9 * time.Minute)
		if r := p.last(t); r.Verdict != Slow {
			t.Errorf("%s %s", r.Verdict, r.Reason)
		}
		time.Sleep(3 * time.Minute)
		if c := p.facts()[2]; !c.Overdue {
			t.Errorf("%+v", c)
		}
		if r := p.last(t); r.Verdict != Slow {
			t.Errorf("new mail comes through: %s %s", r.Verdict, r.Reason)
		}
		p.office.release()
		time.Sleep(2 * time.Minute)
		for _, c := range p.facts() {
			through(t, c)
		}
		if o, _, told := p.witness.told(); told {
			t.Errorf("an outage: %+v", o)
		}
	})
}

// A message that is changed on its way fails the check until one comes whole.
func TestCanaryThatIsChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(time.Minute)
		p.office.do(func() { p.office.held = true })
		time.Sleep(5 * time.Minute)
		p.office.do(func() {
			for _, text := range p.office.queue {
				p.office.put(strings.Replace(text, "the program", "a program", 1))
			}
			p.office.queue, p.office.held = nil, false
		})
		time.Sleep(time.Minute)
		if r := p.last(t); r.Reason != "deliver.mismatch" || r.Verdict != Fail {
			t.Errorf("%s %s", r.Verdict, r.Reason)
		}
		time.Sleep(5 * time.Minute)
		if r := p.last(t); r.Verdict != OK {
			t.Errorf("%s %s", r.Verdict, r.Reason)
		}
		p.empty(t)
	})
}

// Ten thousand messages of others, and one that is huge, cost a bounded amount
// of work, and are left as they are.
func TestCanaryAmongForeignMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		const foreign = 10_000
		p.office.do(func() {
			for n := range foreign {
				p.office.put(fmt.Sprintf("Subject: %d\r\n\r\nhello\r\n", n))
			}
			p.office.put("Subject: huge\r\nX-Huge: " + strings.Repeat("x", 1<<20) + "\r\n\r\n")
			p.office.put(canaryHeader + ": forged-1-aaaaaaaaaaaaaaaa\r\nSubject: " + strings.Repeat("y", 40<<10) + "\r\n\r\n" + strings.Repeat(".\r\n", 100))
		})
		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(2 * time.Second)
		through(t, p.facts()[1])
		if _, read := p.office.work(); read > 2*maxDropLook {
			t.Errorf("%d messages were read in the first run", read)
		}
		time.Sleep(10 * time.Minute)
		through(t, p.facts()[2])
		if _, read := p.office.work(); read > maxDropList+100 {
			t.Errorf("%d messages were read in ten minutes", read)
		}
		if n := len(p.office.left()); n != foreign+2 {
			t.Errorf("%d messages are left", n)
		}
	})
}

// Two programs that share a mailbox leave each other's messages alone.
func TestTwoSendersInOneMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newRound(t), newRound(t)
		b.office = a.office
		a.run(t)
		b.run(t)
		time.Sleep(40 * time.Minute)
		for _, p := range []*round{a, b} {
			all := p.facts()
			if len(all) < 7 {
				t.Errorf("%d messages", len(all))
			}
			for _, c := range all {
				if !c.DoneAt.IsZero() || time.Since(c.SubmittedAt) > time.Minute {
					through(t, c)
				}
			}
			p.stop()
		}
		a.empty(t)
	})
}

// Stamps that can't be true are flagged, and the mailbox's date is believed.
func TestCanaryThroughAServerWithAWrongClock(t *testing.T) {
	for name, off := range map[string]time.Duration{"ahead": time.Hour, "behind": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newRound(t)
				p.office.stamp = func(now time.Time) string { return now.Add(off).Format(time.RFC1123Z) + " (by guess)" }
				p.run(t)
				defer func() { p.stop() }()
				time.Sleep(2 * time.Second)
				c := p.facts()[1]
				through(t, c)
				if len(c.Hops) != 1 || !c.Hops[0].Skewed {
					t.Errorf("hops %+v", c.Hops)
				}
				if late := c.ArrivedAt.Sub(c.SubmittedAt); late > time.Second {
					t.Errorf("arrived after %v", late)
				}
			})
		})
	}
}

// While the store refuses, facts wait, and the messages go on.
func TestCanariesWithoutAStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		p.store.set("refuses")
		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(16 * time.Minute)
		if kept, _ := p.store.Canaries(t.Context(), time.Time{}); len(kept) != 0 {
			t.Fatalf("kept %+v", kept)
		}
		p.store.set("")
		time.Sleep(time.Minute)
		kept, _ := p.store.Canaries(t.Context(), time.Time{})
		if len(kept) != len(p.facts()) || len(kept) < 3 {
			t.Errorf("%d were kept of %d", len(kept), len(p.facts()))
		}
		for _, c := range kept {
			through(t, c)
		}
	})
}

// A reload keeps what is under way, unless it goes another way from then on.
func TestCanariesOverAReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(time.Minute)
		p.office.do(func() { p.office.held = true })
		time.Sleep(5 * time.Minute)
		update := func(change func(*Route)) {
			route := p.route
			change(&route)
			p.prober.Update([]Check{{
				Key: "canary", Component: "incoming", Target: route.Submit, Canary: &route, Every: 30 * time.Second, Timeout: 15 * time.Second,
			}}, []Component{{Key: "incoming"}}, DefaultSettings())
		}
		update(func(r *Route) { r.Overdue = time.Hour })
		time.Sleep(time.Minute)
		p.office.release()
		time.Sleep(time.Minute)
		through(t, p.facts()[2])

		p.office.do(func() { p.office.held = true })
		time.Sleep(5 * time.Minute)
		update(func(r *Route) { r.POP3 = Target{} })
		time.Sleep(time.Minute)
		if c := p.facts()[3]; c.DoneAt.IsZero() || c.Lost || !c.ArrivedAt.IsZero() {
			t.Errorf("%+v", c)
		}
	})
}

// A server without UIDPLUS expunges all that is marked as deleted. What others
// have marked is theirs: ours waits beside it.
func TestCanarySparesOthersMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newRound(t)
		p.route.POP3 = Target{}
		p.office.noPlus = true
		p.run(t)
		defer func() { p.stop() }()
		time.Sleep(time.Minute)
		p.empty(t)
		var others *posted
		p.office.do(func() {
			others = p.office.put("Subject: in the bin of somebody\r\n\r\nhello\r\n")
			others.deleted = true
		})
		time.Sleep(5 * time.Minute)
		if left := p.office.left(); len(left) != 2 || left[0] != others.text {
			t.Errorf("%d messages are left, want that of somebody and ours", len(left))
		}
		if c := p.facts()[2]; c.DoneAt.IsZero() || p.last(t).Verdict != OK {
			t.Errorf("%+v, %+v", c, p.last(t))
		}
		p.office.do(func() { others.deleted = false })
		time.Sleep(5 * time.Minute)
		if left := p.office.left(); len(left) != 1 || left[0] != others.text {
			t.Errorf("%d messages are left, want that of somebody", len(left))
		}
	})
}
