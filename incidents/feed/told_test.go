package feed

import (
	"slices"
	"strings"
	"testing"
	"time"

	"howdah/incidents"
)

func TestEditOfAnUpdateIsNewsAndSaysSo(t *testing.T) {
	s := picture()
	in := s.Incidents[1]
	thread, update := Threads(s, site).Items[0], Updates(s, site).Items[1]
	u2 := &in.Updates[1]
	u2.Edits = []incidents.Edit{{Body: u2.Body, By: "Robin", At: at(2, 7, 30)}}
	u2.Body = "It works again since 18:22."
	after := Threads(s, site).Items[0]
	if after.ID != thread.ID || !after.Updated.Equal(at(2, 7, 30)) {
		t.Errorf("the thread was updated %v and is updated %v", thread.Updated, after.Updated)
	}
	items := Updates(s, site).Items
	changed := items[slices.IndexFunc(items, func(it Item) bool { return it.ID == update.ID })]
	if !changed.Updated.Equal(at(2, 7, 30)) || !changed.Published.Equal(update.Published) {
		t.Errorf("the update was published %v and updated %v", changed.Published, changed.Updated)
	}
	const want = "</strong> - It works again since 18:22.<br><br><em>This text was changed at 07:30 SAST on 2 August.</em></p>"
	for _, it := range []Item{after, changed} {
		if !strings.Contains(it.HTML, want) {
			t.Errorf("%q lacks %q", it.HTML, want)
		}
	}
	if !items[0].Updated.Equal(at(2, 7, 30)) || items[0].ID != changed.ID {
		t.Error("what was changed last does not come first")
	}
}

func TestWithdrawnExpectationIsNewsAndSaysSo(t *testing.T) {
	s := picture()
	in := s.Incidents[1]
	in.Updates[2].Kind, in.Updates[2].ExpectedAt = incidents.KindStaff, at(1, 23, 0)
	in.Changes = []incidents.Change{{At: at(1, 22, 30), By: "Robin", What: incidents.ChangedExpected, Was: at(1, 23, 0).Format(time.RFC3339)}}
	const want = "It stopped again.<br><br>Expected by 23:00 SAST.<br><br><em>What had been expected was withdrawn at 22:30 SAST.</em></p>"
	for _, it := range []Item{Threads(s, site).Items[0], Updates(s, site).Items[0]} {
		if !strings.Contains(it.HTML, want) || !it.Updated.Equal(at(1, 22, 30)) {
			t.Errorf("updated %v: %q lacks %q", it.Updated, it.HTML, want)
		}
	}
	in.Changes[0].Was = at(1, 23, 30).Format(time.RFC3339) // another was
	if it := Threads(s, site).Items[0]; strings.Contains(it.HTML, "withdrawn") {
		t.Errorf("%q", it.HTML)
	}
}

func TestEditWhileHeldIsNoNews(t *testing.T) {
	s := picture()
	u := &s.Incidents[1].Updates[2]
	u.Edits = []incidents.Edit{{Body: "It fails.", At: u.AnnouncedAt}}
	it := Threads(s, site).Items[0]
	if !it.Updated.Equal(u.AnnouncedAt) || strings.Contains(it.HTML, "This text") {
		t.Errorf("updated %v: %s", it.Updated, it.HTML)
	}
}

func TestTitleWaitsForWhatIsHeld(t *testing.T) {
	s := picture()
	in := s.Incidents[1]
	in.Title = "Reading mail instability"
	in.Changes = []incidents.Change{{At: at(1, 22, 26), What: incidents.ChangedTitle, Was: "Mail instability", Now: in.Title}}
	if it := Threads(s, site).Items[0]; it.Title != "Mail instability" || !it.Updated.Equal(at(1, 22, 5)) {
		t.Errorf("while it is held: %q, updated %v", it.Title, it.Updated)
	}
	in.Updates[3].AnnouncedAt = at(1, 22, 27)
	if it := Threads(s, site).Items[0]; it.Title != in.Title || !it.Updated.Equal(at(1, 22, 27)) {
		t.Errorf("when it is told: %q, updated %v", it.Title, it.Updated)
	}
}

func TestWhatStaffChangeWaitsForNothing(t *testing.T) {
	s := picture()
	in := s.Incidents[1]
	in.Title, in.Impact = "Broken disk", incidents.ImpactCritical
	in.Changes = []incidents.Change{
		{At: at(1, 22, 26), What: incidents.ChangedTitle, Was: "Mail instability", Now: "Reading mail instability"},
		{At: at(1, 22, 40), By: "Robin", What: incidents.ChangedTitle, Was: "Reading mail instability", Now: "Broken disk"},
		{At: at(1, 22, 41), By: "Robin", What: incidents.ChangedImpact, Was: "major", Now: "critical"},
	}
	it := Threads(s, site).Items[0]
	if it.Title != "Broken disk" || !it.Updated.Equal(at(1, 22, 41)) || !slices.Contains(it.Tags, "critical") {
		t.Errorf("%q, updated %v, %q", it.Title, it.Updated, it.Tags)
	}
	if it := Updates(s, site).Items[0]; it.Title != "Investigating: Broken disk" {
		t.Errorf("an update's title is %q", it.Title)
	}
}

// An update that moves to another thread is no new entry to those who have
// read it.
func TestMergedThreadIsOneEntryAndItsUpdatesStay(t *testing.T) {
	s := picture()
	into := &incidents.Incident{ID: "iold", Title: "Webmail", State: incidents.Monitoring, CreatedAt: at(1, 9, 0), Components: []string{"imap"},
		Updates: []incidents.Update{{ID: "u0", Kind: incidents.KindOpened, State: incidents.Investigating, At: at(1, 9, 0), AnnouncedAt: at(1, 9, 0), Body: "It stopped."}}}
	s.Incidents = append(s.Incidents, into)
	if n := len(Threads(s, site).Items); n != 2 {
		t.Fatalf("%d threads", n)
	}
	ids := func() (all []string) {
		for _, it := range Updates(s, site).Items {
			all = append(all, it.ID)
		}
		slices.Sort(all)
		return all
	}
	before := ids()
	from := s.Incidents[1]
	into.Updates = append(into.Updates, from.Updates...)
	into.Aliases = []string{from.ID}
	s.Incidents = []*incidents.Incident{into}
	items := Threads(s, site).Items
	if len(items) != 1 || items[0].ID != site.URL+"/incidents/iold" {
		t.Errorf("after the merge: %+v", items)
	}
	if !slices.Equal(ids(), before) {
		t.Errorf("updates were %v and are %v", before, ids())
	}
	if link := Updates(s, site).Items[0].Link; link != site.URL+"/incidents/iold-webmail#update-u3" {
		t.Errorf("an update leads to %q", link)
	}
}
