package probe

import "time"

// restartTells is how soon after a process was started again what it serves has
// to work, for the restart to be what ended an outage.
const restartTells = 2 * time.Minute

// restarted reports whether the outage, which is over, was ended by the
// supervisor, who started the process again.
func (t *Tracker) restarted(o *Outage) bool {
	if len(o.Exits) == 0 || t.readyAt.IsZero() {
		return false
	}
	last := o.Exits[len(o.Exits)-1]
	worked := o.End.Best.Sub(t.readyAt)
	return last.Source == SourceExit && last.At.Before(t.readyAt) && worked >= 0 && worked <= restartTells
}

// addExit notes an end of the process within the outage. Of a crash loop the
// first log and the last tell all.
func (o *Outage) addExit(e Exit) {
	if n := len(o.Exits); n > 1 {
		o.Exits[n-1].LogTail = nil
	}
	o.Exits = append(o.Exits, e)
}

// Looping reports whether the process ended over and over within the outage:
// three times in an hour.
func (o *Outage) Looping() bool {
	var ends []time.Time
	for _, e := range o.Exits {
		if e.Source != SourceExit {
			continue
		}
		ends = append(ends, e.At)
		if n := len(ends); n >= loopExits && e.At.Sub(ends[n-loopExits]) <= loopWithin {
			return true
		}
	}
	return false
}
