package probe

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"sync"
	"time"
)

var pushSchemes = []scheme{
	{name: "push", local: true, locate: (*Target).locateName, speak: func(*conn) error {
		return &stepError{"push.passive", Inconclusive, "the job itself reports, to a Howdah that runs; there is nothing to ask"}
	}},
}

var pushName = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$`)

// locateName takes the name that a job reports under.
func (t *Target) locateName(u *url.URL) error {
	t.Host = u.Host
	if !pushName.MatchString(t.Host) || u.Path != "" || u.Fragment != "" {
		return errors.New("want a name of lower-case letters, digits, dots and hyphens behind ://, such as push://nightly-copy")
	}
	return nil
}

// Report is what a job, or another vantage, says of one run of its own.
type Report struct {
	Verdict Verdict
	Reason  Reason        // empty when the verdict is good
	Detail  string        // for staff; may hold anything
	Took    time.Duration // of the job, by its own clock; zero when it does not say
}

// Pushed is a check that waits for reports.
type Pushed struct {
	Check string // key of the check that tells what was reported
	Name  string
	Every time.Duration          // longest silence
	Token func() (string, error) // reads the secret of who may report
}

// Why a Report was not taken.
var (
	ErrUnknownPush   = errors.New("no check waits for reports under this name")
	ErrPushToken     = errors.New("the token is not the one of this check")
	ErrPushTooOften  = errors.New("too many reports in a short time")
	ErrPushMalformed = errors.New("not a report")
)

// Push takes reports in and is the Asker of the checks that wait for them. What
// was reported is not kept over a restart: until one period has passed since
// then, a silent job is waited for. All methods may be called at any time from
// any goroutine.
type Push struct {
	kick func(checks ...string)

	mu     sync.Mutex
	byName map[string]*mailslot
}

// mailslot holds the newest report under a name.
type mailslot struct {
	Pushed
	since time.Time // when we began to wait
	last  time.Time // when the report came; zero for never
	Report
	accepted, refused pace
}

// NewPush makes a Push that waits for nobody yet. kick makes checks run at
// once, as Prober.Kick does; it is called when a report says something new.
func NewPush(kick func(checks ...string)) *Push {
	return &Push{kick: kick, byName: map[string]*mailslot{}}
}

// Expect replaces what is waited for. Under a name that stays, the newest
// report stays.
func (p *Push) Expect(list []Pushed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.byName
	p.byName = map[string]*mailslot{}
	for _, w := range list {
		s := old[w.Name]
		if s == nil {
			s = &mailslot{since: time.Now()}
		}
		s.Pushed = w
		p.byName[w.Name] = s
	}
}

// Report takes in what a job says under its name. The error is one of
// ErrUnknownPush, ErrPushToken, ErrPushTooOften and ErrPushMalformed, or that of
// reading the token. Who holds the token can't be shut out by others who try.
func (p *Push) Report(name, token string, r Report) error {
	s, waited, ok := p.slot(name)
	if !ok {
		return ErrUnknownPush
	}
	want, err := waited.Token()
	if err != nil {
		return fmt.Errorf("reading the token of %q: %w", name, err)
	}
	if !sameSecret(token, want) {
		return p.refuse(s)
	}
	if err := r.complete(); err != nil {
		return err
	}
	news, err := p.take(s, r)
	if news {
		p.kick(waited.Check)
	}
	return err
}

func (p *Push) slot(name string) (*mailslot, Pushed, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.byName[name]
	if s == nil {
		return nil, Pushed{}, false
	}
	return s, s.Pushed, true
}

// refuse counts a wrong token.
func (p *Push) refuse(s *mailslot) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !s.refused.take(time.Now()) {
		return ErrPushTooOften
	}
	return ErrPushToken
}

// take keeps a report, and says whether it says something new.
func (p *Push) take(s *mailslot, r Report) (news bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if !s.accepted.take(now) {
		return false, ErrPushTooOften
	}
	news = s.last.IsZero() || s.overdue(now) || r.Verdict != s.Verdict || r.Reason != s.Reason
	s.last, s.Report = now, r
	return news, nil
}

// sameSecret compares without telling by its time how much is right.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return b != "" && subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

var pushReason = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}\.[a-z0-9][a-z0-9_-]{0,31}$`)

// complete refuses what is no report, and gives a bad verdict its reason.
func (r *Report) complete() error {
	good := r.Verdict.Good()
	switch {
	case !good && r.Verdict != Fail && r.Verdict != Inconclusive:
		return fmt.Errorf("%w: the verdict is none of ok, slow, fail and inconclusive", ErrPushMalformed)
	case good && r.Reason != "":
		return fmt.Errorf("%w: a good verdict has no reason", ErrPushMalformed)
	case r.Reason != "" && !pushReason.MatchString(string(r.Reason)):
		return fmt.Errorf("%w: the reason is not of the form phase.cause, in lower case", ErrPushMalformed)
	case r.Took < 0 || r.Took > maxPeriod:
		return fmt.Errorf("%w: nothing takes that long", ErrPushMalformed)
	}
	if !good && r.Reason == "" {
		r.Reason = "push." + Reason(r.Verdict)
	}
	return nil
}

// maxPeriod is the longest silence that can be asked for.
const maxPeriod = 400 * 24 * time.Hour

// grace is what a job may be late: its own start is not that exact.
func grace(every time.Duration) time.Duration {
	return min(max(every/10, 10*time.Second), 10*time.Minute)
}

// overdue reports whether a job that should have reported has not.
func (s *mailslot) overdue(now time.Time) bool {
	from := s.last
	if from.IsZero() {
		from = s.since
	}
	return now.Sub(from) > s.Every+grace(s.Every)
}

// Ask implements Asker: it says what was reported, or that nothing was.
func (p *Push) Ask(_ context.Context, c Check) Result {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	r := Result{StartedAt: now}
	s := p.byName[c.Target.Host]
	var log transcript
	switch {
	case s == nil:
		r.Verdict, r.Reason = Inconclusive, "push.unknown"
	case s.overdue(now):
		r.Verdict, r.Reason, r.Detail = Fail, "push.overdue", s.silence(now)
	case s.last.IsZero():
		r.Verdict, r.Reason, r.Detail = Inconclusive, "push.waiting", s.silence(now)
	default:
		r.Verdict, r.Reason, r.Detail = s.Verdict, s.Reason, log.clean(s.Detail, maxDetail)
		r.Phases = []Phase{{Name: "push", Took: s.Took, OK: s.Verdict.Good()}}
		log.add("S", fmt.Sprintf("%s %s %s", s.Verdict, s.Reason, s.Detail))
		r.Transcript = log.lines
	}
	r.Took = time.Since(now)
	return r
}

// silence says since when nothing was heard.
func (s *mailslot) silence(now time.Time) string {
	if s.last.IsZero() {
		return fmt.Sprintf("no report yet, in %v of at most %v", now.Sub(s.since).Round(time.Second), s.Every)
	}
	return fmt.Sprintf("the last report came at %s, and one is due every %v", s.last.UTC().Format(time.RFC3339), s.Every)
}

// What is taken under one name: a report a second in the long run.
const (
	paceBurst = 10
	paceEvery = time.Second
)

// pace counts against a limit; its zero value has the whole burst left.
type pace struct {
	used float64
	at   time.Time
}

// take reports whether one more is within the limit.
func (p *pace) take(now time.Time) bool {
	p.used = max(0, p.used-float64(now.Sub(p.at))/float64(paceEvery))
	p.at = now
	if p.used+1 > paceBurst {
		return false
	}
	p.used++
	return true
}
