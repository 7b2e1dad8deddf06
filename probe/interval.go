package probe

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"time"
)

// begin puts the watch's component into an outage, unless it is in one.
func (t *Tracker) begin(w *watch, o outcome, evidence *Result) *Outage {
	w.wentDown = true
	c := w.component
	if c.outage != nil {
		return nil
	}
	start := o.began.notBefore(c.lastEnd)
	domain := c.Domain()
	out := t.open[domain]
	if out == nil {
		out = &Outage{ID: outageID(domain, o.seen), Domain: domain, Start: start, Evidence: evidence}
		t.open[domain] = out
	}
	if start.Best.Before(out.Start.Best) {
		out.Start = start
	}
	out.Affected = append(out.Affected, Affected{Component: c.Key, Start: start, Reason: w.reason, Partial: c.partial()})
	c.outage, c.end = out, nil
	return out
}

// settle ends the component's part in its outage when no check of it is down
// any more, and the outage when it was the last one. It returns the outage if
// that changed it.
func (t *Tracker) settle(c *component) *Outage {
	out := c.outage
	if out == nil {
		return nil
	}
	a := out.affected(c.Key)
	if state := c.worst(); state != Down && state != Recovering && c.end != nil {
		t.finish(c, *c.end)
		return out
	}
	if partial := c.partial(); partial != a.Partial {
		a.Partial = partial
		return out
	}
	return nil
}

// finish ends the component's part in its outage, and the outage with it when
// it was the last.
func (t *Tracker) finish(c *component, end Moment) {
	out := c.outage
	a := out.affected(c.Key)
	end = end.notBefore(a.Start.Best)
	a.End = &end
	c.outage, c.end, c.lastEnd = nil, nil, end.Best
	for _, w := range c.checks {
		w.wentDown = false
	}
	t.finishOutage(out)
}

func (t *Tracker) finishOutage(out *Outage) {
	var last *Moment
	for i := range out.Affected {
		end := out.Affected[i].End
		if end == nil {
			return
		}
		if last == nil || end.Best.After(last.Best) {
			last = end
		}
	}
	if last == nil {
		return
	}
	end := last.notBefore(out.Start.Best)
	out.End = &end
	delete(t.open, out.Domain)
}

// outageID is the same for the same facts.
func outageID(domain string, seen time.Time) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", domain, seen.UnixNano()))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:12]
}
