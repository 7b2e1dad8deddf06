package statusdb

import (
	"fmt"
	"testing"
	"time"

	"howdah/probe"
)

func canary(number int64) probe.Canary {
	sent := at(time.Duration(number) * 5 * time.Minute)
	return probe.Canary{
		ID: fmt.Sprintf("owner-%d-token", number), Check: "canary", Component: "incoming", Number: number, SubmittedAt: sent,
	}
}

func canaries(t *testing.T, db *DB, since time.Time) []probe.Canary {
	t.Helper()
	all, err := db.Canaries(t.Context(), since)
	must(t, err)
	return all
}

func saveCanary(t *testing.T, db *DB, all ...probe.Canary) {
	t.Helper()
	must(t, db.Save(t.Context(), probe.Facts{Canaries: all}))
}

func TestCanariesAreKept(t *testing.T) {
	db := fresh(t)
	first, second := canary(1), canary(2)
	saveCanary(t, db, second, first)
	equal(t, canaries(t, db, time.Time{}), []probe.Canary{first, second})

	sent := first.SubmittedAt
	first.AcceptedAt, first.ArrivedAt, first.PushedAt = sent.Add(time.Second), sent.Add(2*time.Second), sent.Add(3*time.Second)
	first.SeenIMAP, first.SeenPOP3, first.DoneAt = sent.Add(4*time.Second), sent.Add(5*time.Second), sent.Add(6*time.Second)
	first.Hops = []probe.Hop{{By: "relay", At: sent.Add(-time.Hour), Skewed: true}, {By: "mail", At: sent.Add(time.Second)}}
	second.Overdue, second.Lost = true, true
	saveCanary(t, db, first)
	saveCanary(t, db, second)
	saveCanary(t, db, second)
	db = reopen(t, db)
	equal(t, canaries(t, db, time.Time{}), []probe.Canary{first, second})
	equal(t, canaries(t, db, second.SubmittedAt), []probe.Canary{second})
	equal(t, canaries(t, db, second.SubmittedAt.Add(time.Millisecond)), []probe.Canary(nil))
}

func TestOldCanariesGo(t *testing.T) {
	db := fresh(t)
	old, kept, newest := canary(1), canary(2), canary(trimCanariesAt)
	old.SubmittedAt = newest.SubmittedAt.AddDate(0, 0, -keepCanaryDays-1)
	kept.SubmittedAt = newest.SubmittedAt.AddDate(0, 0, -keepCanaryDays+1)
	saveCanary(t, db, old, kept)
	equal(t, canaries(t, db, time.Time{}), []probe.Canary{old, kept})
	saveCanary(t, db, newest)
	equal(t, canaries(t, db, time.Time{}), []probe.Canary{kept, newest})
}

// However often they are sent, no more than so many are kept, in bounded room.
func TestCanariesAreBounded(t *testing.T) {
	db := fresh(t)
	const many = keepCanaries + 5000
	_, err := db.sqlite.W.Exec(`
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
INSERT INTO canary
SELECT lower(hex(randomblob(15))), 'incoming-canary', 'incoming', n, t, t, t, t, t, t, t, 0, 0,
    '[{"by":"relay.example.edu","at":1122900000000},{"by":"mail.example.edu","at":1122900000000}]'
FROM (SELECT n, ?2 + n * 60000 AS t FROM n)`, many, at(0).UnixMilli())
	must(t, err)
	last := canary(many)
	last.Number, last.SubmittedAt = 10*trimCanariesAt, at((many+1)*time.Minute)
	saveCanary(t, db, last)
	if n := len(canaries(t, db, time.Time{})); n != keepCanaries {
		t.Errorf("%d are kept", n)
	}
	var size int64
	must(t, db.sqlite.R.QueryRow("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").Scan(&size))
	if size > 60<<20 {
		t.Errorf("they take %d MB", size>>20)
	}
	t.Logf("%d MB", size>>20)
}
