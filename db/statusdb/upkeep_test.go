package statusdb

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"howdah/incidents"
	"howdah/probe"
)

func TestBackupHoldsFactsAndStory(t *testing.T) {
	db := fresh(t)
	must(t, db.Save(t.Context(), probe.Facts{Outages: []probe.Outage{endedOutage()}}))
	must(t, db.SaveIncident(t.Context(), thread()))
	path := filepath.Join(t.TempDir(), "backup.db")
	must(t, db.Backup(t.Context(), path))
	must(t, db.SaveIncident(t.Context(), &incidents.Incident{ID: "later"}))
	if err := db.Backup(t.Context(), path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second backup to the same path: %v", err)
	}

	backup := open(t, path)
	must(t, backup.Integrity(t.Context()))
	equal(t, soleThread(t, backup), thread())
	equal(t, outages(t, backup, time.Time{}), []probe.Outage{endedOutage()})
}
