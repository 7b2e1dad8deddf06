package incidents

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever happens in whatever order, with the store refusing and the process
// starting anew at any point: no end moves, no update is taken back or told
// twice, and being told everything again changes nothing.
func TestDeskProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := &shelf{}
		fresh := func() *Desk {
			d := NewDesk(Options{Store: store, Site: Site{Zone: johannesburg}, Components: university, Settings: DefaultSettings()})
			if err := d.Load(t.Context()); err != nil {
				t.Fatal(err)
			}
			return d
		}
		d := fresh()
		now := time.Date(2005, 8, 1, 15, 0, 0, 0, time.UTC)
		var told []Outage // as they are now, oldest first
		retell := func() {
			for _, o := range told {
				d.ObserveOutage(now, o)
			}
		}
		steps := rapid.IntRange(1, 40).Draw(t, "steps")
		for i := range steps {
			now = now.Add(time.Duration(rapid.IntRange(1, 20*3600).Draw(t, "pause")) * time.Second)
			d.Tick(now)
			lasting := len(told) > 0 && told[len(told)-1].End == nil
			switch rapid.IntRange(0, 8).Draw(t, "event") {
			case 0, 1:
				if lasting {
					told[len(told)-1] = over(told[len(told)-1], now)
				} else {
					told = append(told, down(fmt.Sprintf("o%d", i), now))
				}
				retell()
			case 2:
				if all := d.Snapshot().Incidents; len(all) > 0 {
					s := rapid.SampledFrom([]State{"", Investigating, Identified, Monitoring, Resolved}).Draw(t, "state")
					if _, _, err := d.Post(t.Context(), now, Post{IncidentID: all[0].ID, State: s, Body: "So it is.", By: "Ops"}); err != nil && store.refuses == nil {
						t.Fatal(err)
					}
				}
			case 3:
				store.refuse(rapid.SampledFrom([]error{nil, ErrConflict}).Draw(t, "refusal"))
			case 4:
				store.refuse(nil)
				d = fresh()
				retell()
			case 6:
				if in := newest(d); in != nil {
					acts := []func(context.Context, time.Time, string, string) (*Incident, error){d.Take, d.Release, d.Silence, d.Lift}
					if _, err := rapid.SampledFrom(acts).Draw(t, "act")(t.Context(), now, in.ID, "Ops"); err != nil && store.refuses == nil {
						t.Fatal(err)
					}
				}
			case 7:
				if in := newest(d); in != nil {
					u := in.Updates[rapid.IntRange(0, len(in.Updates)-1).Draw(t, "update")]
					if _, err := d.EditUpdate(t.Context(), now, u.ID, "Ops", fmt.Sprintf("So it was %d.", i)); err != nil && store.refuses == nil {
						t.Fatal(err)
					}
				}
			case 8:
				if all := d.Snapshot().Incidents; len(all) > 1 && rapid.Bool().Draw(t, "merge") {
					if _, err := d.Merge(t.Context(), now, all[0].ID, all[1].ID, "Ops"); err != nil && store.refuses == nil {
						t.Fatal(err)
					}
				} else if in := newest(d); in != nil && in.Instability() {
					o := in.Outages[rapid.IntRange(0, len(in.Outages)-1).Draw(t, "outage")]
					if _, err := d.SplitOutage(t.Context(), now, o.ID, "Ops"); err != nil && store.refuses == nil {
						t.Fatal(err)
					}
				}
			case 5:
				version := d.Snapshot().Version
				retell()
				if got := d.Snapshot().Version; got != version {
					t.Fatalf("retelling made version %d of %d", got, version)
				}
			}
			expectSound(t, d, told, now)
		}
		store.refuse(nil)
		d.Tick(now.Add(time.Hour))
		shown := d.Snapshot().Incidents
		if again := fresh().Snapshot().Incidents; len(shown) > 0 && !reflect.DeepEqual(again, shown) {
			t.Fatalf("stored is not what is shown:\n%+v\n%+v", again, shown)
		}
	})
}

// newest is the newest thread, nil when there is none.
func newest(d *Desk) *Incident {
	if all := d.Snapshot().Incidents; len(all) > 0 {
		return all[0]
	}
	return nil
}

func expectSound(t *rapid.T, d *Desk, told []Outage, now time.Time) {
	places := map[string]Outage{}
	ids := map[string]bool{}
	for _, in := range d.Snapshot().Incidents {
		for _, o := range in.Outages {
			if _, twice := places[o.ID]; twice {
				t.Fatalf("outage %s is told twice", o.ID)
			}
			places[o.ID] = o
		}
		for i, u := range in.Updates {
			switch {
			case ids[u.ID]:
				t.Fatalf("two updates have the ID %s", u.ID)
			case u.IncidentID != in.ID || u.Body == "" || !u.State.Valid():
				t.Fatalf("update is not whole: %+v", u)
			case i > 0 && u.At.Before(in.Updates[i-1].At):
				t.Fatalf("updates are out of order in %s", in.ID)
			case u.AnnouncedAt.IsZero() && !now.Before(u.At.Add(30*time.Second)) && !u.At.Equal(now):
				if d.Tick(now); d.Snapshot().Incident(in.ID).update(u.ID).AnnouncedAt.IsZero() {
					t.Fatalf("held for ever: %+v", u)
				}
			}
			ids[u.ID] = true
		}
		if in.State != in.Latest().State || (in.State == Resolved) != !in.ResolvedAt.IsZero() {
			t.Fatalf("%s is %s, its last update %s, resolved at %v", in.ID, in.State, in.Latest().State, in.ResolvedAt)
		}
	}
	for _, o := range told {
		if !reflect.DeepEqual(places[o.ID], o) {
			t.Fatalf("outage %s is told as %+v, want %+v", o.ID, places[o.ID], o)
		}
	}
}
