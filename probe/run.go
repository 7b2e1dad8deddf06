package probe

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
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
}

// Run asks once. It returns when the question is answered, when c.Timeout has
// passed or when ctx has ended, whichever is first; a ctx that was canceled
// makes the run Inconclusive. A panic inside is an Inconclusive result with
// the reason "probe.panic".
func (r *Runner) Run(ctx context.Context, c Check) Result {
	return Result{Check: c.Key, Component: c.Component, Target: c.Target.String(), StartedAt: time.Now(), Verdict: Inconclusive, Reason: "probe.unfinished"}
}

// RunTarget asks a target that belongs to no configured check, as the shell
// does; Result.Check is the scheme. password may be nil: then nobody logs in.
func (r *Runner) RunTarget(ctx context.Context, t Target, password func() (string, error), timeout time.Duration) Result {
	return r.Run(ctx, Check{Key: t.Scheme, Target: t, Password: password, Timeout: timeout})
}
