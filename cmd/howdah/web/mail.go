package web

import (
	"time"

	"howdah/incidents"
)

// mailShown is for how long it is told how fast test messages were.
const mailShown = 24 * time.Hour

// mail says how long mail takes at the moment, a sentence a component that
// test messages are sent to; or of only one of those.
func (ed *edition) mail(only string) []string {
	var said []string
	l, st, now := ed.s.site.lang, ed.s.site, ed.snap.At
	for _, p := range ed.snap.Mail {
		v := ed.snap.Component(p.Component)
		if v == nil || (only != "" && v.Key != only) {
			continue
		}
		receiving := v.Role == incidents.RoleReceiving
		switch {
		case !p.Waiting.IsZero():
			said = append(said, l.mailWaits(v.Name, receiving, st.clock(p.Waiting, now).Text))
		case now.Sub(p.SeenAt) > mailShown:
		case ed.failedSince(p.SeenAt), v.NoData:
			said = append(said, l.mailLast(v.Name, receiving, st.clock(p.SeenAt, now).Text))
		default:
			said = append(said, l.mailTakes(v.Name, receiving, l.words.Span(bound(p.Within)), st.clock(p.SeenAt, now).Text))
		}
	}
	return said
}

// failedSince reports whether something fails that did not when t was: what
// was seen until then says nothing of now.
func (ed *edition) failedSince(t time.Time) bool {
	for _, in := range ed.snap.Unresolved() {
		for i := range in.Outages {
			if o := &in.Outages[i]; o.End == nil && o.Began().Latest.After(t) {
				return true
			}
		}
	}
	return false
}

// bound rounds up what something takes at most, so that who reads it is not
// told less.
func bound(d time.Duration) time.Duration {
	step := time.Minute
	switch {
	case d <= 10*time.Second:
		step = time.Second
	case d <= time.Minute:
		step = 5 * time.Second
	case d >= time.Hour:
		step = 10 * time.Minute
	}
	return max((d+step-1)/step*step, time.Second)
}
