package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	typeA     = dnsmessage.TypeA
	typeAAAA  = dnsmessage.TypeAAAA
	typeMX    = dnsmessage.TypeMX
	typeSOA   = dnsmessage.TypeSOA
	typeTXT   = dnsmessage.TypeTXT
	typeTLSA  = dnsmessage.Type(52) // RFC 6698
	typeCNAME = dnsmessage.TypeCNAME
)

const (
	// budgetQuery bounds one try with one server; a lost packet is asked for
	// again.
	budgetQuery = 2 * time.Second
	maxTries    = 4
	maxServers  = 3 // as resolv.conf(5)
	maxAliases  = 8
)

// resolver asks recursive name servers, in their order. The library of Go hides
// what a check of the DNS is about: an empty answer is none of its own, a
// failure has no code, and many types can't be asked for.
type resolver struct {
	conn    *conn
	servers []string // host:port
	left    int      // bytes that the run may still read
	known   map[asking]lookup
}

func newResolver(c *conn) *resolver {
	servers := []string{c.target.Nameserver}
	if c.target.Nameserver == "" {
		text, _ := os.ReadFile("/etc/resolv.conf")
		servers = nameservers(string(text))
	}
	return &resolver{conn: c, servers: servers, left: maxRead, known: map[asking]lookup{}}
}

// nameservers are those of resolv.conf(5): this machine when it names none.
func nameservers(conf string) []string {
	var list []string
	for line := range strings.Lines(conf) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != "nameserver" || len(list) == maxServers {
			continue
		}
		if a, err := netip.ParseAddr(f[1]); err == nil {
			list = append(list, netip.AddrPortFrom(a, 53).String())
		}
	}
	if len(list) == 0 {
		return []string{"127.0.0.1:53"}
	}
	return list
}

// lookup is what the DNS says to one question, aliases followed.
type lookup struct {
	records []dnsmessage.Resource // of the type asked for
	missing bool                  // there is no such name (NXDOMAIN)
	alias   bool                  // the name is an alias (CNAME)
	secure  bool                  // the resolver has checked its signatures
}

type asking struct {
	name string
	kind dnsmessage.Type
}

// ask asks for the records of a name, once in a run. No records are no error.
// When nobody answers the question, it is a *stepError of the phase dns.
func (r *resolver) ask(ctx context.Context, name string, kind dnsmessage.Type) (lookup, error) {
	if a, ok := r.known[asking{name, kind}]; ok {
		return a, nil
	}
	a, err := r.find(ctx, name, kind)
	if err == nil {
		r.known[asking{name, kind}] = a
	}
	return a, err
}

// find follows aliases to the records.
func (r *resolver) find(ctx context.Context, name string, kind dnsmessage.Type) (lookup, error) {
	a := lookup{secure: true}
	seen := map[string]bool{}
	for range maxAliases {
		m, err := r.query(ctx, name, kind)
		if err != nil {
			return lookup{}, err
		}
		a.secure = a.secure && m.AuthenticData
		last := follow(m, name, seen)
		a.alias = a.alias || last != name
		for _, rr := range m.Answers {
			if rr.Header.Type == kind && rr.Header.Class == dnsmessage.ClassINET && plainName(rr.Header.Name) == last {
				a.records = append(a.records, rr)
			}
		}
		a.missing = m.RCode == dnsmessage.RCodeNameError
		if len(a.records) > 0 || a.missing || last == name {
			return a, nil
		}
		name = last // a server that is no resolver leaves it to us to go on
	}
	return lookup{}, &fault{"loop", "aliases lead to aliases: " + name}
}

// follow goes along the aliases within one answer. Each is taken once.
func follow(m *dnsmessage.Message, name string, seen map[string]bool) string {
	for again := true; again; {
		again = false
		for _, rr := range m.Answers {
			alias, ok := rr.Body.(*dnsmessage.CNAMEResource)
			if ok && !seen[name] && plainName(rr.Header.Name) == name {
				seen[name] = true
				name, again = plainName(alias.CNAME), true
			}
		}
	}
	return name
}

// plainName is a name in lower case without the dot at its end.
func plainName(n dnsmessage.Name) string { return strings.ToLower(strings.TrimSuffix(n.String(), ".")) }

// query asks one question until a server answers it.
func (r *resolver) query(ctx context.Context, name string, kind dnsmessage.Type) (*dnsmessage.Message, error) {
	m, err := r.try(ctx, name, kind, false)
	if err != nil {
		return nil, err
	}
	why := explained(m)
	switch m.RCode {
	case dnsmessage.RCodeSuccess, dnsmessage.RCodeNameError:
		return m, nil
	case dnsmessage.RCodeServerFailure:
		// Is it there, if nobody looks at its signatures?
		if m, err := r.try(ctx, name, kind, true); err == nil && m.RCode == dnsmessage.RCodeSuccess {
			return nil, &fault{"bogus", because("the signatures of "+name+" don't hold (DNSSEC)", why)}
		}
		return nil, unanswered("tempfail", because("the resolver could not find out about "+name+" (SERVFAIL)", why))
	case dnsmessage.RCodeRefused:
		return nil, unanswered("refused", because("the resolver refuses to answer us", why))
	}
	return nil, unanswered("proto", because(fmt.Sprintf("the resolver answers %v", m.RCode), why))
}

// because puts what the server says behind what we say.
func because(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}

// unanswered is the end of a run because of our resolver.
func unanswered(cause, detail string) error {
	return &stepError{Reason("dns." + cause), Inconclusive, detail}
}

// try asks the servers in turn until one answers. A server that fails is an
// answer only when no other has a better one.
func (r *resolver) try(ctx context.Context, name string, kind dnsmessage.Type, unchecked bool) (*dnsmessage.Message, error) {
	q, err := newQuery(name, kind, unchecked)
	if err != nil {
		return nil, &fault{"name", fmt.Sprintf("%q can't be asked for: %v", name, err)}
	}
	r.conn.log.add("C", fmt.Sprintf("%s %s", typeName(kind), name))
	var (
		worst  *dnsmessage.Message
		failed error
	)
	for i := range max(maxTries, len(r.servers)) {
		server := r.servers[i%len(r.servers)]
		m, err := r.exchange(ctx, server, q)
		if f := (*fault)(nil); errors.As(err, &f) && f.cause == "toolong" {
			return nil, err
		}
		if err != nil {
			failed = err
			if ctx.Err() != nil {
				break
			}
			continue
		}
		r.conn.peer = server
		r.conn.log.add("S", describe(m))
		if m.RCode == dnsmessage.RCodeSuccess || m.RCode == dnsmessage.RCodeNameError {
			return m, nil
		}
		worst = m
		if i+1 >= len(r.servers) {
			break
		}
	}
	if worst != nil {
		return worst, nil
	}
	return nil, unanswered(causeOf(ctx, failed), fmt.Sprintf("%s of %s: %v", typeName(kind), name, failed))
}

// exchange asks one server once, again by TCP when the answer is cut off.
func (r *resolver) exchange(ctx context.Context, server string, q *query) (*dnsmessage.Message, error) {
	m, err := r.over(ctx, "udp", server, func(w net.Conn) (*dnsmessage.Message, error) { return r.byUDP(w, q) })
	if err != nil || !m.Truncated {
		return m, err
	}
	return r.over(ctx, "tcp", server, func(w net.Conn) (*dnsmessage.Message, error) { return r.byTCP(w, q) })
}

// over talks with a server until the query's budget ends, which closes the
// socket.
func (r *resolver) over(ctx context.Context, network, server string, talk func(net.Conn) (*dnsmessage.Message, error)) (*dnsmessage.Message, error) {
	one, cancel := context.WithTimeout(ctx, budgetQuery)
	defer cancel()
	w, err := r.conn.runner.dial(one, network, server)
	if err == nil {
		stop := context.AfterFunc(one, func() { _ = w.Close() })
		defer func() { stop(); _ = w.Close() }()
		var m *dnsmessage.Message
		if m, err = talk(w); err == nil {
			return m, nil
		}
	}
	if one.Err() == context.DeadlineExceeded {
		err = &fault{"timeout", "no answer from " + server}
	}
	return nil, err
}

// byUDP reads past every packet that is no answer to the question: anybody may
// have sent it.
func (r *resolver) byUDP(w net.Conn, q *query) (*dnsmessage.Message, error) {
	if _, err := w.Write(q.packed); err != nil {
		return nil, err
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := w.Read(buf)
		if err != nil {
			return nil, err
		}
		if err := r.spend(n); err != nil {
			return nil, err
		}
		if m, ok := q.answer(buf[:n]); ok {
			return m, nil
		}
	}
}

func (r *resolver) byTCP(w net.Conn, q *query) (*dnsmessage.Message, error) {
	framed := append(binary.BigEndian.AppendUint16(nil, uint16(len(q.packed))), q.packed...) // #nosec G115 -- a query is short
	if _, err := w.Write(framed); err != nil {
		return nil, err
	}
	var size [2]byte
	if _, err := io.ReadFull(w, size[:]); err != nil {
		return nil, err
	}
	buf := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(w, buf); err != nil {
		return nil, err
	}
	if err := r.spend(len(buf)); err != nil {
		return nil, err
	}
	m, ok := q.answer(buf)
	if !ok {
		return nil, &fault{"proto", "no answer to our question"}
	}
	return m, nil
}

func (r *resolver) spend(n int) error {
	if n > r.left {
		return &fault{"toolong", "more than 256 KiB in one run"}
	}
	r.left -= n
	return nil
}
