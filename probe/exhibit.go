package probe

import "time"

// Exhibit is something to be looked at beside an outage, for staff only: what
// the machine looked like when it began. Text is printable lines without
// secrets.
type Exhibit struct {
	Outage string // ID
	At     time.Time
	Kind   string // "machine", "mail server"
	Text   string
}

// Exhibit has something kept with an outage. It never waits.
func (p *Prober) Exhibit(e Exhibit) {
	p.teller.put(told{now: e.At}, facts{exhibits: []Exhibit{e}})
}
