package app

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"howdah/incidents"
	"howdah/probe"
)

// A warning names its check and its reason where it has them, and only there.
func TestWarningsAreLogged(t *testing.T) {
	var log bytes.Buffer
	b := &bridge{desk: incidents.NewDesk(incidents.Options{}), log: slog.New(slog.NewTextHandler(&log, nil))}
	b.Observe(time.Now(), probe.Changes{Warnings: []probe.Warning{
		{Reason: "clock.step", Text: "the clock was set"},
		{Check: "imap", Text: "it is refused"},
	}})
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines", len(lines))
	}
	if !strings.Contains(lines[0], "reason=clock.step") || strings.Contains(lines[0], "check=") {
		t.Errorf("%s", lines[0])
	}
	if !strings.Contains(lines[1], "check=imap") || strings.Contains(lines[1], "reason=") {
		t.Errorf("%s", lines[1])
	}
}
