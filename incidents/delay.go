package incidents

import "time"

// MailPath is how long test messages of one component take at the moment.
type MailPath struct {
	Component string
	// SeenAt is when the newest that has arrived did so.
	SeenAt time.Time
	// Within is the longest that one of Count took, which were sent in the last
	// hour or, if there were none, are the newest that arrived.
	Within time.Duration
	Count  int
	// Waiting is since when the oldest of those that are still awaited has been
	// under way, for longer than is usual; zero when none has. After a day
	// nobody waits for one any more.
	Waiting time.Time
}

// waitingOver is for how long it is told that a test message is awaited.
const waitingOver = 24 * time.Hour

// delayOver is the time over which it is told how long test messages take.
const delayOver = time.Hour

// mailPaths sums the newest test messages up, for each component that has any.
func (d *Desk) mailPaths(now time.Time) []MailPath {
	var paths []MailPath
	for _, c := range d.components {
		p := MailPath{Component: c.Key}
		for i := len(d.canaries) - 1; i >= 0; i-- {
			k := d.canaries[i]
			recent := now.Sub(k.SentAt) <= delayOver
			if k.Component != c.Key {
				continue
			}
			if k.ArrivedAt.IsZero() {
				if k.Overdue && now.Sub(k.SentAt) <= waitingOver {
					p.Waiting = k.SentAt
				}
				continue
			}
			if k.ArrivedAt.After(p.SeenAt) {
				p.SeenAt = k.ArrivedAt
			}
			if recent || p.Count == 0 {
				p.Count++
				p.Within = max(p.Within, k.ArrivedAt.Sub(k.SentAt))
			}
		}
		if !p.SeenAt.IsZero() || !p.Waiting.IsZero() {
			paths = append(paths, p)
		}
	}
	return paths
}
