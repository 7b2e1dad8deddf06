package web

import (
	"time"

	"howdah/incidents"
	"howdah/probe"

	"github.com/labstack/echo/v4"
)

// timesV1 answers with how long the checks of a component took.
func (s *Server) timesV1(c echo.Context) error {
	if _, err := parseQuery(c.Request().URL.RawQuery); err != nil {
		return err
	}
	ed := s.edition()
	v := ed.snap.Component(c.Param("name"))
	if v == nil {
		return errNotFound
	}
	return s.send(c, ed, ed.timesV1(v))
}

func (ed *edition) timesV1(v *incidents.ComponentView) resource {
	return jsonOf(placeV1+placeOfComponent(v.Key)+"/times", func() any {
		m := ed.s.measured(v.Key)
		t := v1Times{Component: v.Key, Checks: []v1Check{}, Blips: []*v1Time{}}
		for _, c := range m.Checks {
			t.Checks = append(t.Checks, v1Check{c.Kind, v1periods(c.Hours), v1periods(c.Days)})
		}
		for _, at := range m.Blips {
			t.Blips = append(t.Blips, v1time(at))
		}
		return t
	})
}

type v1Times struct {
	Component string    `json:"component"`
	Checks    []v1Check `json:"checks"`
	Blips     []*v1Time `json:"blips"`
}

type v1Check struct {
	Kind  string     `json:"kind"`
	Hours []v1Period `json:"hours"`
	Days  []v1Period `json:"days"`
}

type v1Period struct {
	Start        *v1Time   `json:"start"`
	OK           int       `json:"ok"`
	Slow         int       `json:"slow"`
	Fail         int       `json:"fail"`
	Inconclusive int       `json:"inconclusive"`
	P50          *float64  `json:"p50_ms"`
	P95          *float64  `json:"p95_ms"`
	Max          *float64  `json:"max_ms"`
	Phases       []v1Phase `json:"phases"`
}

type v1Phase struct {
	Name string   `json:"name"`
	P50  *float64 `json:"p50_ms"`
	P95  *float64 `json:"p95_ms"`
}

func v1periods(list []probe.Period) []v1Period {
	all := make([]v1Period, 0, len(list))
	for _, p := range list {
		v := v1Period{v1time(p.Start), p.OK, p.Slow, p.Fail, p.Inconclusive, millis(p.P50), millis(p.P95), millis(p.Max), []v1Phase{}}
		for _, ph := range p.Phases {
			v.Phases = append(v.Phases, v1Phase{ph.Name, millis(ph.P50), millis(ph.P95)})
		}
		all = append(all, v)
	}
	return all
}

// millis is nil for what was not measured.
func millis(d time.Duration) *float64 {
	if d <= 0 {
		return nil
	}
	ms := float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
	return &ms
}
