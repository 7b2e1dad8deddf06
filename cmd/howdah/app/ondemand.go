package app

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"howdah/cmd/howdah/config"
	"howdah/probe"
)

// ondemand asks hosts that somebody else names, as Prometheus' multi-target
// pattern does: /probe?module=KEY&target=HOST. Modules say how, and which
// hosts; the asker has no other say.
type ondemand struct {
	modules map[string]module
	roots   *x509.CertPool
	slots   chan struct{} // one for each run at a time
	pace    *pace
	log     *slog.Logger
}

const (
	ondemandRuns  = 64  // at a time
	ondemandPace  = 50  // a second, in the long run
	ondemandBurst = 200 // at once, after a rest
)

// module is a config.Module, ready to be asked by.
type module struct {
	target   probe.Target
	password func() (string, error)
	timeout  time.Duration
	hosts    []string // addresses of targets; empty for any
	allowed  []netip.Prefix
}

func newOndemand(c config.Config, roots *x509.CertPool, log *slog.Logger) (*ondemand, error) {
	o := &ondemand{
		modules: map[string]module{},
		roots:   roots,
		slots:   make(chan struct{}, ondemandRuns),
		pace:    newPace(ondemandPace, ondemandBurst),
		log:     log,
	}
	for i, k := range c.Modules {
		m, err := newModule(k)
		if err != nil {
			return nil, fmt.Errorf("modules[%d]: %w", i, err)
		}
		o.modules[k.Key] = m
	}
	return o, nil
}

func newModule(k config.Module) (module, error) {
	t, err := probe.ParseTarget(k.Target)
	if err != nil {
		return module{}, err
	}
	m := module{target: t, timeout: k.Timeout, allowed: slices.Clone(k.Networks)}
	if file := k.PasswordFile; file != "" {
		m.password = func() (string, error) { return readSecret(file) }
	}
	for _, host := range k.Hosts {
		at, err := t.At(host)
		if err != nil {
			return m, err
		}
		m.hosts = append(m.hosts, at.Address())
		// Who lists an address means it. A name may come to mean any.
		if a, err := netip.ParseAddr(at.Host); err == nil {
			m.allowed = append(m.allowed, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
		}
	}
	return m, nil
}

// target is the one that is asked for, if the module allows it.
func (m module) at(host string) (probe.Target, error) {
	t, err := m.target.At(host)
	if err == nil && len(m.hosts) > 0 && !slices.Contains(m.hosts, t.Address()) {
		err = fmt.Errorf("the module does not list the host %q", host)
	}
	return t, err
}

// ServeHTTP runs one check and answers with its figures, whatever they say.
// Any other answer than 200 means that the target had no say.
func (o *ondemand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	q := r.URL.Query()
	m, known := o.modules[q.Get("module")]
	if !known {
		http.Error(w, fmt.Sprintf("there is no module %q", q.Get("module")), http.StatusBadRequest)
		return
	}
	timeout, err := scrapeTimeout(r.Header.Get("X-Prometheus-Scrape-Timeout-Seconds"), m.timeout)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	t, err := m.at(q.Get("target"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	if !o.pace.take(time.Now()) {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many probes in a short time", http.StatusTooManyRequests)
		return
	}
	select {
	case o.slots <- struct{}{}:
		defer func() { <-o.slots }()
	default:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many probes at a time", http.StatusServiceUnavailable)
		return
	}
	fence := &probe.Fence{Allowed: m.allowed}
	runner := &probe.Runner{Dial: fence.Dial, RootCAs: o.roots}
	result := runner.RunTarget(r.Context(), t, m.password, timeout)
	if held := fence.Held(); held.IsValid() && result.Peer == "" {
		o.log.Warn("a probe was refused", "module", q.Get("module"), "target", t.Address(), "address", held)
		http.Error(w, fmt.Sprintf("%q leads to an address that is not public and that the module does not list", t.Host), http.StatusForbidden)
		return
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(outcome{result, timeout})
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

// scrapeMargin is what Prometheus needs of its own timeout to take the answer.
const scrapeMargin = 500 * time.Millisecond

// scrapeTimeout is how long a run may take for an asker who waits for so many
// seconds.
func scrapeTimeout(seconds string, most time.Duration) (time.Duration, error) {
	if seconds == "" {
		return most, nil
	}
	s, err := strconv.ParseFloat(seconds, 64)
	if err != nil || math.IsNaN(s) || s <= 0 {
		return 0, errors.New("X-Prometheus-Scrape-Timeout-Seconds is no time")
	}
	if s > most.Seconds()+scrapeMargin.Seconds() {
		return most, nil
	}
	asked := time.Duration(s * float64(time.Second))
	return max(asked-scrapeMargin, asked/2), nil
}

// outcome tells one result.
type outcome struct {
	result  probe.Result
	timeout time.Duration
}

var descsOfOne = newProbeDescs()

// Describe implements prometheus.Collector.
func (o outcome) Describe(to chan<- *prometheus.Desc) { descsOfOne.describe(to) }

// Collect implements prometheus.Collector. Whoever asks for one target wants a
// figure to watch, so a run that could not ask is no success here; why stands
// in the failure.
func (o outcome) Collect(to chan<- prometheus.Metric) {
	to <- prometheus.MustNewConstMetric(descsOfOne.success, prometheus.GaugeValue, number(o.result.Verdict.Good()))
	descsOfOne.collect(to, o.result, o.timeout)
}
