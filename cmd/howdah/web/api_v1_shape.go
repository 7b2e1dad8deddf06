package web

import (
	"fmt"
	"time"

	"howdah/incidents"
)

// The types below are what our own API says. openapi.json says the same of
// them, and what each of them means.

type v1Status struct {
	Site struct {
		Name     string `json:"name"`
		URL      string `json:"url"`
		TimeZone string `json:"time_zone"`
		Language string `json:"language"`
	} `json:"site"`
	Indicator    incidents.Indicator `json:"indicator"`
	Headline     string              `json:"headline"`
	ChangedAt    *v1Time             `json:"changed_at"`
	Incidents    []string            `json:"open_incidents"`
	Maintenances []string            `json:"open_maintenances"`
	UnsavedSince *v1Time             `json:"unsaved_since"`
	UnreadBefore *v1Time             `json:"unread_before"`
}

type v1Components struct {
	Components []v1Component `json:"components"`
}

type v1Component struct {
	Key         string           `json:"key"`
	Name        string           `json:"name"`
	Group       *string          `json:"group"`
	Description *string          `json:"description"`
	Role        incidents.Role   `json:"role"`
	Position    int              `json:"position"`
	URL         string           `json:"url"`
	Status      incidents.Status `json:"status"`
	Answering   bool             `json:"answering"`
	Monitored   bool             `json:"monitored"`
	Since       *v1Time          `json:"since"`
	CheckedAt   *v1Time          `json:"checked_at"`
	GoodAt      *v1Time          `json:"good_at"`
	Uptime      *v1Percent       `json:"uptime_90_days_percent"`
	Incidents   []string         `json:"open_incidents"`
}

type v1ComponentWhole struct {
	v1Component
	Days []v1Day `json:"days"`
}

type v1Days struct {
	Component string  `json:"component"`
	TimeZone  string  `json:"time_zone"`
	From      string  `json:"from"`
	To        string  `json:"to"`
	Days      []v1Day `json:"days"`
	All       v1Tally `json:"all"`
}

type v1Day struct {
	Date string `json:"date"`
	v1Tally
}

type v1Tally struct {
	Up          int64      `json:"up_seconds"`
	Degraded    int64      `json:"degraded_seconds"`
	Down        int64      `json:"down_seconds"`
	Maintenance int64      `json:"maintenance_seconds"`
	Unmonitored int64      `json:"unmonitored_seconds"`
	Uptime      *v1Percent `json:"uptime_percent"`
}

type v1Incidents struct {
	Incidents []v1Incident `json:"incidents"`
	Next      *string      `json:"next"`
}

type v1Incident struct {
	ID           string           `json:"id"`
	Title        string           `json:"title"`
	State        incidents.State  `json:"state"`
	Impact       incidents.Impact `json:"impact"`
	Components   []string         `json:"components"`
	URL          string           `json:"url"`
	StartedAt    *v1Time          `json:"started_at"`
	CreatedAt    *v1Time          `json:"created_at"`
	UpdatedAt    *v1Time          `json:"updated_at"`
	MonitoringAt *v1Time          `json:"monitoring_at"`
	ResolvedAt   *v1Time          `json:"resolved_at"`
	ExpectedAt   *v1Time          `json:"expected_at"`
	Ongoing      bool             `json:"ongoing"`
	OutageCount  int              `json:"outage_count"`
	Downtime     *int64           `json:"downtime_seconds"`
	Latest       *v1Update        `json:"latest_update"`
}

type v1IncidentWhole struct {
	v1Incident
	Outages   []v1Outage `json:"outages"`
	Updates   []v1Update `json:"updates"`
	Changes   []v1Change `json:"changes"`
	Spared    []string   `json:"not_affected"`
	Messages  v1Messages `json:"test_messages"`
	FormerIDs []string   `json:"former_ids"`
}

type v1Outage struct {
	ID           string       `json:"id"`
	Start        v1Moment     `json:"start"`
	End          *v1Moment    `json:"end"`
	Duration     *int64       `json:"duration_seconds"`
	Intermittent bool         `json:"intermittent"`
	HowEnded     *string      `json:"how_ended"`
	Components   []v1Affected `json:"components"`
}

type v1Affected struct {
	Component string    `json:"component"`
	Start     v1Moment  `json:"start"`
	End       *v1Moment `json:"end"`
	Partly    bool      `json:"partly"`
}

type v1Moment struct {
	At       *v1Time `json:"at"`
	Earliest *v1Time `json:"earliest"`
	Latest   *v1Time `json:"latest"`
}

type v1Update struct {
	ID          string           `json:"id"`
	Kind        incidents.Kind   `json:"kind"`
	State       incidents.State  `json:"state"`
	Body        string           `json:"body"`
	Staff       bool             `json:"by_staff"`
	At          *v1Time          `json:"at"`
	AnnouncedAt *v1Time          `json:"announced_at"`
	Topic       *incidents.Topic `json:"topic"`
	ExpectedAt  *v1Time          `json:"expected_at"`
	Outage      *string          `json:"outage"`
	Steps       []v1Step         `json:"components"`
	Edits       []v1Edit         `json:"earlier_texts"`
	URL         string           `json:"url"`
}

type v1Step struct {
	Component string           `json:"component"`
	Old       incidents.Status `json:"old_status"`
	New       incidents.Status `json:"new_status"`
}

type v1Edit struct {
	Body  string  `json:"body"`
	Until *v1Time `json:"until"`
	Staff bool    `json:"replaced_by_staff"`
}

type v1Change struct {
	At    *v1Time           `json:"at"`
	What  incidents.Changed `json:"what"`
	Was   string            `json:"was"`
	Now   string            `json:"now"`
	Staff bool              `json:"by_staff"`
}

type v1Messages struct {
	Sent    int `json:"sent"`
	Arrived int `json:"arrived"`
}

type v1Maintenances struct {
	Maintenances []v1Maintenance `json:"maintenances"`
	Next         *string         `json:"next"`
}

type v1Maintenance struct {
	ID         string          `json:"id"`
	Title      string          `json:"title"`
	State      incidents.State `json:"state"`
	Canceled   bool            `json:"canceled"`
	Components []string        `json:"components"`
	URL        string          `json:"url"`
	Start      *v1Time         `json:"start"`
	End        *v1Time         `json:"end"`
	StartedAt  *v1Time         `json:"started_at"`
	EndedAt    *v1Time         `json:"ended_at"`
	CreatedAt  *v1Time         `json:"created_at"`
	UpdatedAt  *v1Time         `json:"updated_at"`
}

type v1MaintenanceWhole struct {
	v1Maintenance
	Updates []v1Update `json:"updates"`
}

type v1Mail struct {
	Paths []v1Path `json:"paths"`
}

type v1Path struct {
	Component string  `json:"component"`
	SeenAt    *v1Time `json:"seen_at"`
	Within    float64 `json:"within_seconds"`
	Count     int     `json:"count"`
	Waiting   *v1Time `json:"waiting_since"`
}

// v1Time is written in UTC, with milliseconds.
type v1Time time.Time

func (t v1Time) MarshalText() ([]byte, error) {
	return time.Time(t).UTC().AppendFormat(nil, "2006-01-02T15:04:05.000Z07:00"), nil
}

// v1Percent is in hundredths of a percent, and written in percent.
type v1Percent int

func (p v1Percent) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%d.%02d", p/100, p%100), nil
}
