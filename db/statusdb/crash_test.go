package statusdb

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"howdah/probe"
)

const crashFile = "HOWDAH_STATUSDB_CRASH_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		saveUntilKilled(path)
	}
	os.Exit(m.Run())
}

// saveUntilKilled is the child: ten minutes of runs a time, counting and
// trimming in between, and after each the number of minutes that are saved.
func saveUntilKilled(path string) {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	ctx := context.Background()
	db, err := Open(ctx, path)
	fail(err)
	fail(db.EndWatch(ctx, time.Time{}))
	var minute int
	fail(db.sqlite.R.QueryRow(
		"SELECT coalesce((SELECT until_at FROM watched_until), ?1) - ?1", midnight.UnixMilli()).Scan(&minute))
	minute /= 60_000
	for {
		var f probe.Facts
		for range 10 {
			at := midnight.Add(time.Duration(minute) * time.Minute)
			f.Runs = append(f.Runs, good("imap", at, 10))
			f.Segments = append(f.Segments, probe.Segment{
				Component: "imap", From: at, State: []probe.SegmentState{probe.SegmentUp, probe.SegmentDown}[minute%2]})
			minute++
		}
		f.WatchedUntil = midnight.Add(time.Duration(minute) * time.Minute)
		fail(db.Save(ctx, f))
		fmt.Println(minute)
		fail(db.Upkeep(ctx, f.WatchedUntil))
	}
}

// The process is killed at random moments while it saves, counts and trims.
// Every run that it had saved is counted once, in its hour and in its day, and
// the segments tile the time until the last word.
func TestKilledWhileSavingAndCounting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "howdah.db")
	saved := 0
	for round := range 6 {
		saved = max(saved, saveAndKill(t, path, time.Duration(50+round*70)*time.Millisecond))
		db := open(t, path)
		must(t, db.EndWatch(t.Context(), time.Time{}))
		var until time.Time
		all := segments(t, db, time.Time{})
		if n := len(all); n > 0 && all[n-1].State == probe.SegmentUnmonitored {
			until = all[n-1].From
		}
		tend(t, db, until.Add(day))
		minutes := int(until.Sub(midnight) / time.Minute)
		if minutes < saved || minutes > saved+10 || minutes%10 != 0 {
			t.Fatalf("watched until minute %d, %d were acknowledged", minutes, saved)
		}
		if counted := sum(days(t, db, "imap")); counted != minutes {
			t.Fatalf("after kill %d: %d runs are counted in days, %d were saved", round+1, counted, minutes)
		}
		if counted := sum(hours(t, db, "imap")); until.Sub(midnight) < keepHours && counted != minutes {
			t.Fatalf("after kill %d: %d runs are counted in hours, %d were saved", round+1, counted, minutes)
		}
		must(t, db.Integrity(t.Context()))
		must(t, db.Close())
	}
	if saved < 100 {
		t.Fatalf("only %d minutes were saved: nothing was tested", saved)
	}
	t.Logf("%d minutes were saved", saved)
}

func sum(list []probe.Period) (n int) {
	for _, p := range list {
		n += p.OK
	}
	return n
}

// saveAndKill lets a child work for a while and returns what it said last.
func saveAndKill(t *testing.T, path string, length time.Duration) (saved int) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashFile+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if saved == 0 {
			time.AfterFunc(length, func() { child.Process.Kill() })
		}
		if _, err := fmt.Sscan(lines.Text(), &saved); err != nil {
			t.Fatalf("the child said %q: %v", lines.Text(), err)
		}
	}
	child.Wait() // it was killed
	return saved
}
