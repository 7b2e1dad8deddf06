package statusdb

import (
	"context"
	"database/sql"
	"fmt"

	"howdah/db/sqlite"
	"howdah/probe"
)

// Save writes facts in one transaction. A run or a blip is known by its check
// and its millisecond, an outage by its ID; one that is stored as ended stays
// as it is.
func (db *DB) Save(ctx context.Context, f probe.Facts) error {
	err := db.sqlite.Tx(ctx, func(tx *sql.Tx) error {
		for _, o := range f.Outages {
			if err := saveOutage(ctx, tx, o); err != nil {
				return fmt.Errorf("outage %q: %w", o.ID, err)
			}
		}
		if err := saveRuns(ctx, tx, f.Runs); err != nil {
			return err
		}
		if err := saveStates(ctx, tx, f.States); err != nil {
			return err
		}
		if err := saveCanaries(ctx, tx, f.Canaries); err != nil {
			return err
		}
		if err := saveBlips(ctx, tx, f.Blips); err != nil {
			return err
		}
		if err := saveSegments(ctx, tx, f.Segments); err != nil {
			return err
		}
		if err := saveExhibits(ctx, tx, f.Exhibits); err != nil {
			return err
		}
		if err := saveMishaps(ctx, tx, f.Mishaps); err != nil {
			return err
		}
		if f.WatchedUntil.IsZero() {
			return nil
		}
		_, err := tx.ExecContext(ctx, upsertWatchedUntil, sqlite.Millis(f.WatchedUntil))
		return err
	})
	if err != nil {
		return fmt.Errorf("save facts: %w", err)
	}
	return nil
}
