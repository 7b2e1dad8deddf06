package probe

import (
	"math/rand/v2"
	"time"
)

// How others decide, from their sources and manuals: when something counts as
// down, from when they say that it was, and until when. Where a source leaves a
// choice, it is the one that suits the peer.

// truth is what happens to a server, and to the network on the way to it.
type truth struct {
	outages []lapse
	loss    float64 // share of packets
	cut     []lapse // our own network is down
	steps   []step  // of the clock of our own machine
}

// step is by how much a clock is set at a moment.
type step struct {
	at time.Time
	by time.Duration
}

// clock is what the clocks of our own machine show.
func (w *truth) clock(began time.Time) Clock {
	now := time.Now()
	c := Clock{Wall: now, Mono: now.Sub(began), Boot: now.Sub(began)}
	for _, s := range w.steps {
		if !now.Before(s.at) {
			c.Wall = c.Wall.Add(s.by)
		}
	}
	return c
}

// lapse is a stretch of time; silent when what is asked in it takes the
// connection and never answers.
type lapse struct {
	from, to time.Time
	silent   bool
}

func in(list []lapse, t time.Time) (lapse, bool) {
	for _, l := range list {
		if !t.Before(l.from) && t.Before(l.to) {
			return l, true
		}
	}
	return lapse{}, false
}

// delay is what lost packets cost a conversation of so many exchanges: each is
// sent again after 1 s, 2 s, 4 s and so on (RFC 6298).
func delay(rng *rand.Rand, loss float64, exchanges int) time.Duration {
	var sum time.Duration
	for range exchanges {
		for wait := time.Second; rng.Float64() < 2*loss; wait *= 2 {
			sum += wait
		}
	}
	return sum
}

// rival polls in one rhythm while all is well, in another while it doubts, and
// counts.
type rival struct {
	name      string
	every     time.Duration
	retry     time.Duration // while it doubts
	timeout   time.Duration
	fails     int // in a row that make it down
	goods     int // in a row that make it up again
	started   func(p *polled) time.Time
	ended     func(p *polled) time.Time
	evaluates time.Duration // results are looked at in this rhythm only; zero: at once
}

// polled is what a peer knows when it decides.
type polled struct {
	firstBad, firstBadEnd   time.Time // of this series: when asked, when answered
	firstGood, firstGoodEnd time.Time
	bad, badEnd             time.Time // the newest
	goodEnd                 time.Time
	decided                 time.Time
}

var rivals = []rival{
	{
		// endpoint.go stamps a result when it is over; watchdog/alerting.go.
		name: "Gatus", every: time.Minute, retry: time.Minute, timeout: 10 * time.Second, fails: 3, goods: 2,
		started: func(p *polled) time.Time { return p.firstBadEnd },
		ended:   func(p *polled) time.Time { return p.goodEnd },
	}, {
		// No retries by default; the time is that of the beat that is down.
		name: "Uptime Kuma", every: time.Minute, retry: time.Minute, timeout: 48 * time.Second, fails: 1, goods: 1,
		started: func(p *polled) time.Time { return p.bad },
		ended:   func(p *polled) time.Time { return p.firstGood },
	}, {
		// The sample configuration's generic-service, and its local-service.
		name: "Nagios generic", every: 10 * time.Minute, retry: 2 * time.Minute, timeout: time.Minute, fails: 3, goods: 1,
		started: func(p *polled) time.Time { return p.decided },
		ended:   func(p *polled) time.Time { return p.firstGoodEnd },
	}, {
		name: "Nagios local", every: 5 * time.Minute, retry: time.Minute, timeout: time.Minute, fails: 4, goods: 1,
		started: func(p *polled) time.Time { return p.decided },
		ended:   func(p *polled) time.Time { return p.firstGoodEnd },
	}, {
		name: "Icinga 2", every: 5 * time.Minute, retry: time.Minute, timeout: time.Minute, fails: 3, goods: 1,
		started: func(p *polled) time.Time { return p.decided },
		ended:   func(p *polled) time.Time { return p.firstGoodEnd },
	}, {
		// Scraped and evaluated once a minute, without "for": StartsAt is when
		// the rule fired, ResolvedAt the evaluation that found it false.
		name: "Prometheus", every: time.Minute, retry: time.Minute, timeout: 10 * time.Second, fails: 1, goods: 1,
		evaluates: time.Minute,
		started:   func(p *polled) time.Time { return p.decided },
		ended:     func(p *polled) time.Time { return p.decided },
	},
}

// claim is an outage as a tool tells it.
type claim struct {
	known      time.Time // when it was told that it is down
	start, end time.Time // as told; end is zero while it lasts
}

// watch polls from one moment to another, and returns what it took for
// outages and how many of its polls failed.
func (p rival) watch(w *truth, from, to time.Time, rng *rand.Rand) (found []claim, bad []time.Time) {
	phase := time.Duration(rng.Int64N(int64(p.every)))
	beat := time.Duration(0)
	if p.evaluates > 0 {
		beat = time.Duration(rng.Int64N(int64(p.evaluates)))
	}
	var s polled
	fails, goods, down := 0, 0, false
	for t := from.Add(phase); t.Before(to); {
		took, ok := p.ask(w, t, rng)
		end := t.Add(took)
		s.decided = end
		if p.evaluates > 0 {
			s.decided = end.Add(p.evaluates - (end.Sub(from)-beat+p.evaluates)%p.evaluates)
		}
		if ok {
			if goods == 0 {
				s.firstGood, s.firstGoodEnd = t, end
			}
			goods, fails, s.goodEnd = goods+1, 0, end
			if down && goods >= p.goods {
				down = false
				found[len(found)-1].end = p.ended(&s)
			}
		} else {
			if fails == 0 {
				s.firstBad, s.firstBadEnd = t, end
			}
			fails, goods = fails+1, 0
			s.bad, s.badEnd = t, end
			bad = append(bad, t)
			if !down && fails >= p.fails {
				down = true
				found = append(found, claim{known: s.decided, start: p.started(&s)})
			}
		}
		wait := p.every
		if !ok && !down {
			wait = p.retry
		}
		t = t.Add(max(wait, took))
	}
	return found, bad
}

// ask is one poll: a connection and a greeting.
func (p rival) ask(w *truth, t time.Time, rng *rand.Rand) (took time.Duration, ok bool) {
	if _, cut := in(w.cut, t); cut {
		return p.timeout, false
	}
	if o, out := in(w.outages, t); out {
		if o.silent {
			return p.timeout, false
		}
		return 0, false
	}
	took = 20*time.Millisecond + delay(rng, w.loss, 2)
	return min(took, p.timeout), took < p.timeout
}
