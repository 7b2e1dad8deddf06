package probe

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// sentinels keep one idle session with a server of each component. The moment
// at which one is cut is when the server ended; that it is not cut says
// nothing, since a server may hang. It begins no outage, because servers close
// idle sessions too.
type sentinels struct {
	mu      sync.Mutex
	posts   []post
	changed chan struct{} // closed when posts are others; nil before run
}

// post is where a sentinel stands.
type post struct {
	component string
	check     Check
}

func (p post) same(o post) bool {
	return p.component == o.component && p.check.Target == o.check.Target
}

const (
	sentinelRest   = 5 * time.Second  // before a new session; doubled while they do not last
	sentinelMax    = 5 * time.Minute  // at most
	sentinelAbsent = 30 * time.Second // at most while there is no server
	sentinelShy    = time.Hour        // after a refused password, which some servers count
	sentinelLasts  = time.Minute      // a session that is no reason to wait longer

	idleRenewal = 15 * time.Minute // servers may end an IDLE after 30 min (RFC 9051, section 5.4)
	noopEvery   = time.Minute
)

// sentinelPlaces are the schemes that a sentinel can stand at, the best first.
// One for POP3 does not log in: it would lock the account's mail for others
// (RFC 1939, section 4).
var sentinelPlaces = []string{"imaps", "imap", "pop3s", "pop3", "smtps", "submission", "smtp", "lmtp", "lmtp+unix"}

// posts are where sentinels are to stand: at one check of each component. The
// caller holds mu, or is alone.
func (p *Prober) posts(components []Component, s Settings) []post {
	var posts []post
	for _, c := range components {
		best, place := post{}, len(sentinelPlaces)
		for _, slot := range p.slots {
			k := slot.check
			at := slices.Index(sentinelPlaces, k.Target.Scheme)
			if !s.Sentinel || k.Component != c.Key || k.Asker != nil || at < 0 || at > place || at == place && k.Key > best.check.Key {
				continue
			}
			best, place = post{c.Key, k}, at
		}
		if best.component != "" {
			posts = append(posts, best)
		}
	}
	return posts
}

func (s *sentinels) set(posts []post) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts = posts
	if s.changed != nil {
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

// run keeps the sessions until ctx ends.
func (s *sentinels) run(ctx context.Context, p *Prober) {
	var standing sync.WaitGroup
	defer standing.Wait()
	type guard struct {
		post
		dismiss context.CancelFunc
	}
	var guards []guard
	for ctx.Err() == nil {
		s.mu.Lock()
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		posts, changed := s.posts, s.changed
		s.mu.Unlock()
		guards = slices.DeleteFunc(guards, func(g guard) bool {
			stays := slices.ContainsFunc(posts, g.same)
			if !stays {
				g.dismiss()
			}
			return !stays
		})
		for _, place := range posts {
			if slices.ContainsFunc(guards, func(g guard) bool { return g.same(place) }) {
				continue
			}
			watch, dismiss := context.WithCancel(ctx)
			guards = append(guards, guard{place, dismiss})
			standing.Go(func() { place.stand(watch, p) })
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
	}
	for _, g := range guards {
		g.dismiss()
	}
}

// stand keeps sessions at the post, one at a time.
func (s post) stand(ctx context.Context, p *Prober) {
	rest := sentinelRest
	wait := time.Until(Every(sentinelRest, s.component).Next(time.Now()))
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		begun := time.Now()
		held, err := s.hold(ctx, p.runner)
		if ctx.Err() != nil {
			return
		}
		refused, odd := (*stepError)(nil), (*fault)(nil)
		switch {
		case errors.As(err, &refused) && refused.reason.Rejected():
			wait = sentinelShy
		case !held:
			rest = min(2*rest, sentinelAbsent)
			wait = rest
		case time.Since(begun) >= sentinelLasts:
			rest = sentinelRest
			wait = rest
		default:
			rest = min(2*rest, sentinelMax)
			wait = rest
		}
		// What the server says too much of is a reason for us to leave.
		if held && !errors.As(err, &odd) {
			p.cut(s.component)
		}
	}
}

// cut tells the tracker that a session was cut just now.
func (p *Prober) cut(component string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.publish(now, p.tracker.Cut(now, component), facts{})
}

// hold keeps one session until it is cut or ctx ends. Whether there was one is
// held.
func (s post) hold(ctx context.Context, r *Runner) (held bool, err error) {
	c := &conn{ctx: ctx, runner: r, target: s.check.Target, begun: time.Now(), log: &transcript{}}
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("sentinel of component %q: panic: %v", s.component, v)
		}
		if c.raw != nil {
			_ = c.raw.Close()
		}
	}()
	enter, cancel := context.WithTimeout(ctx, defaultTimeout)
	c.ctx = enter
	idle, err := c.settle(s.check.Password)
	cancel()
	if err != nil {
		return false, err
	}
	c.ctx = ctx
	defer context.AfterFunc(ctx, func() { _ = c.raw.Close() })()
	return true, c.idle(idle)
}

// idling is what an idle session says from time to time.
type idling struct {
	every       time.Duration
	first, then string // lines; first once, then each time
}

// settle enters the server as far as an idle session needs to be, and says how
// it is kept.
func (c *conn) settle(password func() (string, error)) (idling, error) {
	switch scheme := c.target.Scheme; {
	case strings.HasPrefix(scheme, "imap"):
		c.password = password
		s := &imap{conn: c}
		if err := s.enter(); err != nil {
			return idling{}, err
		}
		if s.logsIn() {
			// Some servers tell only those who are logged in.
			if err := s.step("capability", budgetCommand, s.capability); err != nil {
				return idling{}, err
			}
		}
		if s.caps["IDLE"] && s.logsIn() {
			return idling{idleRenewal, "i IDLE", "DONE\r\ni IDLE"}, nil
		}
		return idling{noopEvery, "", "n NOOP"}, nil
	case strings.HasPrefix(scheme, "pop3"):
		return idling{noopEvery, "", "CAPA"}, (&pop3{conn: c}).enter()
	case strings.HasPrefix(scheme, "lmtp"):
		return idling{noopEvery, "", "NOOP"}, (&lmtp{smtp{conn: c}}).enter()
	default:
		return idling{noopEvery, "", "NOOP"}, (&smtp{conn: c}).enter()
	}
}

// idle reads what the server says until the session ends, and says something
// itself often enough to be kept.
func (c *conn) idle(say idling) error {
	if say.first != "" {
		if err := c.send(say.first, say.first); err != nil {
			return err
		}
	}
	for {
		if err := c.raw.SetReadDeadline(time.Now().Add(say.every)); err != nil {
			return err
		}
		_, err := c.in.line()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			if err := c.send(say.then, say.then); err != nil {
				return err
			}
		case err != nil:
			return err
		}
	}
}
