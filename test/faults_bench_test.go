package test

import (
	"syscall"
	"testing"
	"time"
)

// How many readers are shown the front page, and how soon, while something is
// wrong.
func BenchmarkFaults(b *testing.B) {
	for _, fault := range []struct {
		name string
		last func(*instance) // makes it last for some seconds
	}{
		{"none", func(*instance) { time.Sleep(5 * time.Second) }},
		{"mailserver-killed", func(in *instance) {
			for range 5 {
				in.within(10*time.Second, "the mail server is there", func() bool { return in.child() != 0 })
				in.signal(syscall.SIGKILL)
				time.Sleep(time.Second)
			}
		}},
		{"disk-full", func(in *instance) {
			free := fill(in.t, in.data(), 0)
			in.signal(syscall.SIGKILL)
			time.Sleep(5 * time.Second)
			free()
		}},
		{"silent-crowd", func(in *instance) {
			leave := crowd(in.t, in.address("web"), 500)
			time.Sleep(4 * time.Second)
			leave()
		}},
	} {
		b.Run(fault.name, func(b *testing.B) {
			in := configure(b, "")
			in.checkOften()
			mount(b, in.data(), "16m")
			in.start()
			in.healthy()
			var share float64
			var p99 time.Duration
			for b.Loop() {
				v := in.visit()
				fault.last(in)
				share, p99 = v.share()
			}
			b.ReportMetric(100*share, "%served")
			b.ReportMetric(float64(p99.Microseconds())/1000, "p99-ms")
			b.ReportMetric(0, "ns/op")
			in.stop()
		})
	}
}
