package app

import "howdah/incidents"

func (n newsroom) info(in *incidents.Incident) IncidentInfo {
	info := IncidentInfo{
		ID: in.ID, Title: in.Title, State: string(in.State), Impact: string(in.Impact),
		URL: n.url() + "/" + in.Path(), StartedAt: in.StartedAt, Outages: []OutageInfo{}, Reminders: []string{},
		Taken: in.Taken, Silent: in.Silent, Former: in.Aliases,
	}
	for _, r := range n.desk.Snapshot().Reminders {
		if r.IncidentID == in.ID {
			info.Reminders = append(info.Reminders, string(r.Kind))
		}
	}
	if !in.ResolvedAt.IsZero() {
		info.ResolvedAt = &in.ResolvedAt
	}
	if !in.ExpectedAt.IsZero() {
		info.ExpectedAt = &in.ExpectedAt
	}
	if len(in.Canaries) > 0 {
		info.Messages = &MailInfo{Sent: len(in.Canaries)}
		for _, c := range in.Canaries {
			if !c.ArrivedAt.IsZero() {
				info.Messages.Arrived++
			}
		}
	}
	for i := range in.Outages {
		info.Outages = append(info.Outages, outageInfo(&in.Outages[i]))
	}
	for _, u := range in.Updates {
		info.Updates = append(info.Updates, updateInfo(u))
	}
	for _, c := range in.Changes {
		info.Changes = append(info.Changes, ChangeInfo{At: c.At, By: c.By, What: string(c.What), Was: c.Was, Now: c.Now})
	}
	return info
}

func outageInfo(o *incidents.Outage) OutageInfo {
	info := OutageInfo{ID: o.ID, StartedAt: o.Began().Best, HowEnded: o.HowEnded(incidents.English), Components: o.Components()}
	if end := o.Ended(); end != nil {
		info.EndedAt = &end.Best
	}
	if s := o.Stated; s != nil && !(s.Start.IsZero() && s.End.IsZero()) {
		info.StatedBy = o.Stated.By
		info.Measured = &MeasuredInfo{StartedAt: o.Start.Best}
		if o.End != nil {
			info.Measured.EndedAt = &o.End.Best
		}
	}
	return info
}

func updateInfo(u incidents.Update) UpdateInfo {
	info := UpdateInfo{
		ID: u.ID, At: u.At, State: string(u.State), Kind: string(u.Kind), By: u.By, Text: u.Body,
		Topic: string(u.Topic), ExpectedAt: u.ExpectedAt,
	}
	for _, e := range u.Edits {
		info.Edits = append(info.Edits, EditInfo{At: e.At, By: e.By, Text: e.Body})
	}
	return info
}
