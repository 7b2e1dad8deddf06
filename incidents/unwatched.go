package incidents

// SourceUnwatched is the Source of an end that nobody saw: it is when the
// component was asked no more.
const SourceUnwatched = "unwatched"

// recovered are the components of an outage that has ended which were seen to
// work again, and left those of which nobody knows.
func (o *Outage) recovered() (seen, left []string) {
	last := map[string]*Moment{}
	for i := range o.Affected {
		last[o.Affected[i].Component] = o.Affected[i].End
	}
	for _, c := range o.Components() {
		if end := last[c]; end != nil && end.Source == SourceUnwatched {
			left = append(left, c)
		} else {
			seen = append(seen, c)
		}
	}
	return seen, left
}

// Unseen reports whether the outage has an end that nobody saw: it is when the
// last of its components was asked no more.
func (o *Outage) Unseen() bool { return o.End != nil && o.End.Source == SourceUnwatched }
