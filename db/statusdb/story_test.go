package statusdb

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"howdah/incidents"
)

// Whatever facts and staff do to threads, in whatever order: the desk that is
// loaded from the file shows what the one before it showed.
func TestStoredStoryIsWhatIsShown(t *testing.T) {
	dir := t.TempDir()
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		db, err := Open(t.Context(), fmt.Sprintf("%s/%d.db", dir, runs))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		now := at(0)
		fresh := func() *incidents.Desk {
			d := incidents.NewDesk(incidents.Options{Store: db, Settings: incidents.DefaultSettings(), Components: []incidents.Component{
				{Key: "imap", Name: "Reading mail (IMAP)", DependsOn: []string{"elephant"}}, {Key: "webmail", Name: "Webmail", DependsOn: []string{"giraffe"}},
			}})
			if err := d.Load(t.Context()); err != nil {
				t.Fatal(err)
			}
			return d
		}
		d := fresh()
		lasting := map[string]incidents.Outage{}
		for i := range rapid.IntRange(1, 25).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(1, 40_000).Draw(t, "seconds")) * time.Second)
			d.Tick(now)
			all := d.Snapshot().Incidents
			any := func(list int, what string) int { return rapid.IntRange(0, list-1).Draw(t, what) }
			var err error
			switch event := rapid.IntRange(0, 9).Draw(t, "event"); {
			case event <= 3 || len(all) == 0:
				host := rapid.SampledFrom([]string{"elephant", "giraffe"}).Draw(t, "host")
				o, down := lasting[host]
				m := incidents.Moment{Earliest: now, Best: now, Latest: now, Source: "exit"}
				if down {
					o.End = &m
					o.Affected = []incidents.Affected{{Component: "imap", Start: o.Start, End: &m, Reason: "connect.refused"}}
					delete(lasting, host)
				} else {
					o = incidents.Outage{ID: fmt.Sprintf("o%d", i), Domain: host, Start: m, Affected: []incidents.Affected{{Component: "imap", Start: m, Reason: "connect.refused"}}}
					lasting[host] = o
				}
				d.ObserveOutage(now, o)
			case event == 4:
				d.ObserveCanaries(now, []incidents.Canary{{ID: fmt.Sprintf("c%d", i), Component: "imap", SentAt: now.Add(-time.Hour), ArrivedAt: now}})
			case event == 5:
				_, _, err = d.Post(t.Context(), now, incidents.Post{IncidentID: all[any(len(all), "thread")].ID, Body: "So it is.", By: "Thandi",
					Topic: incidents.TopicCause, ExpectedAt: now.Add(time.Hour), At: now.Add(-time.Hour)})
			case event == 6:
				in := all[any(len(all), "thread")]
				_, err = d.EditUpdate(t.Context(), now, in.Updates[any(len(in.Updates), "update")].ID, "Thandi", fmt.Sprintf("So it was %d.", i))
			case event == 7:
				in := all[any(len(all), "thread")]
				if len(in.Outages) > 1 {
					_, err = d.SplitOutage(t.Context(), now, in.Outages[any(len(in.Outages), "outage")].ID, "Thandi")
				}
			case event == 8 && len(all) > 1:
				_, err = d.Merge(t.Context(), now, all[0].ID, all[1].ID, "Thandi")
			case event == 9:
				_, err = d.StateTimes(t.Context(), now, all[0].Outages[0].ID, "Thandi", all[0].Outages[0].Start.Best.Add(-time.Minute), time.Time{})
			}
			if err != nil {
				t.Fatal(err)
			}
			d.Tick(now)
			shown := d.Snapshot()
			again := fresh()
			if got := again.Snapshot().Incidents; !reflect.DeepEqual(got, shown.Incidents) {
				a, _ := json.Marshal(got)
				b, _ := json.Marshal(shown.Incidents)
				t.Fatalf("stored is not what is shown:\n%s\n%s", a, b)
			}
			if rapid.Bool().Draw(t, "restart") {
				d = again
			}
		}
	})
}
