package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"
)

// post posts as staff do at a shell and returns the update's thread.
func (in *instance) post(args ...string) (incident, update string) {
	in.t.Helper()
	cmd := exec.Command(in.program, append([]string{"post", "--config", in.conf, "--by", "Robin", "--json"}, args...)...)
	out, err := cmd.Output()
	if err != nil {
		in.t.Fatalf("post %q: %v", args, err)
	}
	var reply struct{ Incident, Update string }
	if err := json.Unmarshal(out, &reply); err != nil {
		in.t.Fatalf("post %q: %v in %s", args, err, out)
	}
	return reply.Incident, reply.Update
}

// feedReader is a program that people follow feeds with.
type feedReader struct {
	// follow subscribes to a feed and takes what is in it by now as known.
	follow func(t *testing.T, url string)
	// unread returns what is new since it was last called, as the program
	// shows it.
	unread func(t *testing.T) string
	// again says that the program shows an entry anew whose text has changed.
	again bool
}

// An update of a running thread becomes visible to who follows it, whatever
// they follow it with: as an entry of its own in the feed of updates, and in
// the feed of threads to those whose program shows an entry again.
func TestFeedReaders(t *testing.T) {
	in := start(t, "")
	for name, make := range map[string]func(t *testing.T) feedReader{"gofeed": goReader, "newsboat": newsboat, "rss2email": rss2email, "feedparser": feedparser} {
		t.Run(name, func(t *testing.T) {
			for _, feed := range []string{"updates.rss", "updates.atom", "updates.json", "feed.rss", "feed.atom", "feed.json"} {
				if strings.HasSuffix(feed, ".json") && name != "gofeed" {
					continue // none of the others reads it
				}
				r := make(t)
				thread, first := in.post("--title", "Mail stops <now> & then", "--state", "investigating", "It stopped “just now”.")
				r.follow(t, in.url+"/"+feed)
				if got := r.unread(t); got != "" {
					t.Errorf("%s: what was known is new: %s", feed, got)
				}
				in.post("--incident", thread, "--state", "identified", "A disk is <full> & hot ]]>.")
				got := r.unread(t)
				if strings.HasPrefix(feed, "updates") || r.again {
					for _, want := range []string{"Mail stops <now> & then", "A disk is <full> & hot ]]>."} {
						if !strings.Contains(got, want) {
							t.Errorf("%s: an update is not shown: no %q in %q", feed, want, got)
						}
					}
				}
				if got := r.unread(t); got != "" {
					t.Errorf("%s: without news: %s", feed, got)
				}
				out, err := exec.Command(in.program, "incident", "edit", first, "It stopped at noon.", "--config", in.conf, "--by", "Robin").CombinedOutput()
				if err != nil {
					t.Fatalf("edit: %v\n%s", err, out)
				}
				if got := r.unread(t); r.again && (!strings.Contains(got, "It stopped at noon.") || !strings.Contains(got, "This text was changed at")) {
					t.Errorf("%s: an edit is not shown: %q", feed, got)
				}
				in.post("--incident", thread, "--state", "resolved", "It works.")
			}
		})
	}
}

// debianPython is the one that Debian's modules are for.
const debianPython = "/usr/bin/python3"

// shown is the markup of an entry as a person reads it.
func shown(markup string) string {
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(markup, " ")
	for _, e := range [][2]string{{"&lt;", "<"}, {"&gt;", ">"}, {"&#34;", `"`}, {"&#39;", "'"}, {"&amp;", "&"}} {
		text = strings.ReplaceAll(text, e[0], e[1])
	}
	return text
}

// goReader is gofeed, used as a program would that shows each entry again
// that has a newer date.
func goReader(t *testing.T) feedReader {
	known := map[string]string{}
	where := ""
	look := func(t *testing.T) (news []string) {
		f, err := gofeed.NewParser().ParseURL(where)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range f.Items {
			date := it.Updated
			if date == "" { // RSS has no dates within a second
				date = it.Published + it.Description
			}
			if known[it.GUID] != date {
				news = append(news, it.Title+": "+shown(it.Content+it.Description))
			}
			known[it.GUID] = date
		}
		return news
	}
	return feedReader{
		follow: func(t *testing.T, url string) { where = url; look(t) },
		unread: func(t *testing.T) string { return strings.Join(look(t), "\n") },
		again:  true,
	}
}

// feedparser is the library that most of Python's readers stand on. It must
// find nothing wrong with a feed.
func feedparser(t *testing.T) feedReader {
	if exec.Command(debianPython, "-c", "import feedparser").Run() != nil {
		skip(t, "python3-feedparser is not installed; test/install does it")
	}
	known := map[string]string{}
	where := ""
	look := func(t *testing.T) (news []string) {
		const script = `
import feedparser, json, sys
f = feedparser.parse(sys.argv[1])
print(json.dumps({"bozo": bool(f.bozo), "why": str(f.get("bozo_exception", "")), "self": [l.href for l in f.feed.links if l.rel == "self"], "entries": [
    {"id": e.id, "updated": e.updated, "title": e.title, "body": e.content[0].value if "content" in e else e.summary, "link": e.link, "tags": [t.term for t in e.get("tags", [])]} for e in f.entries]}))
`
		out := runClient(t, "", debianPython, "-c", script, where)
		var f struct {
			Bozo    bool
			Why     string
			Self    []string
			Entries []struct {
				ID, Updated, Title, Body, Link string
				Tags                           []string
			}
		}
		if err := json.Unmarshal([]byte(out), &f); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		if f.Bozo || len(f.Self) != 1 || !strings.HasSuffix(where, f.Self[0][strings.LastIndex(f.Self[0], "/"):]) {
			t.Errorf("%s: bozo %v (%s), self %v", where, f.Bozo, f.Why, f.Self)
		}
		for _, e := range f.Entries {
			if version := e.Updated + e.Body; known[e.ID] != version {
				news = append(news, e.Title+": "+shown(e.Body))
				known[e.ID] = version
			}
			if len(e.Tags) == 0 || !strings.HasPrefix(e.Link, "http") {
				t.Errorf("%s: %+v", where, e)
			}
		}
		return news
	}
	return feedReader{
		follow: func(t *testing.T, url string) { where = url; look(t) },
		unread: func(t *testing.T) string { return strings.Join(look(t), "\n") },
		again:  true,
	}
}

// newsboat is told to show an entry again that has changed.
func newsboat(t *testing.T) feedReader {
	need(t, "newsboat")
	dir := t.TempDir()
	urls, config, cache := filepath.Join(dir, "urls"), filepath.Join(dir, "config"), filepath.Join(dir, "cache.db")
	sql := func(t *testing.T, query string) string {
		t.Helper()
		return strings.TrimSpace(runClient(t, "", debianPython, "-c",
			"import sqlite3, sys\nd = sqlite3.connect(sys.argv[1])\nfor r in d.execute(sys.argv[2]).fetchall(): print(*r)\nd.commit()", cache, query))
	}
	unread := func(t *testing.T) string {
		t.Helper()
		cmd := exec.Command("newsboat", "-q", "-u", urls, "-C", config, "-c", cache, "-x", "reload", "print-unread")
		cmd.Env = append(os.Environ(), "HOME="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("newsboat: %v\n%s", err, out)
		}
		count, _, _ := strings.Cut(string(out), " ")
		n, err := strconv.Atoi(count)
		if err != nil {
			t.Fatalf("newsboat said %q", out)
		}
		titles, texts := sql(t, "SELECT title FROM rss_item WHERE unread = 1"), sql(t, "SELECT content FROM rss_item WHERE unread = 1")
		if (n == 0) != (texts == "") {
			t.Errorf("newsboat counts %d unread, and keeps %q", n, texts)
		}
		sql(t, "UPDATE rss_item SET unread = 0")
		return strings.TrimSpace(titles + "\n" + shown(texts))
	}
	return feedReader{
		follow: func(t *testing.T, url string) {
			for file, text := range map[string]string{urls: url + "\n", config: "reset-unread-on-update \"" + url + "\"\n"} {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if unread(t) == "" {
				t.Error("newsboat finds nothing in the feed")
			}
		},
		unread: unread,
		again:  true,
	}
}

// rss2email puts what is new into a Maildir. It knows an entry by its ID and,
// as it is set up by itself, sends none twice.
func rss2email(t *testing.T) feedReader {
	need(t, "r2e")
	dir := t.TempDir()
	config := filepath.Join(dir, "config")
	inbox := filepath.Join(dir, "Maildir", "INBOX")
	text := fmt.Sprintf("[DEFAULT]\nfrom = status@example.edu\nto = reader@example.edu\nemail-protocol = maildir\nmaildir-path = %s\nmaildir-mailbox = INBOX\n", filepath.Join(dir, "Maildir"))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r2e := func(t *testing.T, args ...string) {
		t.Helper()
		runClient(t, "", "r2e", append([]string{"-c", config, "-d", filepath.Join(dir, "data.json")}, args...)...)
	}
	for _, d := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(inbox, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return feedReader{
		follow: func(t *testing.T, url string) {
			r2e(t, "add", "status", url)
			r2e(t, "run", "--no-send")
		},
		unread: func(t *testing.T) string {
			r2e(t, "run")
			var all []string
			files, err := filepath.Glob(filepath.Join(inbox, "new", "*"))
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(files)
			for _, file := range files {
				b, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				m, err := mail.ReadMessage(bytes.NewReader(b))
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, m.Header.Get("Subject")+"\n"+string(b))
				remove(t, file)
			}
			return strings.Join(all, "\n")
		},
	}
}
