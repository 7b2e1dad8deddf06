package incidents

import "time"

// headline is one plain sentence on the whole picture: what does not work
// comes before what is being watched, and that before all being well.
func (n *narrator) headline(s *Snapshot) string {
	var down, partly, slow, answering, planned, unknown []ComponentView
	for _, v := range s.Components {
		switch {
		case v.NoData:
			unknown = append(unknown, v)
		case v.Answering:
			answering = append(answering, v)
		case v.Status == MajorOutage:
			down = append(down, v)
		case v.Status == PartialOutage:
			partly = append(partly, v)
		case v.Status == DegradedPerf:
			slow = append(slow, v)
		case v.Status == UnderMaintenance:
			planned = append(planned, v)
		}
	}
	switch {
	case len(down) > 0:
		return n.words.HeadDown(n.viewNames(down), n.since(s, down))
	case len(answering) > 0:
		return n.words.HeadAnswering(n.viewNames(answering))
	case len(partly) > 0:
		return n.words.HeadPartly(n.viewNames(partly), n.since(s, partly))
	case len(unknown) == len(s.Components):
		return n.words.HeadNoData()
	case len(planned) > 0:
		return n.words.HeadMaintenance(n.viewNames(planned))
	}
	open := s.Unresolved()
	if end := watchedSince(open); !end.Best.IsZero() {
		return n.words.HeadWatched(When{Moment: end, Told: s.At, Zone: n.zone})
	}
	switch {
	case len(slow) > 0:
		return n.words.HeadSlow(n.viewNames(slow))
	case len(open) > 0:
		return n.words.HeadNotice(open[0].Title)
	case len(unknown) > 0:
		return n.words.HeadNoDataFor(n.viewNames(unknown))
	}
	return n.words.HeadAllWell()
}

// watchedSince is the latest end of the outages in open threads, zero when
// there is none.
func watchedSince(open []*Incident) Moment {
	var last Moment
	for _, in := range open {
		for i := range in.Outages {
			if end := in.Outages[i].endMoment(); !in.Outages[i].Unseen() && end.Best.After(last.Best) {
				last = end
			}
		}
	}
	return last
}

// since is from when the components are not as they should be; for several
// that began apart it is when the first did.
func (n *narrator) since(s *Snapshot, views []ComponentView) Since {
	var first Since
	for i, v := range views {
		m := Moment{Earliest: v.Since, Best: v.Since, Latest: v.Since.Add(time.Minute)}
		unclean := false
		if o, a := lasting(s.Incidents, v.Key); o != nil {
			m, unclean = a.Start, o.Unclean
		}
		if m.Best.IsZero() {
			continue
		}
		if !first.Best.IsZero() && !m.Best.Equal(first.Best) {
			first.Apart = true
		}
		if i == 0 || first.Best.IsZero() || m.Best.Before(first.Best) {
			first.When = When{Moment: m, Told: s.At, Zone: n.zone, About: unclean}
		}
	}
	return first
}

func (n *narrator) viewNames(views []ComponentView) []string {
	var keys []string
	for _, v := range views {
		keys = append(keys, v.Key)
	}
	return n.fullNames(keys)
}
