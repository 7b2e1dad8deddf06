package web

import (
	"slices"
	"time"

	"howdah/incidents"
)

// herald says an edition in the words of our own API.
type herald struct{ *edition }

func (ed *edition) herald() herald { return herald{ed} }

// v1time is nil, and so null, for the zero time.
func v1time(t time.Time) *v1Time {
	if t.IsZero() {
		return nil
	}
	v := v1Time(t)
	return &v
}

// orNull is nil for what is empty.
func orNull[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}

// listOf is a copy that is written as a list also when it is empty.
func listOf(keys []string) []string { return append([]string{}, keys...) }

func seconds(d time.Duration) int64 { return int64(d.Round(time.Second) / time.Second) }

// statusUnknown is the status of a component of which nothing is known now.
const statusUnknown incidents.Status = "unknown"

func (h herald) status() v1Status {
	snap, st := h.snap, h.s.site
	v := v1Status{
		Indicator: snap.Indicator, Headline: snap.Headline, ChangedAt: v1time(h.changedAt()),
		Incidents: []string{}, Maintenances: []string{},
		UnsavedSince: v1time(snap.UnsavedSince), UnreadBefore: v1time(h.s.unread),
	}
	v.Site.Name, v.Site.URL, v.Site.TimeZone, v.Site.Language = st.name, st.absolute(""), st.zone.String(), st.lang.Lang
	for _, in := range snap.Unresolved() {
		v.Incidents = append(v.Incidents, in.ID)
	}
	for _, m := range snap.Maintenances {
		if m.State != incidents.Completed {
			v.Maintenances = append(v.Maintenances, m.ID)
		}
	}
	return v
}

func (h herald) component(v *incidents.ComponentView) v1Component {
	c := v1Component{
		Key: v.Key, Name: v.Name, Group: orNull(v.Group), Description: orNull(v.Description), Role: v.Role, Position: v.Position,
		URL: h.s.site.absolute(placeOfComponent(v.Key)), Status: v.Status, Answering: v.Answering, Monitored: !v.Unwatched,
		Since: v1time(v.Since), CheckedAt: v1time(v.CheckedAt), GoodAt: v1time(v.GoodAt), Uptime: percent(v.Uptime90), Incidents: []string{},
	}
	if c.Role == "" {
		c.Role = incidents.RoleOther
	}
	if v.NoData || c.Status == "" {
		c.Status, c.Answering, c.Since = statusUnknown, false, nil
	}
	for _, in := range h.snap.Unresolved() {
		if slices.Contains(in.Components, v.Key) {
			c.Incidents = append(c.Incidents, in.ID)
		}
	}
	return c
}

func (h herald) componentWhole(v *incidents.ComponentView) v1ComponentWhole {
	return v1ComponentWhole{h.component(v), h.dates(v.Days)}
}

// days are those from first to last days ago.
func (h herald) days(v *incidents.ComponentView, first, last int) v1Days {
	zone := h.s.site.zone
	days := v.Past.Days(zone, h.snap.At, first+1)[:first-last+1]
	all := v1Days{Component: v.Key, TimeZone: zone.String(), Days: h.dates(days)}
	all.From, all.To = all.Days[0].Date, all.Days[len(days)-1].Date
	var sum incidents.Tally
	for _, d := range days {
		sum = sum.Plus(d.Tally)
	}
	all.All = tallied(sum)
	return all
}

func (h herald) dates(days []incidents.Day) []v1Day {
	list := make([]v1Day, 0, len(days))
	for _, d := range days {
		list = append(list, v1Day{d.Start.In(h.s.site.zone).Format(time.DateOnly), tallied(d.Tally)})
	}
	return list
}

func tallied(t incidents.Tally) v1Tally {
	return v1Tally{
		Up: seconds(t.Up), Degraded: seconds(t.Degraded), Down: seconds(t.Down),
		Maintenance: seconds(t.Maintenance), Unmonitored: seconds(t.Unmonitored), Uptime: percent(t),
	}
}

// percent is nil when nothing was up or down.
func percent(t incidents.Tally) *v1Percent {
	share, ok := t.Uptime()
	if !ok {
		return nil
	}
	p := v1Percent(share)
	return &p
}

func (h herald) incident(in *incidents.Incident) v1Incident {
	v := v1Incident{
		ID: in.ID, Title: in.Title, State: in.State, Impact: in.Impact, Components: listOf(in.Components),
		URL: h.s.site.absolute(in.Path()), StartedAt: v1time(started(in)), CreatedAt: v1time(in.CreatedAt), UpdatedAt: v1time(in.UpdatedAt),
		MonitoringAt: v1time(in.MonitoringAt), ResolvedAt: v1time(in.ResolvedAt), ExpectedAt: v1time(in.ExpectedAt),
		Ongoing: in.Ongoing(), OutageCount: len(in.Outages),
	}
	if v.Impact == "" {
		v.Impact = incidents.ImpactNone
	}
	if !v.Ongoing {
		all := seconds(in.Downtime(h.snap.At))
		v.Downtime = &all
	}
	if u := in.Latest(); u != nil {
		latest := h.update(u, in.Path())
		v.Latest = &latest
	}
	return v
}

func (h herald) incidentWhole(in *incidents.Incident) v1IncidentWhole {
	v := v1IncidentWhole{
		v1Incident: h.incident(in), Outages: []v1Outage{}, Changes: []v1Change{}, Updates: h.updates(in.Updates, in.Path()),
		Spared: listOf(h.snap.SparedBy(in.ID)), FormerIDs: listOf(in.Aliases),
		Messages: v1Messages{Sent: len(in.Canaries)},
	}
	for i := range in.Outages {
		v.Outages = append(v.Outages, h.outage(&in.Outages[i]))
	}
	for i := len(in.Changes) - 1; i >= 0; i-- {
		if c := in.Changes[i]; c.Public() {
			v.Changes = append(v.Changes, v1Change{v1time(c.At), c.What, c.Was, c.Now, c.By != ""})
		}
	}
	for _, c := range in.Canaries {
		if !c.ArrivedAt.IsZero() {
			v.Messages.Arrived++
		}
	}
	return v
}

func (h herald) outage(o *incidents.Outage) v1Outage {
	v := v1Outage{ID: o.ID, Start: momentOf(o.Began()), Intermittent: o.Intermittent, HowEnded: orNull(o.HowEnded(h.s.site.lang.words)), Components: []v1Affected{}}
	if end := o.Ended(); end != nil {
		m, lasted := momentOf(*end), seconds(o.Duration(end.Best))
		v.End, v.Duration = &m, &lasted
	}
	for _, a := range o.Affected {
		part := v1Affected{Component: a.Component, Start: momentOf(a.Start), Partly: a.Partial}
		if a.End != nil {
			m := momentOf(*a.End)
			part.End = &m
		}
		v.Components = append(v.Components, part)
	}
	return v
}

func momentOf(m incidents.Moment) v1Moment {
	return v1Moment{v1time(m.Best), v1time(m.Earliest), v1time(m.Latest)}
}

// updates are the newest first.
func (h herald) updates(list []incidents.Update, place string) []v1Update {
	all := make([]v1Update, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		all = append(all, h.update(&list[i], place))
	}
	return all
}

func (h herald) update(u *incidents.Update, place string) v1Update {
	v := v1Update{
		ID: u.ID, Kind: u.Kind, State: u.State, Body: u.Body, Staff: u.By != "", At: v1time(u.At), AnnouncedAt: v1time(u.AnnouncedAt),
		Topic: orNull(u.Topic), ExpectedAt: v1time(u.ExpectedAt), Outage: orNull(u.OutageID), Steps: []v1Step{}, Edits: []v1Edit{},
		URL: h.s.site.absolute(place) + "#update-" + u.ID,
	}
	for _, c := range u.Components {
		v.Steps = append(v.Steps, v1Step{c.Component, c.Old, c.New})
	}
	for _, e := range u.Edits {
		v.Edits = append(v.Edits, v1Edit{e.Body, v1time(e.At), e.By != ""})
	}
	return v
}

func (h herald) maintenance(m *incidents.Maintenance) v1Maintenance {
	return v1Maintenance{
		ID: m.ID, Title: m.Title, State: m.State, Canceled: m.Canceled, Components: listOf(m.Components),
		URL: h.s.site.absolute(m.Path()), Start: v1time(m.Start), End: v1time(m.End), StartedAt: v1time(m.StartedAt), EndedAt: v1time(m.EndedAt),
		CreatedAt: v1time(m.CreatedAt), UpdatedAt: v1time(m.Latest().At),
	}
}

func (h herald) maintenanceWhole(m *incidents.Maintenance) v1MaintenanceWhole {
	return v1MaintenanceWhole{h.maintenance(m), h.updates(m.Updates, m.Path())}
}

func (h herald) mail() v1Mail {
	v := v1Mail{Paths: []v1Path{}}
	for _, p := range h.snap.Mail {
		v.Paths = append(v.Paths, v1Path{p.Component, v1time(p.SeenAt), p.Within.Round(time.Millisecond).Seconds(), p.Count, v1time(p.Waiting)})
	}
	return v
}
