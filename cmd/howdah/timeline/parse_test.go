package timeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSeed(t *testing.T) {
	file := filepath.Join("..", "..", "..", "test", "testdata", "timeline.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	line, err := Parse(file, text)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(line.Events); got != 13 {
		t.Errorf("%d events, want 13", got)
	}
	if got := strings.Join(line.On("elephant"), " "); got != "imap pop3 webmail incoming" {
		t.Errorf("on the host: %s", got)
	}
	first := line.Events[0]
	if want := time.Date(2005, 8, 1, 15, 3, 0, 0, time.UTC); first.Kind != HostDown || !first.At.Equal(want) {
		t.Errorf("first event: %s at %v, want host_down at %v", first.Kind, first.At, want)
	}
	if c := line.Canary; c == nil || c.Every != 5*time.Minute || c.Retry != 30*time.Minute || c.Component != "incoming" {
		t.Errorf("canary: %+v", c)
	}
	for _, e := range line.Events {
		if !e.Post.Expected.IsZero() {
			if want := time.Date(2005, 8, 3, 6, 0, 0, 0, time.UTC); !e.Post.Expected.Equal(want) {
				t.Errorf("expected at %v, want %v", e.Post.Expected, want)
			}
			return
		}
	}
	t.Error("no post says when it is expected back")
}

// Each mistake names its line.
func TestMistakes(t *testing.T) {
	const head = "host: elephant\ncomponents:\n  imap: {depends_on: [elephant]}\n  out: {}\nevents:\n"
	for name, c := range map[string]struct{ text, want string }{
		"empty":             {"", "f:1: the file is empty"},
		"no events":         {"components: {imap: {}}\n", "f:1: there are no events"},
		"no components":     {"events:\n  - {at: \"2005-08-01 17:03\", staff: monitoring, text: x}\n", "f:1: there are no components"},
		"unknown key":       {"zone: UTC\n" + head, "f:1: unknown key \"zone\""},
		"zone":              {"time_zone: Mars/Base\n" + head, "f:1: \"Mars/Base\" is no time zone"},
		"unknown host":      {head + "  - {at: \"2005-08-01 17:03\", host_down: lion}\n", "f:6: no component runs on a host \"lion\""},
		"unknown component": {head + "  - {at: \"2005-08-01 17:03\", down: pop}\n", "f:6: unknown component \"pop\""},
		"depends on":        {"components:\n  imap: {depends_on: [lion]}\n", "f:2: unknown host \"lion\""},
		"role":              {"components:\n  imap: {role: eating}\n", "f:2: \"eating\" is no role"},
		"reversed":          {head + "  - {at: \"2005-08-01 17:03\", down: out}\n  - {at: \"2005-08-01 17:02\", up: out}\n", "f:7: this is before the event in line 6"},
		"overlapping":       {head + "  - {at: \"2005-08-01 17:03\", down: out}\n  - {at: \"2005-08-01 17:05\", down: out}\n", "f:7: component out is down already, since line 6"},
		"not down":          {head + "  - {at: \"2005-08-01 17:03\", host_up: elephant}\n", "f:6: host elephant comes back without having gone down"},
		"two kinds":         {head + "  - {at: \"2005-08-01 17:03\", down: out, up: out}\n", "f:6: an event needs one of"},
		"unknown event":     {head + "  - {at: \"2005-08-01 17:03\", explodes: out}\n", "f:6: unknown key \"explodes\""},
		"no moment":         {head + "  - {down: out}\n", "f:6: an event needs its moment"},
		"bad moment":        {head + "  - {at: yesterday, down: out}\n", "f:6: \"yesterday\" is no moment"},
		"state":             {head + "  - {at: \"2005-08-01 17:03\", staff: fixed, text: x}\n", "f:6: \"fixed\" is no state"},
		"no text":           {head + "  - {at: \"2005-08-01 17:03\", staff: monitoring}\n", "f:6: a post by staff needs a text"},
		"text of nobody":    {head + "  - {at: \"2005-08-01 17:03\", down: out, text: x}\n", "f:6: text, title, by"},
		"no title":          {head + "  - {at: \"2005-08-01 17:03\", maintenance: \"\", from: \"2005-08-01 18:00\", to: \"2005-08-01 19:00\", components: [out]}\n", "f:6: a maintenance needs a title"},
		"no times":          {head + "  - {at: \"2005-08-01 17:03\", maintenance: disks, from: \"2005-08-01 18:00\", components: [out]}\n", "f:6: a maintenance needs its times"},
		"ends first":        {head + "  - {at: \"2005-08-01 17:03\", maintenance: disks, from: \"2005-08-01 18:00\", to: \"2005-08-01 17:30\", components: [out]}\n", "f:6: the maintenance ends before it begins"},
		"announced late":    {head + "  - {at: \"2005-08-01 20:03\", maintenance: disks, from: \"2005-08-01 18:00\", to: \"2005-08-01 19:00\", components: [out]}\n", "f:6: the maintenance is announced when it is over"},
		"of nothing":        {head + "  - {at: \"2005-08-01 17:03\", maintenance: disks, from: \"2005-08-01 18:00\", to: \"2005-08-01 19:00\"}\n", "f:6: a maintenance needs its components"},
		"of what is not":    {head + "  - {at: \"2005-08-01 17:03\", maintenance: disks, from: \"2005-08-01 18:00\", to: \"2005-08-01 19:00\", components: [pop]}\n", "f:6: unknown component \"pop\""},
		"no list":           {head + "  - {at: \"2005-08-01 17:03\", maintenance: disks, from: \"2005-08-01 18:00\", to: \"2005-08-01 19:00\", components: out}\n", "f:6: want a list of components"},
		"topic of a plan":   {head + "  - {at: \"2005-08-01 17:03\", maintenance: disks, topic: fix, from: \"2005-08-01 18:00\", to: \"2005-08-01 19:00\", components: [out]}\n", "f:6: of a post, a maintenance has"},
		"plan of nobody":    {head + "  - {at: \"2005-08-01 17:03\", down: out, from: \"2005-08-01 18:00\"}\n", "f:6: from, to and components belong to maintenance"},
		"until":             {"until: \"2005-08-01 10:00\"\n" + head + "  - {at: \"2005-08-01 17:03\", down: out}\n", "f:1: until lies before"},
		"canary":            {"canary: {component: mail, every: 1ms}\n" + head, "f:1: unknown component \"mail\""},
		"twice":             {head + "  - {at: \"2005-08-01 17:03\", at: \"2005-08-01 17:03\", down: out}\n", "twice"},
		"not YAML":          {"a: [", "f: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("f", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
