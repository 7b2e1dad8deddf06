package test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport is DESIGN's table: which of our packages each of them may import.
// A package that is missing here may not exist; a new one is a new line, with
// its reason.
var mayImport = map[string][]string{
	"cmd/howdah":        {"cmd/howdah/app", "cmd/howdah/config"},
	"cmd/howdah/config": {"probe"},
	"cmd/howdah/web":    {"incidents", "incidents/feed", "probe", "templates", "public"},
	"cmd/howdah/app": {"cmd/howdah/config", "cmd/howdah/web", "db/maildb", "db/statusdb", "incidents",
		"mailserver", "mailserver/imapd", "mailserver/pop3d", "mailserver/smtpd", "probe",
		"db/sqlite", // backup copies databases file by file, without their schemas
		"cmd/howdah/timeline"},
	// A file format of its own, which only replay reads.
	"cmd/howdah/timeline": nil,
	"incidents":           nil,
	"incidents/feed":      {"incidents"},
	"probe":               nil,
	"mailserver":          nil,
	"mailserver/imapd":    {"mailserver"},
	"mailserver/pop3d":    {"mailserver"},
	"mailserver/smtpd":    {"mailserver"},
	// How SQLite is opened is the same for both databases.
	"db/sqlite":   nil,
	"db/statusdb": {"db/sqlite", "incidents", "probe"},
	"db/maildb":   {"db/sqlite", "mailserver"},
	"templates":   {"incidents", "probe"},
	"public":      nil,
	"test":        nil,
}

// mayNotReach are packages of others that a room stays clear of, so that the
// domains can be read and tested without a wire or a database.
var mayNotReach = map[string][]string{
	"incidents":  {"net/http", "database/sql", "net"},
	"mailserver": {"net/http", "database/sql"},
	"probe":      {"database/sql", "github.com/mattn/go-sqlite3"},
}

// onlyIn are packages of others that must not spread beyond one of our rooms.
var onlyIn = map[string][]string{
	"github.com/labstack/echo/v4":                    {"cmd/howdah/web"},
	"github.com/mattn/go-sqlite3":                    {"db/"},
	"database/sql":                                   {"db/"},
	"github.com/prometheus/client_golang/prometheus": {"cmd/howdah/app"},
	"github.com/gorilla/feeds":                       {"incidents/feed"},
	"github.com/emersion/go-imap/v2":                 {"mailserver/imapd", "mailserver/smtpd"},
}

func TestImportRules(t *testing.T) {
	const format = `{{.ImportPath}}{{"\t"}}{{join .Imports " "}}`
	cmd := exec.Command("go", "list", "-f", format, "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		path, imports, _ := strings.Cut(strings.TrimSpace(line), "\t")
		pkg := strings.TrimPrefix(path, "howdah/")
		allowed, known := mayImport[pkg]
		if !known {
			t.Errorf("package %s is in no line of the table of import rules: add it with its reason", pkg)
			continue
		}
		seen++
		for _, imp := range strings.Fields(imports) {
			if ours, ok := strings.CutPrefix(imp, "howdah/"); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s may not import %s", pkg, ours)
			}
			if slices.Contains(mayNotReach[pkg], imp) {
				t.Errorf("%s may not import %s", pkg, imp)
			}
			if rooms, ok := onlyIn[imp]; ok && !slices.ContainsFunc(rooms, func(r string) bool { return strings.HasPrefix(pkg, r) }) {
				t.Errorf("%s may not import %s, which belongs in %v", pkg, imp, rooms)
			}
		}
	}
	if seen < 10 {
		t.Errorf("go list showed only %d of our packages", seen)
	}
}
