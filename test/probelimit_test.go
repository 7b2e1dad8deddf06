package test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"howdah/probe"
)

// How many full IMAPS logins one core can do: our check, and a bare loop of
// go-imap's client that does the same and looks at nothing, in turns on one
// Dovecot. What the processor was used for is counted, not the time that
// Dovecot took.
func BenchmarkIMAPSLogins(b *testing.B) {
	address := fmt.Sprintf("127.0.0.1:%d", startDovecot(b).port["imaps"])
	target, err := probe.ParseTarget("imaps://probe@" + address + "?insecure=true")
	if err != nil {
		b.Fatal(err)
	}
	password := func() (string, error) { return "pass", nil }
	ways := [2]func(){
		func() {
			if r := (&probe.Runner{}).RunTarget(b.Context(), target, password, 10*time.Second); !r.Verdict.Good() {
				b.Fatalf("%s %s", r.Reason, r.Detail)
			}
		},
		func() {
			if err := bareLogin(address); err != nil {
				b.Fatal(err)
			}
		},
	}
	ways[0]() // reads the authorities that the system trusts, once
	const turns, runs = 6, 100
	var cost [2][]float64
	for b.Loop() {
		for turn := range turns {
			for n := range ways {
				who := (turn + n) % len(ways)
				before := processed(b)
				for range runs {
					ways[who]()
				}
				cost[who] = append(cost[who], (processed(b)-before).Seconds()/runs)
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(1/middle(cost[0]), "logins/core-s")
	b.ReportMetric(1/middle(cost[1]), "bare-logins/core-s")
	b.ReportMetric(middle(cost[1])/middle(cost[0]), "of-bare")
}

// bareLogin is what our check does, and no more.
func bareLogin(address string) error {
	c, err := imapclient.DialTLS(address, &imapclient.Options{TLSConfig: &tls.Config{InsecureSkipVerify: true}})
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Login("probe", "pass").Wait(); err != nil {
		return err
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		return err
	}
	return c.Logout().Wait()
}

// processed is what this process has used of the processors.
func processed(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// What a probe costs that waits for a server which has accepted and is silent,
// of 4,000 at a time.
func BenchmarkHungProbes(b *testing.B) {
	const probes = 4000
	// Nobody accepts, so that the server's side costs this process nothing; the
	// kernel completes the connections that fit its queue.
	var ports []int
	for range 4 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	var heap, resident float64
	for b.Loop() {
		ctx, end := context.WithCancel(b.Context())
		before, beforeAll := memory(b)
		var running sync.WaitGroup
		for n := range probes {
			target := probe.Target{Scheme: "imap", Host: "127.0.0.1", Port: uint16(ports[n%len(ports)])}
			running.Go(func() {
				if r := (&probe.Runner{}).RunTarget(ctx, target, nil, time.Minute); r.Reason != "greeting.canceled" {
					b.Errorf("%s: %s", r.Reason, r.Detail)
				}
			})
		}
		time.Sleep(2 * time.Second)
		after, afterAll := memory(b)
		heap, resident = (after-before)/probes, (afterAll-beforeAll)/probes
		end()
		running.Wait()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(heap/1024, "KiB/probe")
	b.ReportMetric(resident/1024, "resident-KiB/probe")
}

// memory is what this process holds in its heap and its stacks, and what the
// system has given it.
func memory(t testing.TB) (held, given float64) {
	t.Helper()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse), float64(resident(t, syscall.Getpid())) * 1024
}
