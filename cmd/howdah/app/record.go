package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"howdah/db/sqlite"
	"howdah/db/statusdb"
	"howdah/incidents"
	"howdah/probe"
)

// record keeps facts and story. It is howdah.db, or what stands in for one
// that can't be read.
type record interface {
	incidents.Store
	probe.Store
	// Segments returns what every component was from since on.
	Segments(ctx context.Context, since time.Time) ([]probe.Segment, error)
	facts
}

// openRecord opens howdah.db and tells the desk what is in it. A damaged file
// is left to the last byte as it is, and the page and the mail server start
// all the same: without a past, and with what happens from now on in memory.
func (in *instance) openRecord(ctx context.Context) error {
	path := filepath.Join(in.data, "howdah.db")
	if err := in.missRecord(path); err != nil {
		return err
	}
	db, err := statusdb.Open(ctx, path)
	if err == nil {
		in.record = db
		if err = errors.Join(in.endWatch(ctx, db), in.story(ctx)); err == nil {
			in.down.add("database", func(context.Context) error { return db.Close() })
			return nil
		}
		err = errors.Join(err, db.Close())
	}
	if !errors.Is(err, sqlite.ErrCorrupt) {
		return err
	}
	in.damage = fmt.Errorf("%s is damaged: %w; stop howdah and put a backup in its place, or move the file away to begin a new history", path, err)
	in.Log.Error("the page begins without a past, and what it tells is not saved", "error", in.damage)
	in.record = noRecord{in.damage}
	return in.story(ctx)
}

// endWatch ends what the last run was watching, with its last heartbeat.
func (in *instance) endWatch(ctx context.Context, db *statusdb.DB) error {
	last, err := newHeartbeat(in.data, in.Log).last()
	if err != nil {
		return err
	}
	var alive time.Time
	if last != nil {
		alive = last.at
	}
	return db.EndWatch(ctx, alive)
}

// missRecord warns when howdah.db is not there but what else a run leaves is.
func (in *instance) missRecord(path string) error {
	_, err := os.Stat(path)
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if last, err := newHeartbeat(in.data, in.Log).last(); err != nil || last == nil {
		return err
	}
	in.Log.Warn("an earlier run's howdah.db is missing; a new one is made, with an empty history", "path", path)
	return nil
}

// noRecord knows nothing and takes nothing: what should be saved waits in
// memory, and a post by staff is refused, as with a full disk.
type noRecord struct{ err error }

// Incidents returns none.
func (noRecord) Incidents(context.Context) ([]*incidents.Incident, error) { return nil, nil }

// Outages returns none.
func (noRecord) Outages(context.Context, time.Time) ([]probe.Outage, error) { return nil, nil }

// Canaries returns none.
func (noRecord) Canaries(context.Context, time.Time) ([]probe.Canary, error) { return nil, nil }

// Segments returns none.
func (noRecord) Segments(context.Context, time.Time) ([]probe.Segment, error) { return nil, nil }

// Exhibits returns none.
func (noRecord) Exhibits(context.Context, string) ([]probe.Exhibit, error) { return nil, nil }

// Mishaps returns none.
func (noRecord) Mishaps(context.Context, time.Time, time.Time) ([]probe.Warning, error) {
	return nil, nil
}

// CheckStates returns none.
func (noRecord) CheckStates(context.Context) ([]probe.CheckState, error) { return nil, nil }

// SaveIncident refuses.
func (n noRecord) SaveIncident(context.Context, *incidents.Incident) error { return n.err }

// MoveStory refuses.
func (n noRecord) MoveStory(context.Context, *incidents.Incident, *incidents.Incident) error {
	return n.err
}

// Maintenances returns none.
func (noRecord) Maintenances(context.Context) ([]*incidents.Maintenance, error) { return nil, nil }

// SaveMaintenance refuses.
func (n noRecord) SaveMaintenance(context.Context, *incidents.Maintenance) error { return n.err }

// Save refuses.
func (n noRecord) Save(context.Context, probe.Facts) error { return n.err }

// Upkeep has nothing to do.
func (noRecord) Upkeep(context.Context, time.Time) error { return nil }
