package web

import "howdah/incidents"

// indicatorMaintenance is an indicator that Statuspage has beside the desk's:
// planned downtime and nothing worse.
const indicatorMaintenance incidents.Indicator = "maintenance"

// status describes the page in Statuspage's set phrases, which programs compare
// with, and beside them in the headline, which says more. Where nothing is known
// Statuspage has no phrase; "operational" would be a claim.
func (t *teller) status() apiStatus {
	s := t.ed.snap
	a := apiStatus{Indicator: s.Indicator, Headline: s.Headline}
	count := map[incidents.Status]int{}
	watched, unknown := 0, 0
	for _, v := range s.Components {
		if !v.NoData {
			count[v.Status]++
		}
		if !v.Unwatched {
			watched++
			if v.NoData {
				unknown++
			}
		}
	}
	switch {
	case s.Indicator == incidents.IndicatorCritical:
		a.Description = "Major Service Outage"
	case s.Indicator == incidents.IndicatorMajor:
		a.Description = "Partial System Outage"
	case s.Indicator == incidents.IndicatorMinor && count[incidents.PartialOutage] > 0:
		a.Description = "Minor Service Outage"
	case s.Indicator == incidents.IndicatorMinor:
		a.Description = "Partially Degraded Service"
	case count[incidents.UnderMaintenance] > 0:
		a.Indicator, a.Description = indicatorMaintenance, "Service Under Maintenance"
	case unknown > 0 && unknown == watched:
		a.Description = "No Current Data"
	case unknown > 0:
		a.Description = "No Current Data for Some Systems"
	default:
		a.Description = "All Systems Operational"
	}
	return a
}
