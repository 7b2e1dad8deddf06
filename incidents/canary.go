package incidents

import (
	"slices"
	"time"
)

// Canary is a numbered test message that was sent through the real mail path.
type Canary struct {
	ID        string // unique
	Component string // whose path it went
	SentAt    time.Time
	ArrivedAt time.Time // when it was in its mailbox; zero while it is not
	Overdue   bool      // it has been awaited for longer than is usual
}

// maxCanaries bounds those that no thread has taken: they are looked at again
// when an outage turns out to have begun before they were sent.
const maxCanaries = 4000

// ObserveCanaries takes the newest facts of some test messages, each known by
// its ID. Told the same again it changes nothing; one that has arrived stays
// so.
func (d *Desk) ObserveCanaries(now time.Time, canaries []Canary) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range canaries {
		if c.ID == "" || c.SentAt.IsZero() {
			d.log.Error("test message without ID or time is left out", "canary", c.ID)
			continue
		}
		c.SentAt, c.ArrivedAt = tidy(c.SentAt), tidy(c.ArrivedAt)
		d.canaries = noted(d.canaries, c)
	}
	if over := len(d.canaries) - maxCanaries; over > 0 {
		d.canaries = slices.Delete(d.canaries, 0, over)
	}
}

// noted is the list, in order of sending, with the newest of a test message.
func noted(list []Canary, c Canary) []Canary {
	i := slices.IndexFunc(list, func(old Canary) bool { return old.ID == c.ID })
	if i >= 0 {
		if list[i].ArrivedAt.IsZero() {
			list[i] = c
		}
		return list
	}
	i = len(list)
	for i > 0 && list[i-1].SentAt.After(c.SentAt) {
		i--
	}
	return slices.Insert(list, i, c)
}
