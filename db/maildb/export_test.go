package maildb

import "testing"

// Blobs counts the message bytes that an account's file holds.
func (db *DB) Blobs(t *testing.T, account string) (n int) {
	t.Helper()
	b, err := db.box(t.Context(), account)
	if err == nil {
		err = b.R.QueryRowContext(t.Context(), `SELECT count(*) FROM (SELECT id FROM blob UNION SELECT blob_id FROM chunk)`).Scan(&n)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// FileName is the name of an account's file.
var FileName = fileName
