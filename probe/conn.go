package probe

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"time"
)

// Budgets of the phases. They lie within the run's own timeout.
const (
	budgetDNS     = 5 * time.Second
	budgetConnect = 3 * time.Second
	budgetTLS     = 5 * time.Second
	budgetCommand = 10 * time.Second
)

// maxAddresses bounds how many addresses of a name one run tries.
const maxAddresses = 4

// conn is the one connection of a run, with what is known of it so far.
type conn struct {
	ctx    context.Context // of the run
	runner *Runner
	target Target
	// password reads the secret; nil when the check has none.
	password func() (string, error)
	begun    time.Time

	addrs     []netip.Addr
	raw       net.Conn // nil before connect; closing it ends every step
	wire      net.Conn // raw, or TLS over it
	in        *lineReader
	loopback  bool
	encrypted bool

	peer      string
	tls       *TLSInfo
	mechanism string
	note      string // for staff, of a run that passes
	warned    bool   // it passes, but staff should look at the note
	phases    []Phase
	log       *transcript
	mark      string // of a further connection in it, "2"
}

// stepError is the end of a run: the phase in which it ended and why.
type stepError struct {
	reason  Reason
	verdict Verdict
	detail  string
}

func (e *stepError) Error() string { return string(e.reason) + ": " + e.detail }

// step takes one phase. When its budget or the run's context ends, the socket
// is closed under it, and that is its failure whatever the socket then says.
// Its error is a *stepError: do's own if it returns one.
func (c *conn) step(name string, budget time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(c.ctx, budget)
	defer cancel()
	stop := func() bool { return true }
	if raw := c.raw; raw != nil {
		stop = context.AfterFunc(ctx, func() { _ = raw.Close() })
	}
	begun := time.Now()
	err := do(ctx)
	if !stop() && err == nil {
		err = ctx.Err() // it passed, but its socket is gone
	}
	c.phases = append(c.phases, Phase{Name: name, Start: begun.Sub(c.begun), Took: time.Since(begun), OK: err == nil})
	if err == nil {
		return nil
	}
	if ended := (*stepError)(nil); errors.As(err, &ended) {
		return ended
	}
	cause := causeOf(ctx, err)
	if cause == "io" && name == "tls" {
		cause = "tls"
	}
	detail := err.Error()
	if f := (*fault)(nil); errors.As(err, &f) {
		detail = f.detail
	}
	return &stepError{reason: Reason(name + "." + cause), verdict: verdictOf(name, cause), detail: detail}
}

// open connects: dns when the host is a name, connect, and tls when the scheme
// begins with it.
func (c *conn) open() error {
	if c.target.Path != "" {
		return c.step("connect", budgetConnect, c.connectSocket)
	}
	if a, ok := c.target.literal(); ok {
		c.addrs = []netip.Addr{a}
	} else if err := c.step("dns", budgetDNS, c.resolve); err != nil {
		return err
	}
	if err := c.step("connect", budgetConnect, c.connect); err != nil {
		return err
	}
	if c.target.implicitTLS() {
		return c.step("tls", budgetTLS, c.encrypt)
	}
	return nil
}

func (c *conn) resolve(ctx context.Context) error {
	addrs, err := c.runner.resolver().LookupNetIP(ctx, "ip", c.target.Host)
	if err != nil {
		return err
	}
	if len(addrs) == 0 {
		return &fault{"nxdomain", "the name has no address"}
	}
	c.addrs = addrs[:min(len(addrs), maxAddresses)]
	return nil
}

// connect tries the addresses in their order, as mail programs do, each with
// its share of what is left of the budget.
func (c *conn) connect(ctx context.Context) error {
	deadline, _ := ctx.Deadline()
	var failed error
	for i, a := range c.addrs {
		share := time.Until(deadline) / time.Duration(len(c.addrs)-i)
		one, cancel := context.WithTimeout(ctx, share)
		peer := net.JoinHostPort(a.Unmap().String(), strconv.Itoa(int(c.target.Port)))
		raw, err := c.runner.dial(one, "tcp", peer)
		if err != nil && one.Err() == context.DeadlineExceeded {
			err = &fault{"timeout", err.Error()}
		}
		cancel()
		if err == nil {
			c.raw, c.peer, c.loopback = raw, peer, a.Unmap().IsLoopback()
			c.use(raw)
			return nil
		}
		failed = err
		if ctx.Err() == context.Canceled {
			break
		}
	}
	return failed
}

// connectSocket connects within this machine.
func (c *conn) connectSocket(ctx context.Context) error {
	raw, err := c.runner.dial(ctx, "unix", c.target.Path)
	if err != nil {
		return err
	}
	c.raw, c.peer, c.loopback = raw, c.target.Path, true
	c.use(raw)
	return nil
}

// use continues the conversation over w.
func (c *conn) use(w net.Conn) {
	left := maxRead
	if c.in != nil {
		left = c.in.left
	}
	c.wire, c.in = w, newLineReader(w, left)
}

// send writes one line; shown stands for it in the transcript.
func (c *conn) send(line, shown string) error {
	c.log.add("C"+c.mark, shown)
	_, err := io.WriteString(c.wire, line+"\r\n")
	return err
}

// receive reads one line.
func (c *conn) receive() (string, error) {
	line, err := c.in.line()
	if err == nil {
		c.log.add("S"+c.mark, line)
	}
	return line, err
}
