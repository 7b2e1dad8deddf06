package app

import (
	"context"
	"time"

	"howdah/incidents"
	"howdah/probe"
)

// tellPast tells a desk what components were in this year and the last: what
// is drawn and counted from the snapshot needs no more.
func tellPast(ctx context.Context, desk *incidents.Desk, from record, now time.Time) error {
	since := time.Date(now.Year()-1, time.January, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -1)
	segments, err := from.Segments(ctx, since)
	if err != nil {
		return err
	}
	desk.ObserveSegments(now, past(segments))
	return nil
}

// past is what components were, in the words of the story.
func past(facts []probe.Segment) []incidents.Segment {
	segments := make([]incidents.Segment, len(facts))
	for i, f := range facts {
		segments[i] = incidents.Segment{Component: f.Component, From: f.From, Condition: condition(f.State)}
	}
	return segments
}

func condition(s probe.SegmentState) incidents.Condition {
	switch s {
	case probe.SegmentUp:
		return incidents.WasUp
	case probe.SegmentDegraded:
		return incidents.WasDegraded
	case probe.SegmentDown:
		return incidents.WasDown
	case probe.SegmentMaintenance:
		return incidents.WasMaintained
	}
	return incidents.WasUnmonitored
}
