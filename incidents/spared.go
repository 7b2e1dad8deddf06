package incidents

import "time"

// Spared is what the outages of a thread have left alone while they last.
type Spared struct {
	IncidentID string
	// Sentences say what works, with the time of a check that passed since the
	// outages began, and what nobody watches.
	Sentences []string
}

// SparedBy are the sentences on what a thread's outages have left alone, none
// when none of them lasts.
func (s *Snapshot) SparedBy(incident string) []string {
	for i := range s.Spared {
		if s.Spared[i].IncidentID == incident {
			return s.Spared[i].Sentences
		}
	}
	return nil
}

func (d *Desk) spared(now time.Time) []Spared {
	var all []Spared
	for _, t := range d.threads {
		o := t.in.lasting()
		if o == nil {
			continue
		}
		sentences := d.narrator.others(t.in, o, d.facts, now, func(at time.Time) When { return d.narrator.when(stated(at), now) })
		if len(sentences) > 0 {
			all = append(all, Spared{t.in.ID, sentences})
		}
	}
	return all
}

// lasting is the thread's outages that last as one, which begins with the last
// of them; nil when none does.
func (in *Incident) lasting() *Outage {
	var all *Outage
	for i := range in.Outages {
		o := &in.Outages[i]
		switch {
		case o.End != nil:
		case all == nil:
			first := *o
			all = &first
		default:
			later := *o
			later.Affected = append(append([]Affected(nil), all.Affected...), o.Affected...)
			if all.Start.Latest.After(later.Start.Latest) {
				later.Start = all.Start
			}
			all = &later
		}
	}
	return all
}
