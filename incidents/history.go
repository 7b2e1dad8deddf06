package incidents

import "time"

// barDays is how many days readers see of a component's past.
const barDays = 90

// barsLast is how long today's bar is shown as it is while nothing happens.
const barsLast = time.Minute

// history is the past of all components, and what is shown of it.
type history struct {
	timelines map[string]Timeline
	bars      map[string]bars
	starts    []time.Time // of the days that are shown, and of tomorrow
	zone      *time.Location
}

// bars are the days of a component as they were at a moment.
type bars struct {
	at   time.Time
	days []Day
	sum  Tally
}

// ObserveSegments takes what components were from some moments on, in the order
// in which it became known: each segment replaces what was known of the time
// after its From.
func (d *Desk) ObserveSegments(now time.Time, segments []Segment) {
	if len(segments) == 0 {
		return
	}
	more := map[string][]Segment{}
	for _, s := range segments {
		s.From = tidy(s.From)
		more[s.Component] = append(more[s.Component], s)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.past.timelines == nil {
		d.past.timelines = map[string]Timeline{}
	}
	for component, list := range more {
		d.past.timelines[component] = d.past.timelines[component].with(list)
		delete(d.past.bars, component)
	}
	d.publish(tidy(now))
}

// show puts the component's past into what readers see of it.
func (h *history) show(v *ComponentView, zone *time.Location, now time.Time) {
	if now.IsZero() {
		return // nothing was observed yet
	}
	h.turn(zone, now)
	b, drawn := h.bars[v.Key]
	if !drawn || now.Before(b.at) || now.Sub(b.at) >= barsLast {
		b = bars{at: now, days: h.timelines[v.Key].days(h.starts, now)}
		for _, day := range b.days {
			b.sum = b.sum.Plus(day.Tally)
		}
		h.bars[v.Key] = b
	}
	v.Past, v.Days, v.Uptime90 = h.timelines[v.Key], b.days, b.sum
}

// turn draws everything anew on another day or in another zone.
func (h *history) turn(zone *time.Location, now time.Time) {
	if n := len(h.starts); n > 0 && h.zone == zone && !now.Before(h.starts[n-2]) && now.Before(h.starts[n-1]) {
		return
	}
	h.starts, h.zone, h.bars = dayStarts(zone, now, barDays), zone, map[string]bars{}
}
