package probe

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime/debug"
	"time"
)

// Dialer opens a connection as net.Dialer.DialContext does; the end of ctx
// must end the attempt.
type Dialer func(ctx context.Context, network, addr string) (net.Conn, error)

// Resolver finds addresses; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Runner runs checks. Its zero value asks the real network and trusts the
// system's certificate authorities. It may be used by many goroutines.
type Runner struct {
	Dial     Dialer         // nil: a net.Dialer
	Resolver Resolver       // nil: net.DefaultResolver
	RootCAs  *x509.CertPool // nil: those of the system
	Slow     time.Duration  // a good run that took longer is Slow; zero: 5 s

	turns turns
}

const (
	defaultSlow    = 5 * time.Second
	defaultTimeout = 15 * time.Second
)

// Run asks once. It returns when the question is answered, when c.Timeout (15 s
// when zero) has passed or when ctx has ended, whichever is first; a ctx that
// was canceled makes the run Inconclusive. A panic inside is an Inconclusive
// result with the reason "probe.panic".
func (r *Runner) Run(ctx context.Context, c Check) (result Result) {
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if c.Asker != nil {
		return entrust(ctx, c)
	}
	s := &conn{ctx: ctx, runner: r, target: c.Target, password: c.Password, begun: time.Now(), log: &transcript{}}
	defer func() {
		if s.raw != nil {
			_ = s.raw.Close()
		}
	}()
	defer func() {
		if v := recover(); v != nil {
			err := &stepError{"probe.panic", Inconclusive, fmt.Sprintf("%v at %s", v, debug.Stack())}
			result = s.result(c, err)
		}
	}()
	return s.result(c, s.speak())
}

// entrust runs the check's own Asker. A panic in it is a result, as in Run.
func entrust(ctx context.Context, c Check) (r Result) {
	begun := time.Now()
	defer func() {
		if v := recover(); v != nil {
			r = Result{StartedAt: begun, Took: time.Since(begun), Verdict: Inconclusive, Reason: "probe.panic", Detail: fmt.Sprint(v)}
		}
		r.Check, r.Component, r.Target = c.Key, c.Component, c.Target.String()
	}()
	return c.Asker.Ask(ctx, c)
}

// RunTarget asks a target that belongs to no configured check, as the shell
// does; Result.Check is the scheme. password may be nil: then nobody logs in.
func (r *Runner) RunTarget(ctx context.Context, t Target, password func() (string, error), timeout time.Duration) Result {
	return r.Run(ctx, Check{Key: t.Scheme, Target: t, Password: password, Timeout: timeout})
}

// speak holds the conversation that the scheme asks for.
func (c *conn) speak() error {
	if kind, ok := schemeOf(c.target.Scheme); ok {
		return kind.speak(c)
	}
	return &stepError{"probe.scheme", Inconclusive, fmt.Sprintf("nothing speaks %q", c.target.Scheme)}
}

// result makes the fact of a run that ended with err, nil for a good one.
func (c *conn) result(check Check, err error) Result {
	r := Result{
		Check:      check.Key,
		Component:  check.Component,
		Target:     c.target.String(),
		StartedAt:  c.begun,
		Took:       time.Since(c.begun),
		Verdict:    OK,
		Mechanism:  c.mechanism,
		Phases:     c.phases,
		Peer:       c.peer,
		TLS:        c.tls,
		Transcript: c.log.lines,
	}
	var ended *stepError
	switch {
	case errors.As(err, &ended):
		r.Verdict, r.Reason = ended.verdict, ended.reason
		r.Detail = c.log.clean(ended.detail, maxDetail)
	case c.warned, r.Took > c.runner.slow():
		r.Verdict, r.Detail = Slow, c.log.clean(c.note, maxDetail)
	case c.renewalDue():
		r.Verdict, r.Detail = Slow, "the certificate ends at "+c.tls.NotAfter.Format(time.RFC3339)
	default:
		r.Detail = c.log.clean(c.note, maxDetail)
	}
	return r
}

func (r *Runner) slow() time.Duration {
	if r.Slow > 0 {
		return r.Slow
	}
	return defaultSlow
}

func (r *Runner) resolver() Resolver {
	if r.Resolver != nil {
		return r.Resolver
	}
	return net.DefaultResolver
}

func (r *Runner) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if r.Dial != nil {
		return r.Dial(ctx, network, addr)
	}
	return (&net.Dialer{}).DialContext(ctx, network, addr)
}
