package test

import (
	"bytes"
	"fmt"
	"net"
	"net/textproto"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Deliveries by LMTP, each on disk before its answer: ours beside a Dovecot
// with sdbox, in turns so that whatever else the machine does slows both. The
// ratio is ours to theirs: more is better for messages, less for latency.
func BenchmarkLMTP(b *testing.B) {
	need(b, "dovecot")
	const most = 16
	in := start(b, "")
	for n := range most {
		add := exec.Command(program, "account", "add", recipient(n), "--password-stdin", "--config", in.conf)
		add.Stdin = strings.NewReader("a password that nobody needs\n")
		if _, err := output(add); err != nil {
			b.Fatal(err)
		}
	}
	ports := [2]int{in.port["lmtp"], startDovecot(b).port["lmtp"]}
	for _, port := range ports {
		flood(b, port, most, 2) // what is made with the first message is made
	}
	for _, connections := range []int{1, 4, most} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			const turns, messages = 6, 400
			var rate, median, worst [2][]float64
			for b.Loop() {
				for turn := range turns {
					for n := range ports {
						who := (turn + n) % len(ports)
						took, each := flood(b, ports[who], connections, messages/connections)
						slices.Sort(each)
						rate[who] = append(rate[who], float64(len(each))/took.Seconds())
						median[who] = append(median[who], ms(each[len(each)/2]))
						worst[who] = append(worst[who], ms(each[len(each)*99/100]))
					}
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(middle(rate[0]), "msg/s")
			b.ReportMetric(middle(rate[0])/middle(rate[1]), "msg-ratio")
			b.ReportMetric(middle(median[0]), "p50-ms")
			b.ReportMetric(middle(median[0])/middle(median[1]), "p50-ratio")
			b.ReportMetric(middle(worst[0]), "p99-ms")
			b.ReportMetric(middle(worst[0])/middle(worst[1]), "p99-ratio")
		})
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// middle is the median.
func middle(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

func recipient(n int) string { return fmt.Sprintf("reader%d", n) }

// flood sends count messages of 4 KiB on each of some connections, each to an
// account of its own. It returns how long all took and how long each did.
func flood(t testing.TB, port, connections, count int) (time.Duration, []time.Duration) {
	t.Helper()
	text := bytes.Repeat([]byte("The quick brown fox jumps over the lazy dog, all day.\r\n"), 4096/55)
	conns := make([]*textproto.Conn, connections)
	for n := range conns {
		c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(time.Minute))
		conns[n] = textproto.NewConn(c)
		if err := converse(conns[n], "", 220, "LHLO bench", 250); err != nil {
			t.Fatal(err)
		}
	}
	each := make([]time.Duration, connections*count)
	began := time.Now()
	var work sync.WaitGroup
	for n, c := range conns {
		work.Go(func() {
			for m := range count {
				head := fmt.Sprintf("From: bench@example.edu\r\nTo: %s@localhost\r\nSubject: message %d\r\nMessage-ID: <%d.%d.%d@example.edu>\r\n\r\n",
					recipient(n), m, began.UnixNano(), n, m)
				start := time.Now()
				err := converse(c, "MAIL FROM:<bench@example.edu>", 250, "RCPT TO:<"+recipient(n)+"@localhost>", 250,
					"DATA", 354, head+string(text)+".", 250)
				if err != nil {
					t.Errorf("message %d on connection %d: %v", m, n, err)
					return
				}
				each[n*count+m] = time.Since(start)
			}
		})
	}
	work.Wait()
	took := time.Since(began)
	if t.Failed() {
		t.FailNow()
	}
	return took, each
}

// converse sends lines, none where one is empty, and expects a code after each.
func converse(c *textproto.Conn, script ...any) error {
	for n := 0; n < len(script); n += 2 {
		line, code := script[n].(string), script[n+1].(int)
		if line != "" {
			if err := c.PrintfLine("%s", line); err != nil {
				return err
			}
		}
		if _, _, err := c.ReadResponse(code); err != nil {
			return fmt.Errorf("%.40q: %w", line, err)
		}
	}
	return nil
}
