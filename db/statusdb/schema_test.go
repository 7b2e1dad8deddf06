package statusdb

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"howdah/db/sqlite"
	"howdah/incidents"
	"howdah/probe"
)

// load makes a database of a dump.
func load(t *testing.T, dump string) (path string) {
	t.Helper()
	text, err := os.ReadFile(dump)
	must(t, err)
	path = filepath.Join(t.TempDir(), "howdah.db")
	db, err := sql.Open("sqlite3", "file:"+path)
	must(t, err)
	defer db.Close()
	_, err = db.Exec(string(text))
	must(t, err)
	return path
}

// threadOfVersion1 is the thread with what the first version knew of it.
func threadOfVersion1() *incidents.Incident {
	in := thread()
	in.Silent, in.ExpectedAt, in.Canaries, in.Changes, in.Aliases = false, time.Time{}, nil, nil, nil
	u := &in.Updates[0]
	u.Topic, u.ExpectedAt, u.Edits, u.Sent, u.Arrived = "", time.Time{}, nil, 0, 0
	o := &in.Outages[0]
	o.Intermittent, o.Revision, o.Stated, o.Restarted, o.Looping = false, 0, nil, false, false
	for i := range o.Affected {
		o.Affected[i].Reason = ""
	}
	return in
}

// outageOfVersion1 is the outage likewise.
func outageOfVersion1() probe.Outage {
	o := endedOutage()
	o.Intermittent, o.Restarted = false, false
	return o
}

// A database that the first version wrote opens with this one, and nothing of
// it is lost. The dump is never written anew.
func TestDatabaseOfVersion1Opens(t *testing.T) {
	db := open(t, load(t, "testdata/schema-1.sql"))
	equal(t, outages(t, db, time.Time{}), []probe.Outage{outageOfVersion1()})
	equal(t, soleThread(t, db), threadOfVersion1())
	states, err := db.CheckStates(t.Context())
	must(t, err)
	equal(t, states, []probe.CheckState{{
		Check: "imap-2", State: probe.Down, Since: at(0), EverOK: true,
		LastGoodAt: at(-time.Minute), LastRunAt: at(time.Minute), Reason: "greeting.timeout",
	}})
	blips, err := db.Blips(t.Context(), time.Time{})
	must(t, err)
	equal(t, blips, []probe.Blip{{Check: "pop3", Component: "pop3", At: at(0), Reason: "connect.refused"}})

	must(t, db.Save(t.Context(), probe.Facts{Runs: []probe.Result{failingRun()}}))
	in := threadOfVersion1()
	in.Updates = append(in.Updates, incidents.Update{ID: "u9", IncidentID: in.ID, Kind: incidents.KindStaff, At: at(time.Hour)})
	must(t, db.SaveIncident(t.Context(), in))
	equal(t, soleThread(t, reopen(t, db)), in)
}

// A database of the version that kept only failing runs, likewise.
func TestDatabaseOfVersion2Opens(t *testing.T) {
	db := open(t, load(t, "testdata/schema-2.sql"))
	equal(t, outages(t, db, time.Time{}), []probe.Outage{outageOfVersion1()})
	equal(t, soleThread(t, db), threadOfVersion1())
	runs, err := db.Results(t.Context(), "imap-2", time.Time{})
	must(t, err)
	equal(t, runs, []probe.Result{failingRun(), {
		Check: "imap-2", Component: "imap", Target: "imap://probe@192.0.2.1:143",
		StartedAt: at(time.Hour), Verdict: probe.Inconclusive, Reason: "probe.panic",
	}})
	runs, err = db.Results(t.Context(), "pop3", time.Time{})
	must(t, err)
	equal(t, runs, []probe.Result{{
		Check: "pop3", Component: "pop3", Target: "pop3://probe@127.0.0.1:1110",
		StartedAt: at(2 * time.Second), Took: time.Millisecond, Verdict: probe.Fail, Reason: "connect.refused",
	}})

	must(t, db.Save(t.Context(), probe.Facts{Runs: []probe.Result{failingRun(), good("pop3", at(time.Hour), 5)}}))
	tend(t, db, at(24*time.Hour))
	runs, err = reopen(t, db).Results(t.Context(), "imap-2", time.Time{})
	must(t, err)
	if len(runs) != 2 {
		t.Errorf("a run that was kept is kept again: %+v", runs)
	}
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	db := fresh(t)
	_, err := db.sqlite.W.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)")
	must(t, err)
	must(t, db.Close())
	before, err := os.ReadFile(db.sqlite.Path)
	must(t, err)

	if _, err := Open(t.Context(), db.sqlite.Path); !errors.Is(err, sqlite.ErrNewer) {
		t.Fatalf("got %v, want ErrNewer", err)
	}
	after, err := os.ReadFile(db.sqlite.Path)
	must(t, err)
	if string(after) != string(before) {
		t.Fatal("the file was changed")
	}
}

// A database that was moved forward has the schema of a new one.
func TestMigratedSchemaIsThatOfANewDatabase(t *testing.T) {
	tables := func(db *DB) (all []string) {
		rows, err := db.sqlite.R.Query(
			"SELECT name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE name <> 'goose_db_version' ORDER BY name")
		must(t, err)
		must(t, each(rows, func(r *sql.Rows) error {
			var line string
			err := r.Scan(&line)
			all = append(all, line)
			return err
		}))
		return all
	}
	for _, dump := range []string{"testdata/schema-1.sql", "testdata/schema-2.sql"} {
		equal(t, tables(open(t, load(t, dump))), tables(fresh(t)))
	}
}
