package incidents

import (
	"slices"
	"time"
)

// Update replaces what the configuration says, from now on: a component that
// stays keeps what is known of it, and what has been told stays told. An open
// thread that the machine has named is named after the components' new names,
// and in the new language.
func (d *Desk) Update(now time.Time, site Site, components []Component, s Settings) {
	site = site.whole()
	now = tidy(now)
	d.mu.Lock()
	defer d.mu.Unlock()
	old := d.narrator
	d.settings = s
	d.components = append([]Component(nil), components...)
	d.narrator = newNarrator(site.Words, site.Zone, d.components)
	d.narrator.former = gone(append(slices.Clone(old.components), old.former...), d.components)
	for key := range d.facts {
		if !slices.ContainsFunc(components, func(c Component) bool { return c.Key == key }) {
			delete(d.facts, key)
		}
	}
	for _, t := range d.threads {
		d.rename(t, old, now)
	}
	d.publish(now)
	d.signal() // what waits may be due sooner
}

// gone are those of all that are not among now.
func gone(all, now []Component) []Component {
	return slices.DeleteFunc(all, func(c Component) bool {
		return slices.ContainsFunc(now, func(n Component) bool { return n.Key == c.Key })
	})
}

// rename gives an open thread the title that it would have been opened with
// today, if the one that it has is the machine's and its components are all
// still there.
func (d *Desk) rename(t *thread, old *narrator, now time.Time) {
	in := t.in
	if in.State == Resolved || slices.ContainsFunc(in.Components, func(c string) bool { return d.narrator.index(c) < 0 }) {
		return
	}
	if in.Title != old.title(in.Components, in.Instability()) {
		return
	}
	title := d.narrator.title(in.Components, in.Instability())
	if title == in.Title {
		return
	}
	renamed := in.clone()
	renamed.title(title, "", now)
	d.replace(t, renamed)
}
