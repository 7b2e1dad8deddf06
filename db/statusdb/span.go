package statusdb

import (
	"database/sql"

	"howdah/db/sqlite"
	"howdah/incidents"
	"howdah/probe"
)

// span is an interval with uncertain ends as its eight columns hold it. The
// last four are null while it lasts.
type span struct {
	startEarliest, startBest, startLatest int64
	startSource                           string
	endEarliest, endBest, endLatest       sql.NullInt64
	endSource                             sql.NullString
}

func factSpan(start probe.Moment, end *probe.Moment) span {
	s := span{
		startEarliest: sqlite.Millis(start.Earliest),
		startBest:     sqlite.Millis(start.Best),
		startLatest:   sqlite.Millis(start.Latest),
		startSource:   string(start.Source),
	}
	if end != nil {
		s.endEarliest = sql.NullInt64{Int64: sqlite.Millis(end.Earliest), Valid: true}
		s.endBest = sql.NullInt64{Int64: sqlite.Millis(end.Best), Valid: true}
		s.endLatest = sql.NullInt64{Int64: sqlite.Millis(end.Latest), Valid: true}
		s.endSource = sql.NullString{String: string(end.Source), Valid: true}
	}
	return s
}

func storySpan(start incidents.Moment, end *incidents.Moment) span {
	from := factMoment(start)
	if end == nil {
		return factSpan(from, nil)
	}
	to := factMoment(*end)
	return factSpan(from, &to)
}

func factMoment(m incidents.Moment) probe.Moment {
	return probe.Moment{Earliest: m.Earliest, Best: m.Best, Latest: m.Latest, Source: probe.Source(m.Source)}
}

func storyMoment(m probe.Moment) incidents.Moment {
	return incidents.Moment{Earliest: m.Earliest, Best: m.Best, Latest: m.Latest, Source: string(m.Source)}
}

// values are the columns in the schema's order.
func (s *span) values() []any {
	return []any{
		s.startEarliest, s.startBest, s.startLatest, s.startSource,
		s.endEarliest, s.endBest, s.endLatest, s.endSource,
	}
}

// dest is where Scan puts the columns, in the same order.
func (s *span) dest() []any {
	return []any{
		&s.startEarliest, &s.startBest, &s.startLatest, &s.startSource,
		&s.endEarliest, &s.endBest, &s.endLatest, &s.endSource,
	}
}

func (s *span) facts() (start probe.Moment, end *probe.Moment) {
	start = probe.Moment{
		Earliest: sqlite.Time(s.startEarliest),
		Best:     sqlite.Time(s.startBest),
		Latest:   sqlite.Time(s.startLatest),
		Source:   probe.Source(s.startSource),
	}
	if s.endBest.Valid {
		end = &probe.Moment{
			Earliest: sqlite.Time(s.endEarliest.Int64),
			Best:     sqlite.Time(s.endBest.Int64),
			Latest:   sqlite.Time(s.endLatest.Int64),
			Source:   probe.Source(s.endSource.String),
		}
	}
	return start, end
}

func (s *span) story() (start incidents.Moment, end *incidents.Moment) {
	from, to := s.facts()
	start = storyMoment(from)
	if to != nil {
		m := storyMoment(*to)
		end = &m
	}
	return start, end
}

// row joins what comes before, in and after a span's columns.
func row(parts ...[]any) []any {
	var all []any
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// each runs the query and calls scan for every row of it.
func each(q *sql.Rows, scan func(*sql.Rows) error) error {
	defer q.Close()
	for q.Next() {
		if err := scan(q); err != nil {
			return err
		}
	}
	return q.Err()
}
