package probe

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// begin puts the watch's component into an outage, unless it is in one: that of
// its domain, or of what it depends on.
func (t *Tracker) begin(turn *turn, w *watch, o outcome, evidence *Result) {
	w.wentDown = true
	c := w.component
	if c.outage != nil {
		// It may have been the last of the component's checks that passed.
		c.tell(turn, later(o.began.Best, c.outage.affected(c.Key).Start.Best))
		return
	}
	t.cutFit(turn, c, o.began.Earliest)
	start := o.began.notBefore(later(c.lastEnd, c.floor))
	out := t.openFor(c)
	if out == nil {
		out = &Outage{ID: outageID(c.domain, o.seen), Domain: c.domain, Start: start, Evidence: evidence}
		t.open[c.domain] = out
	}
	if start.Best.Before(out.Start.Best) {
		out.Start = start
	}
	out.Affected = append(out.Affected, Affected{Component: c.Key, Start: start, Reason: w.reason, Partial: c.partial()})
	c.outage, c.end = out, nil
	turn.touched.add(out)
	c.establish(turn, start.Best)
}

// settle ends the component's part in its outage when no check of it is down
// any more.
func (t *Tracker) settle(turn *turn, c *component) {
	out := c.outage
	if out == nil {
		return
	}
	if state := c.worst(); state != Down && state != Recovering && c.end != nil {
		t.finish(turn, c, *c.end)
		return
	}
	if a := out.affected(c.Key); c.partial() != a.Partial {
		a.Partial = c.partial()
		turn.touched.add(out)
	}
}

// finish ends the component's part in its outage.
func (t *Tracker) finish(turn *turn, c *component, end Moment) {
	out := c.outage
	a := out.affected(c.Key)
	from := end.Best
	end = end.notBefore(a.Start.Best)
	a.End = &end
	c.outage, c.end, c.lastEnd = nil, nil, end.Best
	for _, w := range c.checks {
		w.wentDown = false
	}
	turn.touched.add(out)
	if c.maintained && from.Before(c.maintainedAt) {
		c.put(turn, SegmentUp, "", from)
		from = c.maintainedAt
	}
	c.establish(turn, from)
}

// closeOutages ends outages of which all parts have ended. One that something
// may still join, because it is not known yet whether that works again, is
// kept open for a while.
func (t *Tracker) closeOutages(turn *turn) {
	for _, domain := range slices.Sorted(maps.Keys(t.open)) {
		out := t.open[domain]
		last, ended := out.lastEnd()
		if !ended || t.mayJoin(turn.now, out) {
			continue
		}
		end := last.notBefore(out.Start.Best)
		out.End = &end
		out.Restarted = t.restarted(out)
		delete(t.open, domain)
		turn.touched.add(out)
	}
}

// lastEnd is the latest end of the outage's parts; not ok while one lasts.
func (o *Outage) lastEnd() (last Moment, ok bool) {
	for i := range o.Affected {
		end := o.Affected[i].End
		if end == nil {
			return Moment{}, false
		}
		if i == 0 || end.Best.After(last.Best) {
			last = *end
		}
	}
	return last, len(o.Affected) > 0
}

// outageID is the same for the same facts.
func outageID(domain string, seen time.Time) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", domain, seen.UnixNano()))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:12]
}
