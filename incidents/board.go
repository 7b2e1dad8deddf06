package incidents

import (
	"slices"
	"time"
)

// stale reports whether the newest check is too old to say anything.
func (f ComponentFact) stale(now time.Time) bool {
	return !f.StaleAt.IsZero() && now.After(f.StaleAt)
}

// severity orders statuses by what they mean to users.
func (s Status) severity() int {
	switch s {
	case DegradedPerf:
		return 1
	case PartialOutage:
		return 2
	case MajorOutage:
		return 3
	}
	return 0
}

// valid reports whether s is a status that staff may set.
func (s Status) valid() bool {
	return s == Operational || s == UnderMaintenance || s.severity() > 0
}

// views are the components as facts and staff have them. Where an outage was
// told of and the component's own fact is older, the outage counts.
func (d *Desk) views(s *Snapshot, now time.Time) []ComponentView {
	views := make([]ComponentView, 0, len(d.components))
	for _, c := range d.components {
		f, known := d.facts[c.Key]
		f.Component = c.Key
		if !known {
			f.Status = Operational
		}
		v := ComponentView{Component: c, ComponentFact: f, NoData: f.CheckedAt.IsZero() || !f.Watched || f.stale(now)}
		if o, a := lasting(s.Incidents, c.Key); o != nil && !f.CheckedAt.After(a.Start.Latest) {
			v.Status, v.Since, v.Answering, v.NoData = o.status(c.Key), a.Start.Best, false, false
		}
		if m := d.maintained(c.Key); m != nil && !d.isDown(c.Key) {
			v.Status, v.Since, v.Answering, v.NoData = UnderMaintenance, m.StartedAt, false, false
		}
		if status, since := declared(s.Incidents, c.Key); status.severity() > v.Status.severity() || (v.NoData && status != "") {
			v.Status, v.Since, v.Answering, v.NoData = status, since, false, false
		}
		d.past.show(&v, d.narrator.zone, now)
		views = append(views, v)
	}
	return views
}

// lasting finds the open outage that has the component down.
func lasting(threads []*Incident, component string) (*Outage, *Affected) {
	for _, in := range threads {
		for i := range in.Outages {
			o := &in.Outages[i]
			if o.End != nil {
				continue
			}
			for j := range o.Affected {
				if a := &o.Affected[j]; a.Component == component && a.End == nil {
					return o, a
				}
			}
		}
	}
	return nil, nil
}

// declared is the worst status that staff have set in an open thread and that
// neither they nor a recovery in that thread has overtaken.
func declared(threads []*Incident, component string) (status Status, since time.Time) {
	for _, in := range threads {
		if in.State == Resolved {
			continue
		}
		var last Status
		var at time.Time
		for _, u := range in.Updates {
			if u.Kind != KindStaff && u.Kind != KindRecovered {
				continue
			}
			for _, step := range u.Components {
				switch {
				case step.Component != component:
				case u.Kind == KindRecovered:
					last, at = "", time.Time{}
				default:
					last, at = step.New, u.At
				}
			}
		}
		if last != "" && (status == "" || last.severity() > status.severity()) {
			status, since = last, at
		}
	}
	return status, since
}

func indicator(views []ComponentView) Indicator {
	major, minor := 0, 0
	for _, v := range views {
		switch {
		case v.NoData:
		case v.Status == MajorOutage:
			major++
		case v.Status.severity() > 0:
			minor++
		}
	}
	switch {
	case major > 0 && major == len(views):
		return IndicatorCritical
	case major > 0:
		return IndicatorMajor
	case minor > 0:
		return IndicatorMinor
	}
	return IndicatorNone
}

// impact of an outage, by the rule of the indicator.
func (d *Desk) impact(o Outage) Impact {
	down := map[string]bool{}
	for _, c := range o.Components() {
		if o.status(c) == MajorOutage {
			down[c] = true
		}
	}
	all := len(d.components) > 0 && !slices.ContainsFunc(d.components, func(c Component) bool { return !down[c.Key] })
	switch {
	case all:
		return ImpactCritical
	case len(down) > 0:
		return ImpactMajor
	case len(o.Affected) > 0:
		return ImpactMinor
	}
	return ImpactNone
}

func worse(a, b Impact) Impact {
	order := []Impact{"", ImpactNone, ImpactMinor, ImpactMajor, ImpactCritical}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}
