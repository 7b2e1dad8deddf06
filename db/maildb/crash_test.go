package maildb_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"howdah/db/maildb"
	"howdah/mailserver"
)

const crashDir = "HOWDAH_MAILDB_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		deliverUntilKilled(dir)
	}
	os.Exit(m.Run())
}

// deliverUntilKilled is the child: it prints the UID and SHA-256 of each
// message after it was acknowledged.
func deliverUntilKilled(dir string) {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	ctx := context.Background()
	db, err := maildb.Open(ctx, dir)
	fail(err)
	svc := mailserver.New(db, mailserver.Limits{}, nil)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				text := randomMessage()
				p, err := svc.Append(ctx, "alice", "INBOX", mailserver.NewMessage{Body: strings.NewReader(text), Flags: []string{"tried"}})
				fail(err)
				// One write, so that lines of two clients do not mix.
				_, err = os.Stdout.WriteString(fmt.Sprintf("%d %x\n", p.UID, sha256.Sum256([]byte(text))))
				fail(err)
			}
		})
	}
	wg.Wait()
}

func randomMessage() string {
	size := 1 + rand.IntN(20_000)
	if rand.IntN(10) == 0 {
		size = 600_000 // more than two chunks, through a spool file
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Subject: %d\r\n\r\n", rand.Int64())
	for b.Len() < size {
		fmt.Fprintf(&b, "%d %s\r\n", rand.Int64(), strings.Repeat("x", 60))
	}
	return b.String()
}

// TestKilled kills the process at random moments while clients deliver. What
// was acknowledged is there and whole, nothing is there by half, and no UID is
// given twice.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	db, svc := open(t, dir)
	must(t, svc.AddAccount(t.Context(), "alice", "secret"))
	must(t, db.Close())

	acknowledged := make(map[uint32]string)
	for round := range 5 {
		deliverAndKill(t, dir, acknowledged)
		db, svc := open(t, dir)
		checkWhole(t, svc, acknowledged)
		if t.Failed() {
			t.Fatalf("after kill %d", round+1)
		}
		must(t, db.Close())
	}
	if len(acknowledged) < 5 {
		t.Fatalf("only %d messages were acknowledged: nothing was tested", len(acknowledged))
	}
	t.Logf("%d messages were acknowledged", len(acknowledged))
}

func deliverAndKill(t *testing.T, dir string, acknowledged map[uint32]string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashDir+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	lines := bufio.NewScanner(out)
	first := true
	for lines.Scan() {
		var uid uint32
		var sum string
		if _, err := fmt.Sscanf(lines.Text(), "%d %64s", &uid, &sum); err != nil || len(sum) != 64 {
			break // the kill cut a line short
		}
		if acknowledged[uid] != "" {
			t.Errorf("UID %d was given twice", uid)
		}
		acknowledged[uid] = sum
		if first {
			time.AfterFunc(time.Duration(20+rand.IntN(300))*time.Millisecond, func() { child.Process.Kill() })
			first = false
		}
	}
	io.Copy(io.Discard, out) // to its end, which the kill brings
	err = child.Wait()
	if first {
		t.Fatalf("the child acknowledged nothing: %v", err)
	}
}

func checkWhole(t *testing.T, svc *mailserver.Service, acknowledged map[uint32]string) {
	t.Helper()
	s, all := list(t, svc, "INBOX")
	there := make(map[uint32]string)
	for _, m := range all {
		text := read(t, svc, s.ID, m.UID)
		if sum := sha256.Sum256([]byte(text)); sum != m.SHA256 || m.Size != int64(len(text)) || !m.Has("tried") {
			t.Errorf("message %d is there by half", m.UID)
		}
		if m.UID >= s.UIDNext {
			t.Errorf("UIDNEXT is %d, and %d is there", s.UIDNext, m.UID)
		}
		there[m.UID] = hex.EncodeToString(m.SHA256[:])
	}
	for uid, sum := range acknowledged {
		if there[uid] != sum {
			t.Errorf("message %d was acknowledged and is %q now", uid, there[uid])
		}
	}
	// Stored though not acknowledged is allowed; given again is not.
	for uid, sum := range there {
		acknowledged[uid] = sum
	}
}
