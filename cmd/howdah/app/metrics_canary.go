package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"howdah/probe"
)

// canaries tells how the test messages of every canary stand.
type canaries struct {
	status func() []probe.CanaryStatus
}

func canaryDesc(name, help string, more ...string) *prometheus.Desc {
	return prometheus.NewDesc("mail_canary_"+name, help, append([]string{"check", "component"}, more...), nil)
}

var (
	descHop      = canaryDesc("hop_seconds", "How long the newest test message that came through took to each hop.", "hop")
	descLastSeen = canaryDesc("last_seen_timestamp_seconds", "When the newest test message came through. Absent before the first.")
	descFlying   = canaryDesc("flying", "Test messages that are on their way.")
	descOverdue  = canaryDesc("overdue", "Test messages that are on their way and overdue.")
	descLost     = canaryDesc("lost_total", "Test messages that were lost since the program began.")
)

// Describe implements prometheus.Collector.
func (c *canaries) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descHop, descLastSeen, descFlying, descOverdue, descLost} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (c *canaries) Collect(to chan<- prometheus.Metric) {
	for _, s := range c.status() {
		tell := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, more ...string) {
			to <- prometheus.MustNewConstMetric(d, kind, v, append([]string{s.Check, s.Component}, more...)...)
		}
		for _, hop := range s.Hops {
			tell(descHop, prometheus.GaugeValue, hop.Took.Seconds(), word(hop.Name))
		}
		if !s.LastSeenAt.IsZero() {
			tell(descLastSeen, prometheus.GaugeValue, float64(s.LastSeenAt.UnixMilli())/1000)
		}
		tell(descFlying, prometheus.GaugeValue, float64(s.Flying))
		tell(descOverdue, prometheus.GaugeValue, float64(s.Overdue))
		tell(descLost, prometheus.CounterValue, float64(s.Lost))
	}
}
