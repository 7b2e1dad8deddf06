package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"howdah/probe"
)

// rhythm tells how well the schedule of the checks is kept.
type rhythm struct {
	figures func() probe.Figures
}

var (
	descLag        = desc("scheduler_lag_seconds", "By how much the newest run of a check began too late.")
	descMaxLag     = desc("scheduler_lag_seconds_max", "By how much a run began too late at the worst since the program began.")
	descOverdueNow = desc("checks_overdue", "Checks whose result is later than it should be: a fault of the prober, not of the target.")
	descOverdueAll = desc("checks_overdue_total", "How often a check became overdue.")
	descSkipped    = desc("probes_skipped_total", "Turns of checks that were not taken: late, because the schedule could not be kept, or running, because the run before lasted.", "why")
	descDoubted    = desc("probes_doubted_total", "Failures that were not believed, because the prober's own checks failed too.", "phase", "cause")
	descClockSteps = desc("clock_steps_total", "Steps of the wall clock by more than two seconds.")
	descSuspends   = desc("suspends_total", "Times in which the machine slept for more than two seconds.")
	descStalls     = desc("stalls_total", "Times in which this process stood still for more than two seconds.")
)

// Describe implements prometheus.Collector.
func (r *rhythm) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descLag, descMaxLag, descOverdueNow, descOverdueAll, descSkipped, descDoubted, descClockSteps, descSuspends, descStalls} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (r *rhythm) Collect(to chan<- prometheus.Metric) {
	f := r.figures()
	gauge := func(d *prometheus.Desc, v float64) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v)
	}
	total := func(d *prometheus.Desc, n int64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	gauge(descLag, f.Lag.Seconds())
	gauge(descMaxLag, f.MaxLag.Seconds())
	gauge(descOverdueNow, float64(len(f.Overdue)))
	total(descOverdueAll, f.OverdueTotal)
	for _, why := range []string{"late", "running"} {
		total(descSkipped, f.Skipped[why], why)
	}
	// Reasons that look alike here have to be one.
	doubted := map[[2]string]int64{}
	for reason, n := range f.Doubted {
		doubted[[2]string{word(reason.Phase()), word(reason.Cause())}] += n
	}
	for label, n := range doubted {
		total(descDoubted, n, label[:]...)
	}
	total(descClockSteps, f.ClockSteps)
	total(descSuspends, f.Suspends)
	total(descStalls, f.Stalls)
}
