package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"howdah/cmd/howdah/config"
	"howdah/cmd/howdah/timeline"
	"howdah/db/maildb"
	"howdah/db/statusdb"
	"howdah/incidents"
	"howdah/mailserver"
	"howdah/mailserver/imapd"
	"howdah/mailserver/pop3d"
	"howdah/probe"
)

// pipes is a network of one machine: a dialer and listeners that share memory
// instead of sockets, so that it lives in virtual time.
type pipes struct {
	ports map[string]*pipePort
	down  atomic.Bool // the machine refuses
}

type pipePort struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) listen(addr string) net.Listener {
	port := &pipePort{conns: make(chan net.Conn), closed: make(chan struct{})}
	p.ports[addr] = port
	return port
}

func (p *pipes) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	port := p.ports[addr]
	if port == nil || p.down.Load() {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	ours, theirs := net.Pipe()
	select {
	case port.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipePort) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipePort) Close() error {
	select {
	case <-l.closed:
	default:
		close(l.closed)
	}
	return nil
}

func (l *pipePort) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// The seed's three days through the real checks, mail servers, state machine,
// desk, narrator and databases, in virtual time: one thread with four outages
// at the right minutes.
func TestSeedThreeDays(t *testing.T) {
	line := seed(t)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { runSeed(t, line, dir) })
}

// seed is what a monitor would have seen in August 2005.
func seed(t *testing.T) *timeline.Timeline {
	t.Helper()
	file := filepath.Join("..", "..", "..", "test", "testdata", "timeline.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	line, err := timeline.Parse(file, text)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

func runSeed(t *testing.T, line *timeline.Timeline, dir string) {
	zone := line.Zone
	at := func(stamp string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04", stamp, zone)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	time.Sleep(time.Until(at("2005-08-01 16:00")))
	ctx, stop := context.WithCancel(context.Background())
	log := slog.New(slog.DiscardHandler)

	// The machine with its mail server.
	network := &pipes{ports: map[string]*pipePort{}}
	mail, err := maildb.Open(ctx, filepath.Join(dir, "mail"))
	if err != nil {
		t.Fatal(err)
	}
	svc := mailserver.New(mail, mailserver.Limits{}, log)
	if err := svc.AddAccount(ctx, "probe", "seed-secret"); err != nil {
		t.Fatal(err)
	}
	trust := func(net.Conn) bool { return true }
	servers := map[string]protocol{
		"127.0.0.1:143": imapd.New(svc, imapd.Options{InsecureAuth: trust, Log: log}),
		"127.0.0.1:110": pop3d.New(svc, pop3d.Options{InsecureAuth: trust, Log: log}),
	}
	for addr, srv := range servers {
		l := network.listen(addr)
		go srv.Serve(l)
	}

	// The service that watches it.
	c := config.Default()
	c.Site.TimeZone = zone.String()
	c.Components = nil
	for _, k := range line.Components {
		component := config.Component{Key: k.Key, Name: k.Name}
		if k.Host != "" {
			component.DependsOn = []string{k.Host}
		}
		c.Components = append(c.Components, component)
	}
	store, err := statusdb.Open(ctx, filepath.Join(dir, "howdah.db"))
	if err != nil {
		t.Fatal(err)
	}
	desk, err := newDesk(c, store, log)
	if err != nil {
		t.Fatal(err)
	}
	if err := desk.Load(ctx); err != nil {
		t.Fatal(err)
	}
	var checks []probe.Check
	for component, target := range map[string]string{"imap": "imap://probe@127.0.0.1:143", "pop3": "pop3://probe@127.0.0.1:110"} {
		parsed, err := probe.ParseTarget(target)
		if err != nil {
			t.Fatal(err)
		}
		checks = append(checks, probe.Check{
			Key: component, Component: component, Target: parsed, Every: 2 * time.Minute, Timeout: 15 * time.Second,
			Password: func() (string, error) { return "seed-secret", nil },
		})
	}
	prober := probe.New(probe.Options{
		Runner:     &probe.Runner{Dial: network.dial},
		Checks:     checks,
		Components: []probe.Component{{Key: "imap", Host: line.Hosts()[0]}, {Key: "pop3", Host: line.Hosts()[0]}},
		Settings:   probe.DefaultSettings(),
		Store:      store,
		Observer:   &bridge{desk: desk, log: log},
		Log:        log,
	})
	done := make(chan struct{}, 2)
	go func() { prober.Run(ctx); done <- struct{}{} }()
	go func() { desk.Run(ctx); done <- struct{}{} }()

	var id string
	for _, e := range line.Events {
		time.Sleep(time.Until(e.At))
		switch e.Kind {
		case timeline.HostDown:
			network.down.Store(true)
			prober.Exit(probe.Exit{At: time.Now(), Source: probe.SourceExit, Host: e.Subject, Components: []string{"imap", "pop3"}, Signal: "killed", Code: -1})
		case timeline.HostUp:
			network.down.Store(false)
			prober.Ready()
		case timeline.Staff:
			id = desk.Snapshot().Incidents[0].ID
			if _, _, err := desk.Post(ctx, time.Now(), incidents.Post{IncidentID: id, State: incidents.State(e.Subject), Body: e.Post.Text, By: "staff"}); err != nil {
				t.Fatalf("%s: %v", e.At, err)
			}
		}
	}
	time.Sleep(time.Until(at("2005-08-04 12:00")))

	snapshot := desk.Snapshot()
	if n := len(snapshot.Incidents); n != 1 {
		t.Fatalf("%d threads, want one", n)
	}
	in := snapshot.Incidents[0]
	want := [][2]string{
		{"2005-08-01 17:03", "2005-08-01 18:21"},
		{"2005-08-01 22:04", "2005-08-01 22:26"},
		{"2005-08-02 10:15", "2005-08-02 10:38"},
		{"2005-08-03 02:45", "2005-08-03 08:34"},
	}
	if len(in.Outages) != len(want) {
		t.Fatalf("%d outages, want %d", len(in.Outages), len(want))
	}
	for i, w := range want {
		o := in.Outages[i]
		if o.End == nil {
			t.Fatalf("outage %d has no end", i+1)
		}
		for what, d := range map[string]time.Duration{"start": o.Start.Best.Sub(at(w[0])), "end": o.End.Best.Sub(at(w[1]))} {
			if d < 0 || d > time.Second {
				t.Errorf("outage %d: %s is %v off", i+1, what, d)
			}
		}
	}
	if d := in.Downtime(time.Now()); d.Round(time.Minute) != 7*time.Hour+52*time.Minute {
		t.Errorf("down for %v in all", d)
	}
	for _, key := range []string{"imap", "pop3"} {
		v := snapshot.Component(key)
		august := v.Past.Month(zone, 2005, time.August, time.Now())
		if august.Down.Round(time.Minute) != 7*time.Hour+52*time.Minute || august.Percent() != "88.43" {
			t.Errorf("%s in August: %+v, %s %%", key, august, august.Percent())
		}
		if d := v.Days[88]; d.Down.Round(time.Minute) != 349*time.Minute || !d.Start.Equal(at("2005-08-03 00:00")) {
			t.Errorf("%s on the third: %+v", key, d)
		}
		stored, err := store.Segments(ctx, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		told := incidents.Timeline(slices.DeleteFunc(past(stored), func(s incidents.Segment) bool { return s.Component != key }))
		if again := told.Month(zone, 2005, time.August, time.Now()); again != august {
			t.Errorf("%s in August as it is stored: %+v", key, again)
		}
	}
	if in.ID != id || in.State != incidents.Resolved || !in.Instability() {
		t.Errorf("thread %s is %s: %q", in.ID, in.State, in.Title)
	}
	if d := in.ResolvedAt.Sub(at("2005-08-04 08:34")); d < 0 || d > time.Second {
		t.Errorf("resolved at %v", in.ResolvedAt.In(zone))
	}
	for _, u := range in.Updates {
		t.Logf("%s %s %s\n%s", u.At.In(zone).Format("2 Jan 15:04"), u.State, u.By, u.Body)
	}

	stop()
	<-done
	<-done
	bye, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, srv := range servers {
		if err := srv.Shutdown(bye); err != nil {
			t.Error(err)
		}
	}
	if err := errors.Join(mail.Close(), store.Close()); err != nil {
		t.Error(err)
	}
}
