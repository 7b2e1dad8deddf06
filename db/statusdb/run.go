package statusdb

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"howdah/db/sqlite"
	"howdah/probe"
)

// verdicts are stored by their place in this list.
var verdicts = []probe.Verdict{probe.OK, probe.Slow, probe.Fail, probe.Inconclusive}

func verdictNumber(v probe.Verdict) int {
	for i, known := range verdicts {
		if v == known {
			return i
		}
	}
	return len(verdicts) - 1 // what is not known says nothing
}

const (
	insertRun = `
INSERT INTO run (check_id, started_at, verdict, took_us, phases)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (check_id, started_at) DO NOTHING`

	insertBadRun = `
INSERT INTO bad_run (check_id, verdict, started_at, took_us, reason)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (check_id, verdict, started_at) DO NOTHING`

	insertEvidence = `
INSERT INTO run_evidence (check_id, started_at, evidence)
VALUES (?1, ?2, ?3)
ON CONFLICT (check_id, started_at) DO NOTHING`

	insertUncounted = `
INSERT INTO uncounted (ended_at, check_id, began_at)
VALUES (?1, ?2, ?3)
ON CONFLICT (ended_at, check_id, began_at) DO NOTHING`
)

// runSaver writes the runs of one transaction.
type runSaver struct {
	tx        *sql.Tx
	insert    *sql.Stmt
	checks    map[string]watchedCheck
	phases    phaseNames
	uncounted map[uncounted]bool // what this transaction has noted
}

// uncounted is an hour or a day of a check whose runs are to be counted.
type uncounted struct{ endedAt, check, beganAt int64 }

func saveRuns(ctx context.Context, tx *sql.Tx, runs []probe.Result) error {
	if len(runs) == 0 {
		return nil
	}
	phases, err := loadPhases(ctx, tx)
	if err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, insertRun)
	if err != nil {
		return err
	}
	defer insert.Close()
	s := runSaver{tx, insert, map[string]watchedCheck{}, phases, map[uncounted]bool{}}
	for _, r := range runs {
		if err := s.save(ctx, r); err != nil {
			return fmt.Errorf("run of check %q: %w", r.Check, err)
		}
	}
	return nil
}

func (s *runSaver) save(ctx context.Context, r probe.Result) error {
	check, err := s.check(ctx, r)
	if err != nil {
		return err
	}
	blob, err := s.encodePhases(ctx, r.Phases)
	if err != nil {
		return err
	}
	at := sqlite.Millis(r.StartedAt)
	if _, err := s.insert.ExecContext(ctx, check, at, verdictNumber(r.Verdict), r.Took.Microseconds(), blob); err != nil {
		return err
	}
	if err := s.note(ctx, check, at); err != nil {
		return err
	}
	if r.Verdict == probe.OK {
		return nil
	}
	if _, err := s.tx.ExecContext(ctx, insertBadRun,
		check, verdictNumber(r.Verdict), at, r.Took.Microseconds(), string(r.Reason)); err != nil {
		return err
	}
	text, err := json.Marshal(evidenceOf(r))
	if err != nil {
		return err
	}
	_, err = s.tx.ExecContext(ctx, insertEvidence, check, at, string(text))
	return err
}

// note has the hour and the day counted when they are over, or once more when
// they have been.
func (s *runSaver) note(ctx context.Context, check, at int64) error {
	for _, length := range []time.Duration{hour, day} {
		began := at - at%length.Milliseconds()
		u := uncounted{began + length.Milliseconds(), check, began}
		if s.uncounted[u] {
			continue
		}
		if _, err := s.tx.ExecContext(ctx, insertUncounted, u.endedAt, u.check, u.beganAt); err != nil {
			return err
		}
		s.uncounted[u] = true
	}
	return nil
}

type watchedCheck struct {
	id                int64
	component, target string
}

const (
	selectCheck = `SELECT id, component, target FROM watched_check WHERE check_key = ?1`
	upsertCheck = `
INSERT INTO watched_check (check_key, component, target)
VALUES (?1, ?2, ?3)
ON CONFLICT (check_key) DO UPDATE SET component = excluded.component, target = excluded.target
RETURNING id`
)

// check is the number of the run's check.
func (s *runSaver) check(ctx context.Context, r probe.Result) (int64, error) {
	w, known := s.checks[r.Check]
	if !known {
		err := s.tx.QueryRowContext(ctx, selectCheck, r.Check).Scan(&w.id, &w.component, &w.target)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return 0, err
		}
	}
	if w.id == 0 || w.component != r.Component || w.target != r.Target {
		w.component, w.target = r.Component, r.Target
		if err := s.tx.QueryRowContext(ctx, upsertCheck, r.Check, r.Component, r.Target).Scan(&w.id); err != nil {
			return 0, err
		}
	}
	s.checks[r.Check] = w
	return w.id, nil
}

// phaseNames are the phases that runs have had so far, by number and by name.
type phaseNames struct {
	name map[uint64]string
	id   map[string]uint64
}

const (
	selectPhases = `SELECT id, name FROM phase`
	insertPhase  = `INSERT INTO phase (name) VALUES (?1) RETURNING id`
)

func loadPhases(ctx context.Context, tx *sql.Tx) (phaseNames, error) {
	p := phaseNames{map[uint64]string{}, map[string]uint64{}}
	rows, err := tx.QueryContext(ctx, selectPhases)
	if err != nil {
		return p, err
	}
	return p, each(rows, func(q *sql.Rows) error {
		var id uint64
		var name string
		err := q.Scan(&id, &name)
		p.name[id], p.id[name] = name, id
		return err
	})
}

func (s *runSaver) encodePhases(ctx context.Context, phases []probe.Phase) ([]byte, error) {
	blob := []byte{}
	for _, p := range phases[:min(len(phases), maxPhases)] {
		id, known := s.phases.id[p.Name]
		if !known {
			if err := s.tx.QueryRowContext(ctx, insertPhase, p.Name).Scan(&id); err != nil {
				return nil, err
			}
			s.phases.name[id], s.phases.id[p.Name] = p.Name, id
		}
		blob = binary.AppendUvarint(blob, id)
		blob = binary.AppendUvarint(blob, uint64(max(p.Took.Microseconds(), 0)))
	}
	return blob, nil
}

// varints are the numbers of a blob; a part of one at its end is left out.
func varints(blob []byte) []uint64 {
	var all []uint64
	for len(blob) > 0 {
		v, n := binary.Uvarint(blob)
		if n <= 0 {
			break
		}
		all, blob = append(all, v), blob[n:]
	}
	return all
}
