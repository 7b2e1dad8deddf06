package statusdb

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"howdah/incidents"
)

// Whatever facts and staff do to threads, in whatever order: the desk that is
// loaded from the file shows what the one before it showed.
func TestStoredStoryIsWhatIsShown(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { tellStories(t, rand.New(rand.NewPCG(seed, 0))) })
	}
}

func tellStories(t *testing.T, chance *rand.Rand) {
	db := fresh(t)
	now := at(0)
	loaded := func() *incidents.Desk {
		d := incidents.NewDesk(incidents.Options{Store: db, Settings: incidents.DefaultSettings(), Components: []incidents.Component{
			{Key: "imap", Name: "Reading mail (IMAP)", Domain: "elephant"}, {Key: "webmail", Name: "Webmail", Domain: "giraffe"},
		}})
		if err := d.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := loaded()
	lasting := map[string]incidents.Outage{}
	for i := range 25 {
		now = now.Add(time.Duration(1+chance.IntN(40_000)) * time.Second)
		d.Tick(now)
		all := d.Snapshot().Incidents
		var err error
		switch event := chance.IntN(10); {
		case event <= 3 || len(all) == 0:
			host := []string{"elephant", "giraffe"}[chance.IntN(2)]
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
			_, _, err = d.Post(t.Context(), now, incidents.Post{IncidentID: all[chance.IntN(len(all))].ID, Body: "So it is.", By: "Thandi",
				Topic: incidents.TopicCause, ExpectedAt: now.Add(time.Hour), At: now.Add(-time.Hour)})
		case event == 6:
			in := all[chance.IntN(len(all))]
			_, err = d.EditUpdate(t.Context(), now, in.Updates[chance.IntN(len(in.Updates))].ID, "Thandi", fmt.Sprintf("So it was %d.", i))
		case event == 7:
			in := all[chance.IntN(len(all))]
			if len(in.Outages) > 1 {
				_, err = d.SplitOutage(t.Context(), now, in.Outages[chance.IntN(len(in.Outages))].ID, "Thandi")
			}
		case event == 8 && len(all) > 1:
			_, err = d.Merge(t.Context(), now, all[0].ID, all[1].ID, "Thandi")
		case event == 9:
			_, err = d.StateTimes(t.Context(), now, all[0].Outages[0].ID, "Thandi", all[0].Outages[0].Start.Best.Add(-time.Duration(1+chance.IntN(72))*time.Hour), time.Time{})
		}
		if err != nil {
			t.Fatal(err)
		}
		d.Tick(now)
		shown := d.Snapshot()
		again := loaded()
		if got := again.Snapshot().Incidents; !reflect.DeepEqual(got, shown.Incidents) {
			a, _ := json.Marshal(got)
			b, _ := json.Marshal(shown.Incidents)
			t.Fatalf("stored is not what is shown:\n%s\n%s", a, b)
		}
		if chance.IntN(2) == 0 {
			d = again
		}
	}
}
