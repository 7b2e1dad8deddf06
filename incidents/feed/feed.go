// Package feed makes the feeds that readers subscribe to: RSS 2.0, Atom and
// JSON Feed 1.1, of whole threads or of single updates.
//
// Only what has been announced is in a feed, and the newest announcement is
// the newest date in it: nothing here reads a clock, so the same snapshot
// gives the same bytes. A thread's and an update's identity is made of IDs
// and never of a title, so that a thread that is renamed stays one entry.
//
// Text is cleaned of what no XML reader takes before it reaches an encoder,
// because mail servers' banners and pasted logs end up in it.
package feed

import (
	"slices"
	"sort"
	"time"

	"howdah/incidents"
)

const (
	maxThreads = 50
	maxUpdates = 100
)

// Site is where the feeds are published.
type Site struct {
	Name     string
	URL      string         // without a trailing slash
	Zone     *time.Location // of the times in texts; nil means UTC
	Language string         // of the texts, as in "en"
	Words    incidents.Words
}

// Feed is a feed before it has a format. Its texts are clean.
type Feed struct {
	Title       string
	Description string
	Home        string // the page that it is the feed of
	Language    string
	Updated     time.Time // the newest announcement, UTC; zero for none
	Items       []Item    // the newest announcement first

	author string
	base   string
}

// Item is one entry.
type Item struct {
	ID        string // a URL that never changes
	Link      string
	Title     string
	HTML      string
	Published time.Time // when it began to be told
	Updated   time.Time // its newest announcement, or a later edit of what it tells
	Tags      []string  // the state, the impact and the names of components
}

// Threads is one item a thread or planned maintenance, each holding the whole
// of it so far.
func Threads(s *incidents.Snapshot, site Site) *Feed {
	f := site.feed(site.Name + ": " + site.whole().Words.ThreadsFeed())
	for _, in := range s.Incidents {
		f.addThread(s, site.whole(), in)
	}
	for _, m := range s.Maintenances {
		f.addMaintenance(s, site.whole(), m)
	}
	return f.finish(maxThreads)
}

// ComponentThreads are the Threads that a component was affected in, or is
// under maintenance. A key that no component has gives a feed without items.
func ComponentThreads(s *incidents.Snapshot, site Site, key string) *Feed {
	name := key
	if v := s.Component(key); v != nil {
		name = v.Name
	}
	f := site.feed(site.Name + ": " + name)
	f.Home = clean(site.URL + "/components/" + key)
	for _, in := range s.Incidents {
		for _, c := range in.Components {
			if c == key {
				f.addThread(s, site.whole(), in)
				break
			}
		}
	}
	for _, m := range s.Maintenances {
		if slices.Contains(m.Components, key) {
			f.addMaintenance(s, site.whole(), m)
		}
	}
	return f.finish(maxThreads)
}

// Updates is one item an update, for readers that never show a changed item
// again. What a later update has told again is left out.
func Updates(s *incidents.Snapshot, site Site) *Feed {
	site = site.whole()
	f := site.feed(site.Name + ": " + site.Words.UpdatesFeed())
	for _, in := range s.Incidents {
		title, _ := told(in)
		for i := range in.Updates {
			u := &in.Updates[i]
			if u.AnnouncedAt.IsZero() || u.Superseded {
				continue
			}
			f.Items = append(f.Items, Item{
				ID:        clean(site.URL + "/updates/" + u.ID),
				Link:      clean(site.URL + "/" + in.Path() + "#update-" + u.ID),
				Title:     clean(site.Words.State(u.State) + ": " + title),
				HTML:      site.paragraph(u, withdrawn(in, u)),
				Published: u.AnnouncedAt,
				Updated:   changedAt(in, u),
				Tags:      site.tags(s, u.State, in.Impact, in.Components),
			})
		}
	}
	for _, m := range s.Maintenances {
		f.addMaintenanceUpdates(s, site, m)
	}
	return f.finish(maxUpdates)
}

func (site Site) whole() Site {
	if site.Zone == nil {
		site.Zone = time.UTC
	}
	if site.Words == nil {
		site.Words = incidents.English
	}
	return site
}

func (site Site) feed(title string) *Feed {
	return &Feed{
		Title:       clean(title),
		Description: clean(title),
		Home:        clean(site.URL + "/"),
		Language:    clean(site.Language),
		author:      clean(site.Name),
		base:        clean(site.URL),
	}
}

func (f *Feed) addThread(s *incidents.Snapshot, site Site, in *incidents.Incident) {
	title, at := told(in)
	if at.IsZero() {
		return
	}
	f.Items = append(f.Items, Item{
		ID:        clean(site.URL + "/incidents/" + in.ID),
		Link:      clean(site.URL + "/" + in.Path()),
		Title:     clean(title),
		HTML:      site.thread(s, in),
		Published: in.CreatedAt,
		Updated:   at,
		Tags:      site.tags(s, stateTold(in), in.Impact, in.Components),
	})
}

// finish puts the newest first and leaves the oldest out.
func (f *Feed) finish(most int) *Feed {
	sort.SliceStable(f.Items, func(i, j int) bool {
		a, b := f.Items[i], f.Items[j]
		if !a.Updated.Equal(b.Updated) {
			return a.Updated.After(b.Updated)
		}
		return a.ID < b.ID
	})
	if len(f.Items) > most {
		f.Items = f.Items[:most:most]
	}
	if len(f.Items) > 0 {
		f.Updated = f.Items[0].Updated
	}
	return f
}

// self is the feed's own URL, given its path below the site's.
func (f *Feed) self(path string) string { return f.base + "/" + path }

// tags are what readers can sort and filter by: the state, the impact if there
// is any, and the components that are still known.
func (site Site) tags(s *incidents.Snapshot, state incidents.State, impact incidents.Impact, components []string) []string {
	all := []string{clean(site.Words.State(state))}
	if impact != "" && impact != incidents.ImpactNone {
		all = append(all, clean(string(impact)))
	}
	for _, key := range components {
		if v := s.Component(key); v != nil {
			all = append(all, clean(v.Name))
		}
	}
	return all
}
