package app

import (
	"net/http"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"howdah/incidents"
	"howdah/probe"
)

// childLife counts the lives of the supervised mail server.
type childLife struct {
	up     atomic.Bool
	starts atomic.Int64
}

func (l *childLife) ready() { l.up.Store(true); l.starts.Add(1) }
func (l *childLife) ended() { l.up.Store(false) }

// restarts are the starts after the first.
func (l *childLife) restarts() int64 { return max(l.starts.Load()-1, 0) }

// meter reads at each scrape what the parts know by themselves, so that no
// figure can lag behind the page.
type meter struct {
	version  string
	snapshot func() *incidents.Snapshot
	facts    func() []probe.ComponentFact
	unsaved  func() time.Time
	mail     *childLife // nil without a bundled mail server
	readers  func() int // nil where no page is served
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("howdah_"+name, help, labels, nil)
}

var (
	descUp         = desc("component_up", "Whether the component works: 1, or 0 while it is down. Absent while that is not known, and during maintenance.", "component")
	descChecked    = desc("component_checked_timestamp_seconds", "When the component was last checked with a result. Absent before the first.", "component")
	descState      = desc("component_state", "1 for the state that the component's checks are in, 0 for every other; unknown also when nothing is known of now.", "component", "state")
	descUnresolved = desc("incidents_unresolved", "Threads that are not resolved.")
	descOutages    = desc("outages_open", "Outages that last.")
	descReminders  = desc("reminders", "What waits for staff: an expected restoration that is overdue, test messages that are missing after an outage, a maintenance that begins within the hour or that has overrun.", "kind")
	descUnsaved    = desc("store_unsaved_seconds", "For how long the database has refused to save; 0 when everything is saved.")
	descMailUp     = desc("mailserver_up", "Whether the bundled mail server's process runs and is ready.")
	descRestarts   = desc("mailserver_restarts_total", "Starts of the bundled mail server after the first.")
	descReaders    = desc("live_readers", "Open pages that are told of changes as they happen.")
	descBuild      = desc("build_info", "Always 1; the version is in the labels.", "version", "goversion")
)

// Describe implements prometheus.Collector.
func (m *meter) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descUp, descChecked, descState, descUnresolved, descOutages, descReminders, descUnsaved, descMailUp, descRestarts, descReaders, descBuild} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (m *meter) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	now, s := time.Now(), m.snapshot()
	for _, f := range m.facts() {
		m.states(gauge, now, f)
		if f.State != probe.Unknown && f.State != probe.Maintenance && !now.After(f.StaleAt) {
			gauge(descUp, number(f.State == probe.Up || f.State == probe.Suspect), f.Component)
		}
		if !f.CheckedAt.IsZero() {
			gauge(descChecked, float64(f.CheckedAt.UnixMilli())/1000, f.Component)
		}
	}
	gauge(descUnresolved, float64(len(s.Unresolved())))
	gauge(descOutages, float64(openOutages(s)))
	reminders := map[incidents.ReminderKind]int{}
	for _, r := range s.Reminders {
		reminders[r.Kind]++
	}
	for _, kind := range incidents.ReminderKinds {
		gauge(descReminders, float64(reminders[kind]), string(kind))
	}
	unsaved := 0.0
	if since := m.unsaved(); !since.IsZero() {
		unsaved = max(time.Since(since).Seconds(), 0)
	}
	gauge(descUnsaved, unsaved)
	if m.mail != nil {
		gauge(descMailUp, number(m.mail.up.Load()))
		to <- prometheus.MustNewConstMetric(descRestarts, prometheus.CounterValue, float64(m.mail.restarts()))
	}
	if m.readers != nil {
		gauge(descReaders, float64(m.readers()))
	}
	gauge(descBuild, 1, m.version, runtime.Version())
}

// states are all that a component can be in.
var states = []probe.State{probe.Unknown, probe.Up, probe.Suspect, probe.Down, probe.Recovering, probe.Maintenance}

func (m *meter) states(gauge func(*prometheus.Desc, float64, ...string), now time.Time, f probe.ComponentFact) {
	current := f.State
	if now.After(f.StaleAt) {
		current = probe.Unknown
	}
	for _, s := range states {
		gauge(descState, number(s == current), f.Component, string(s))
	}
}

func number(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func openOutages(s *incidents.Snapshot) int {
	n := 0
	for _, in := range s.Incidents {
		for i := range in.Outages {
			if in.Outages[i].End == nil {
				n++
			}
		}
	}
	return n
}

// handler answers with the figures, those of the others, of Go and of this
// process.
func (m *meter) handler(others ...prometheus.Collector) http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(others...)
	r.MustRegister(m, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}
