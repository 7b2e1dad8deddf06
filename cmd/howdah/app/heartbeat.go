package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// beatEvery is how often the heartbeat is written, and so how exactly the
// start of an unclean stop is known.
const beatEvery = time.Second

// heartbeat keeps a file that says until when this instance was alive, and
// whether it ended on purpose. The supervised mail server ends with us, so the
// gap after an unclean end was an outage of the mail server too (DESIGN §4).
//
// The file is one line of fixed length, written in place: "alive" or "clean"
// and the time.
type heartbeat struct {
	path string
	log  *slog.Logger
}

// lastBeat is what an earlier instance left behind.
type lastBeat struct {
	at    time.Time
	clean bool
}

func newHeartbeat(dir string, log *slog.Logger) *heartbeat {
	return &heartbeat{path: filepath.Join(dir, "heartbeat"), log: log}
}

// last reads what the previous instance left; nil when there was none.
func (h *heartbeat) last() (*lastBeat, error) {
	text, err := os.ReadFile(h.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read heartbeat: %w", err)
	}
	var word, stamp string
	if _, err := fmt.Sscanf(string(text), "%s %s", &word, &stamp); err == nil {
		if at, err := time.Parse(time.RFC3339Nano, stamp); err == nil {
			return &lastBeat{at: at.UTC(), clean: word == "clean"}, nil
		}
	}
	// A power cut can leave the file without its text; its time is still good.
	st, err := os.Stat(h.path)
	if err != nil {
		return nil, fmt.Errorf("read heartbeat: %w", err)
	}
	return &lastBeat{at: st.ModTime().UTC()}, nil
}

// run beats until the context ends. A disk that refuses is logged once a
// minute and changes nothing else.
func (h *heartbeat) run(ctx context.Context) {
	t := time.NewTicker(beatEvery)
	defer t.Stop()
	var complained time.Time
	for {
		if err := h.write("alive", false); err != nil && time.Since(complained) > time.Minute {
			complained = time.Now()
			h.log.Error("heartbeat can't be written; an unclean stop would be dated too early", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// stopped marks a stop on purpose; it is on disk on return.
func (h *heartbeat) stopped() error { return h.write("clean", true) }

func (h *heartbeat) write(word string, sync bool) error {
	f, err := os.OpenFile(h.path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(fmt.Appendf(nil, "%s %-35s\n", word, time.Now().UTC().Format(time.RFC3339Nano)), 0)
	if err == nil && sync {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
