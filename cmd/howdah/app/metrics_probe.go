package app

import (
	"net/netip"
	"regexp"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"howdah/probe"
)

// probeDescs are the figures of one result, under the names that
// blackbox_exporter has for them where it has one.
type probeDescs struct {
	success, duration, dns, phase, failure, timeout, expiry, version, protocol *prometheus.Desc
}

// newProbeDescs makes them with labels that tell results apart; there are none
// where one result is all that is told.
func newProbeDescs(labels ...string) probeDescs {
	desc := func(name, help string, more ...string) *prometheus.Desc {
		return prometheus.NewDesc("probe_"+name, help, append(labels[:len(labels):len(labels)], more...), nil)
	}
	return probeDescs{
		success:  desc("success", "Whether the target did its work: 1, also slowly, or 0."),
		duration: desc("duration_seconds", "How long the run took."),
		dns:      desc("dns_lookup_time_seconds", "How long the name took to be resolved; 0 for an address."),
		phase:    desc("phase_duration_seconds", "How long each phase of the run took.", "phase"),
		failure:  desc("failure_info", "Always 1: where the run ended and why. Absent when it was good.", "phase", "cause"),
		timeout:  desc("timeout_seconds", "The time that the run had."),
		expiry:   desc("ssl_earliest_cert_expiry", "When the server's certificate ends, also when it was refused, in seconds since 1970."),
		version:  desc("tls_version_info", "Always 1: the version of TLS that was used.", "version"),
		protocol: desc("ip_protocol", "Version of IP by which the target was reached: 4 or 6. Absent when it was not."),
	}
}

func (d probeDescs) describe(to chan<- *prometheus.Desc) {
	for _, one := range []*prometheus.Desc{d.success, d.duration, d.dns, d.phase, d.failure, d.timeout, d.expiry, d.version, d.protocol} {
		to <- one
	}
}

// labelWord is what a phase or a cause of our own looks like. What others
// report in our words is held to it.
var labelWord = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

func word(s string) string {
	if labelWord.MatchString(s) {
		return s
	}
	return "other"
}

// collect tells one result but for its success, under the values of the labels.
func (d probeDescs) collect(to chan<- prometheus.Metric, r probe.Result, timeout time.Duration, labels ...string) {
	gauge := func(desc *prometheus.Desc, v float64, more ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, v, append(labels[:len(labels):len(labels)], more...)...)
	}
	phases := map[string]time.Duration{}
	for _, p := range r.Phases {
		phases[p.Name] += p.Took
	}
	for name, took := range phases {
		gauge(d.phase, took.Seconds(), name)
	}
	gauge(d.duration, r.Took.Seconds())
	gauge(d.dns, phases["dns"].Seconds())
	gauge(d.timeout, timeout.Seconds())
	if r.Reason != "" {
		gauge(d.failure, 1, word(r.Reason.Phase()), word(r.Reason.Cause()))
	}
	if r.TLS != nil {
		gauge(d.expiry, float64(r.TLS.NotAfter.Unix()))
		gauge(d.version, 1, r.TLS.Version)
	}
	if peer, err := netip.ParseAddrPort(r.Peer); err == nil {
		version := 6.0
		if peer.Addr().Unmap().Is4() {
			version = 4
		}
		gauge(d.protocol, version)
	}
}

// outcomes tells the newest result of every check.
type outcomes struct {
	last    func() []probe.Result
	watched func() *watchlist
}

var descsOfChecks = newProbeDescs("check", "component")

// Describe implements prometheus.Collector.
func (o *outcomes) Describe(to chan<- *prometheus.Desc) { descsOfChecks.describe(to) }

// Collect implements prometheus.Collector. A run that could not ask is neither
// a success nor a failure of the target.
func (o *outcomes) Collect(to chan<- prometheus.Metric) {
	timeouts := map[string]time.Duration{}
	for _, c := range o.watched().checks {
		timeouts[c.Key] = c.Timeout
	}
	for _, r := range o.last() {
		labels := []string{r.Check, r.Component}
		if r.Verdict != probe.Inconclusive {
			to <- prometheus.MustNewConstMetric(descsOfChecks.success, prometheus.GaugeValue, number(r.Verdict.Good()), labels...)
		}
		descsOfChecks.collect(to, r, timeouts[r.Check], labels...)
	}
}
