package web

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"howdah/incidents"
)

// The types below are Statuspage's public shape, field for field. What is ours
// stands at the end of its object; most clients ignore keys that they don't
// know. There are some that refuse them in components, so those have none.

type apiPage struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	URL       string   `json:"url"`
	TimeZone  string   `json:"time_zone"`
	UpdatedAt *apiTime `json:"updated_at"`
}

type apiStatus struct {
	Indicator   incidents.Indicator `json:"indicator"`
	Description string              `json:"description"` // one of Statuspage's
	Headline    string              `json:"headline"`    // ours: the same in our own words
}

type apiComponent struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Status      incidents.Status `json:"status"`
	CreatedAt   *apiTime         `json:"created_at"`
	UpdatedAt   *apiTime         `json:"updated_at"`
	Position    int              `json:"position"`
	Description *string          `json:"description"`
	Showcase    bool             `json:"showcase"`
	StartDate   *string          `json:"start_date"`
	GroupID     *string          `json:"group_id"`
	PageID      string           `json:"page_id"`
	Group       bool             `json:"group"`
	OnlyShowIf  bool             `json:"only_show_if_degraded"`
	Components  []string         `json:"components,omitempty"` // of a group
}

type apiIncident struct {
	ID           string           `json:"id"`
	Name         string           `json:"name"`
	Status       incidents.State  `json:"status"`
	CreatedAt    *apiTime         `json:"created_at"`
	UpdatedAt    *apiTime         `json:"updated_at"`
	MonitoringAt *apiTime         `json:"monitoring_at"`
	ResolvedAt   *apiTime         `json:"resolved_at"`
	Impact       incidents.Impact `json:"impact"`
	Shortlink    string           `json:"shortlink"`
	StartedAt    *apiTime         `json:"started_at"`
	PageID       string           `json:"page_id"`
	Reminders    *string          `json:"reminder_intervals"`
	Updates      []apiUpdate      `json:"incident_updates"`
	Components   []apiComponent   `json:"components"`
	Outages      []apiOutage      `json:"outages"` // ours: the facts, oldest first
}

type apiUpdate struct {
	ID          string          `json:"id"`
	Status      incidents.State `json:"status"`
	Body        string          `json:"body"`
	IncidentID  string          `json:"incident_id"`
	CreatedAt   *apiTime        `json:"created_at"`
	UpdatedAt   *apiTime        `json:"updated_at"`
	DisplayAt   *apiTime        `json:"display_at"`
	Affected    []apiChange     `json:"affected_components"` // null when there are none
	Notify      bool            `json:"deliver_notifications"`
	CustomTweet *string         `json:"custom_tweet"`
	TweetID     *string         `json:"tweet_id"`
	// Ours:
	Topic      incidents.Topic `json:"topic,omitempty"`
	ExpectedAt *apiTime        `json:"expected_at,omitempty"`
	Edits      []apiEdit       `json:"earlier_texts,omitempty"` // oldest first
}

type apiEdit struct {
	Body  string   `json:"body"`
	Until *apiTime `json:"until"`
}

type apiChange struct {
	Code      string           `json:"code"`
	Name      string           `json:"name"`
	OldStatus incidents.Status `json:"old_status"`
	NewStatus incidents.Status `json:"new_status"`
}

type apiOutage struct {
	StartedAt  *apiTime `json:"started_at"`
	EndedAt    *apiTime `json:"ended_at"`
	Seconds    *int64   `json:"duration_seconds"` // null while it lasts
	Components []string `json:"components"`
}

// apiTime is written with milliseconds and the site's offset.
type apiTime time.Time

func (t apiTime) MarshalText() ([]byte, error) {
	return time.Time(t).AppendFormat(nil, "2006-01-02T15:04:05.000Z07:00"), nil
}

// teller puts an edition into that shape.
type teller struct {
	ed     *edition
	groups map[string]string // name to ID
}

// time is nil, and so null, for the zero time.
func (t *teller) time(at time.Time) *apiTime {
	if at.IsZero() {
		return nil
	}
	a := apiTime(at.In(t.ed.s.site.zone))
	return &a
}

func (t *teller) page() apiPage {
	st := t.ed.s.site
	return apiPage{ID: st.id, Name: st.name, URL: st.url, TimeZone: st.zone.String(), UpdatedAt: t.time(t.ed.changedAt())}
}

// changedAt is when something last happened, not when something was last
// checked: pollers would never be told "not modified".
func (ed *edition) changedAt() time.Time {
	var at time.Time
	for _, v := range ed.snap.Components {
		if v.Since.After(at) {
			at = v.Since
		}
	}
	for _, in := range ed.snap.Incidents {
		if in.UpdatedAt.After(at) {
			at = in.UpdatedAt
		}
	}
	for _, m := range ed.snap.Maintenances {
		if u := m.Latest(); u.At.After(at) {
			at = u.At
		}
	}
	return at
}

// components are the groups, each before its members. Positions count from 1
// within what each stands in.
func (t *teller) components() []apiComponent {
	list := []apiComponent{}
	at := map[string]int{}
	top := 0 // how many stand on their own so far, groups among them
	for _, v := range t.ed.snap.Components {
		c := t.component(v)
		i, ok := at[v.Group]
		if v.Group == "" || !ok {
			top++
		}
		if c.Position = top; v.Group != "" && !ok {
			i = len(list)
			at[v.Group] = i
			list = append(list, apiComponent{
				ID: t.groups[v.Group], Name: v.Group, Status: incidents.Operational,
				CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, Position: top,
				Showcase: true, PageID: c.PageID, Group: true,
			})
		}
		if v.Group != "" {
			g := &list[i]
			g.Components = append(g.Components, v.Key)
			c.Position = len(g.Components)
			if rank(c.Status) > rank(g.Status) {
				g.Status = c.Status
			}
			if c.UpdatedAt != nil && (g.UpdatedAt == nil || time.Time(*c.UpdatedAt).After(time.Time(*g.UpdatedAt))) {
				g.UpdatedAt = c.UpdatedAt
			}
		}
		list = append(list, c)
	}
	return list
}

// component was created when something was first known of it: a configuration
// has no dates, and strict clients want one.
func (t *teller) component(v incidents.ComponentView) apiComponent {
	at := v.Since
	if at.IsZero() {
		at = v.CheckedAt
	}
	created := at
	if len(v.Past) > 0 && v.Past[0].From.Before(created) {
		created = v.Past[0].From
	}
	c := apiComponent{
		ID: v.Key, Name: v.Name, Status: v.Status,
		CreatedAt: t.time(created), UpdatedAt: t.time(at),
		Position: v.Position, Showcase: true,
		PageID: t.ed.s.site.id,
	}
	if c.Status == "" {
		c.Status = incidents.Operational
	}
	description := v.Description
	if v.NoData {
		// The shape has no status for it.
		description = strings.TrimSpace(t.ed.s.site.lang.noData + ". " + description)
	}
	c.Description = orNull(description)
	if v.Group != "" {
		id := t.groups[v.Group]
		c.GroupID = &id
	}
	return c
}

func (t *teller) incidents(list []*incidents.Incident) []apiIncident {
	out := make([]apiIncident, 0, len(list))
	for _, in := range list {
		out = append(out, t.incident(in))
	}
	return out
}

func (t *teller) incident(in *incidents.Incident) apiIncident {
	st := t.ed.s.site
	a := apiIncident{
		ID: in.ID, Name: in.Title, Status: in.State,
		CreatedAt: t.time(in.CreatedAt), UpdatedAt: t.time(in.UpdatedAt),
		MonitoringAt: t.time(in.MonitoringAt), ResolvedAt: t.time(in.ResolvedAt),
		Impact: in.Impact, Shortlink: st.absolute("incidents/" + in.ID),
		StartedAt: t.time(started(in)), PageID: st.id,
		Updates: []apiUpdate{}, Components: []apiComponent{}, Outages: []apiOutage{},
	}
	for i := len(in.Updates) - 1; i >= 0; i-- {
		a.Updates = append(a.Updates, t.update(&in.Updates[i]))
	}
	for _, key := range in.Components {
		if v := t.ed.snap.Component(key); v != nil {
			a.Components = append(a.Components, t.component(*v))
		}
	}
	for i := range in.Outages {
		a.Outages = append(a.Outages, t.outage(&in.Outages[i]))
	}
	return a
}

func (t *teller) update(u *incidents.Update) apiUpdate {
	at := t.time(u.At)
	a := apiUpdate{
		ID: u.ID, Status: u.State, Body: u.Body, IncidentID: u.IncidentID,
		CreatedAt: at, UpdatedAt: at, DisplayAt: at, Notify: !u.Superseded,
		Topic: u.Topic, ExpectedAt: t.time(u.ExpectedAt),
	}
	for _, e := range u.Edits {
		a.UpdatedAt = t.time(e.At)
		a.Edits = append(a.Edits, apiEdit{e.Body, a.UpdatedAt})
	}
	for _, c := range u.Components {
		a.Affected = append(a.Affected, apiChange{c.Component, t.ed.name(c.Component), c.Old, c.New})
	}
	return a
}

func (t *teller) outage(o *incidents.Outage) apiOutage {
	a := apiOutage{StartedAt: t.time(o.Began().Best), Components: append([]string{}, o.Components()...)}
	if end := o.Ended(); end != nil {
		a.EndedAt = t.time(end.Best)
		sec := int64(o.Duration(end.Best).Round(time.Second) / time.Second)
		a.Seconds = &sec
	}
	return a
}

// groupID makes an ID of a group's name, which is all that it has.
func groupID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "group-" + hex.EncodeToString(sum[:6])
}
