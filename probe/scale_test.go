package probe

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

// greeter is a real server that greets and waits, or only waits.
func greeter(b *testing.B, greeting string) Target {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = c.Write([]byte(greeting))
				_, _ = c.Read(make([]byte, 64))
			}()
		}
	}()
	return Target{Scheme: "tcp", Host: "127.0.0.1", Port: uint16(l.Addr().(*net.TCPAddr).Port), Expect: "* OK"}
}

// cpu is what this process has used.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkThousandChecks asks real servers on loopback, 1,000 checks each 30 s,
// and says how much of one core that takes, with both ends in this process.
func BenchmarkThousandChecks(b *testing.B) {
	target := greeter(b, "* OK ready\r\n")
	o := Options{Settings: DefaultSettings(), Store: newMemory()}
	for i := range 1000 {
		key := fmt.Sprintf("c%d", i)
		o.Components = append(o.Components, Component{Key: key, Host: fmt.Sprintf("h%d", i/10)})
		o.Checks = append(o.Checks, Check{Key: key, Component: key, Target: target, Every: 30 * time.Second, Timeout: 15 * time.Second})
	}
	p := New(o)
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error)
	go func() { done <- p.Run(ctx) }()
	time.Sleep(3 * time.Second) // the first run of each, within a second
	for b.Loop() {
		begun, used := time.Now(), cpu(b)
		time.Sleep(15 * time.Second)
		b.ReportMetric(100*float64(cpu(b)-used)/float64(time.Since(begun)), "%core")
		f := p.Schedule()
		b.ReportMetric(f.Lag.Seconds()*1000, "ms-lag")
		b.ReportMetric(float64(len(f.Overdue)), "overdue")
	}
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

// BenchmarkHungRuns holds 4,000 runs against a server that is silent, and says
// how much memory each takes: ours, and that of the connection's other end.
func BenchmarkHungRuns(b *testing.B) {
	const runs = 4000
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil || files.Cur < 2*runs+100 {
		b.Skipf("wants %d open files, may have %d", 2*runs+100, files.Cur)
	}
	target := greeter(b, "")
	memory := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapInuse + m.StackInuse)
	}
	for b.Loop() {
		before := memory()
		ctx, cancel := context.WithCancel(b.Context())
		var all sync.WaitGroup
		for range runs {
			all.Go(func() { (&Runner{}).Run(ctx, Check{Target: target, Timeout: time.Minute}) })
		}
		time.Sleep(3 * time.Second)
		b.ReportMetric((memory()-before)/runs, "B/run")
		cancel()
		all.Wait()
	}
}
