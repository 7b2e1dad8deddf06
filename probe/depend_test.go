package probe

import (
	"slices"
	"testing"
)

// webmailOnIMAP is a webmail on a host of its own, which needs an IMAP server.
func webmailOnIMAP(t *testing.T) *story {
	components := []Component{{Key: "imap", Host: "elephant"}, {Key: "webmail", Host: "giraffe", Parent: "imap"}, {Key: "pop3", Host: "elephant"}}
	checks := []Check{testCheck("imap", "imap"), testCheck("webmail", "webmail"), testCheck("pop3", "pop3")}
	s := &story{t: t, tracker: NewTracker(DefaultSettings(), components, checks)}
	s.run(at(0), "", "imap", "webmail", "pop3")
	return s
}

func TestParentIsAskedBeforeItsChildIsTold(t *testing.T) {
	s := webmailOnIMAP(t)
	s.run(at(30), refused, "webmail")
	if !slices.Equal(s.kicked, []string{"imap"}) {
		t.Errorf("kicked %q", s.kicked)
	}
	// The parent fails a little later, and is confirmed a little later.
	s.run(at(30.5), refused, "imap")
	s.run(at(32.1), refused, "webmail")
	s.run(at(32.6), refused, "imap")
	s.run(at(37.2), refused, "webmail")
	if len(s.outages) != 0 || s.component("webmail").State != Suspect {
		t.Fatalf("while the parent has no verdict: %+v", s.outages)
	}
	s.run(at(37.7), refused, "imap")
	s.run(at(38.3), refused, "webmail")
	if len(s.outages) != 1 {
		t.Fatalf("got %+v", s.outages)
	}
	o := s.outages[0]
	if o.Domain != "elephant" || len(o.Affected) != 2 || o.Affected[0].Component != "imap" || o.Affected[1].Component != "webmail" {
		t.Errorf("got %+v", o)
	}
	s.rise(100, "imap", "webmail")
	if s.outages[0].Open() || len(s.outages) != 1 {
		t.Errorf("in the end: %+v", s.outages)
	}
}

func TestChildWaitsNoLongerThanAConfirmationTakes(t *testing.T) {
	s := webmailOnIMAP(t)
	s.run(at(30), refused, "webmail")
	s.run(at(30), refused, "imap") // and never again
	for seconds := 32.1; seconds < 62; seconds += 5.1 {
		s.run(at(seconds), refused, "webmail")
	}
	if len(s.outages) != 0 {
		t.Fatalf("too early: %+v", s.outages)
	}
	s.run(at(65), refused, "webmail")
	if len(s.outages) != 1 || s.outages[0].Domain != "giraffe" {
		t.Errorf("got %+v", s.outages)
	}
}

func TestChildWhoseParentWorksIsTold(t *testing.T) {
	s := webmailOnIMAP(t)
	s.run(at(30), refused, "webmail")
	s.run(at(30.01), "", "imap")
	s.run(at(32.1), refused, "webmail")
	s.run(at(37.2), refused, "webmail")
	if len(s.outages) != 1 || s.outages[0].Domain != "giraffe" {
		t.Errorf("got %+v", s.outages)
	}
}

func TestChildrenSettleAfterTheirParentsRecovery(t *testing.T) {
	down := func(t *testing.T) *story {
		s := webmailOnIMAP(t)
		s.fall(30, "imap")
		s.run(at(39), "", "webmail", "pop3")
		return s
	}
	t.Run("a failure that is suspected when the last part ends may join", func(t *testing.T) {
		s := down(t)
		s.run(at(100), "", "imap")
		s.run(at(115), "", "imap")
		s.run(at(120), refused, "webmail")
		s.run(at(130), "", "imap")
		if o := s.outages[0]; !o.Open() || o.affected("imap").End == nil {
			t.Fatalf("got %+v", o)
		}
		s.run(at(122.2), refused, "webmail")
		s.run(at(161), refused, "webmail")
		if len(s.outages) != 1 || s.outages[0].affected("webmail") == nil {
			t.Errorf("got %+v", s.outages)
		}
	})
	t.Run("one that passes again closes it", func(t *testing.T) {
		s := down(t)
		s.run(at(100), "", "imap")
		s.run(at(115), "", "imap")
		s.run(at(129), refused, "webmail")
		s.run(at(130), "", "imap")
		s.run(at(131.1), "", "webmail")
		if o := s.outages[0]; o.Open() || len(s.outages) != 1 || !o.End.Best.Equal(at(100.001)) {
			t.Errorf("got %+v", s.outages)
		}
	})
	t.Run("nothing holds it open for longer than a minute", func(t *testing.T) {
		s := down(t)
		s.run(at(100), "", "imap")
		s.run(at(115), "", "imap")
		s.run(at(129), refused, "webmail")
		s.run(at(130), "", "imap")
		s.tick(at(159))
		if !s.outages[0].Open() {
			t.Errorf("after 59 s it has ended")
		}
		s.tick(at(161))
		if o := s.outages[0]; o.Open() || !o.End.Best.Equal(at(100.001)) {
			t.Errorf("got %+v", o)
		}
	})
	t.Run("a short failure after the end is a blip", func(t *testing.T) {
		s := down(t)
		s.rise(100, "imap")
		if s.outages[0].Open() {
			t.Fatal("it has not ended")
		}
		s.fall(132, "webmail")
		s.run(at(145), "", "webmail")
		if len(s.outages) != 1 || len(s.blips) != 1 {
			t.Errorf("got %+v", s.outages)
		}
	})
	t.Run("a long one is an outage, from its beginning", func(t *testing.T) {
		s := down(t)
		s.rise(100, "imap")
		s.run(at(131), "", "webmail")
		s.fall(135, "webmail")
		s.run(at(143), "", "imap")
		s.run(at(161), refused, "webmail")
		if len(s.outages) != 2 || s.outages[1].Domain != "giraffe" || !s.outages[1].Start.Latest.Equal(at(135)) {
			t.Errorf("got %+v", s.outages)
		}
	})
}

func TestComponentWithoutHostSharesItsParentsDomain(t *testing.T) {
	components := []Component{{Key: "imap", Host: "elephant"}, {Key: "webmail", Parent: "imap"}, {Key: "calendar", Parent: "webmail"}, {Key: "odd", Parent: "even"}, {Key: "even", Parent: "odd"}}
	tracker := NewTracker(DefaultSettings(), components, nil)
	var domains []string
	for _, c := range tracker.components {
		domains = append(domains, c.domain)
	}
	if want := []string{"elephant", "elephant", "elephant", "odd", "even"}; !slices.Equal(domains, want) {
		t.Errorf("got %q, want %q", domains, want)
	}
}
