package web

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// exportList names the files of an export, one a line. It is what tells a
// folder that Export may write to again from one that is somebody else's.
const exportList = ".howdah-export"

// Export writes the public site as it is now to files below dir: pages as
// .html with relative links, feeds and JSON under their own names. Each file is
// replaced as a whole, and one that did not change is left alone; what an
// earlier export wrote and this one did not is removed. A folder that holds
// anything and was not made by Export is refused.
func (s *Server) Export(dir string) error {
	old, err := exported(dir)
	if err != nil {
		return fmt.Errorf("export to %q: %w", dir, err)
	}
	files, err := s.files()
	if err != nil {
		return fmt.Errorf("export to %q: %w", dir, err)
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	// Written ahead, so that what a failure leaves behind is known as ours.
	both := slices.Concat(old, names)
	slices.Sort(both)
	if err := writeList(dir, slices.Compact(both)); err != nil {
		return fmt.Errorf("export to %q: %w", dir, err)
	}
	for _, name := range names {
		if err := replaceFile(filepath.Join(dir, filepath.FromSlash(name)), files[name]); err != nil {
			return fmt.Errorf("export to %q: %w", dir, err)
		}
	}
	for _, name := range old {
		if _, stays := files[name]; stays {
			continue
		}
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("export to %q: %w", dir, err)
		}
	}
	if err := writeList(dir, names); err != nil {
		return fmt.Errorf("export to %q: %w", dir, err)
	}
	return nil
}

// files renders everything that is public of the newest Snapshot, by the name
// that its file has.
func (s *Server) files() (map[string][]byte, error) {
	snap := s.board.Snapshot()
	here := &edition{s: s, snap: snap}
	files := map[string][]byte{}
	for _, of := range parts(here) {
		place := of(here).key
		there := &edition{s: &Server{site: s.site.from(place), unread: s.unread, version: s.version, measures: s.measures}, snap: snap}
		var b bytes.Buffer
		if err := of(there).make(&b); err != nil {
			return nil, fmt.Errorf("render %q: %w", place, err)
		}
		files[fileName(place)] = b.Bytes()
	}
	return files, nil
}

// parts are all that is public of an edition's Snapshot.
func parts(whole *edition) []func(*edition) resource {
	snap := whole.snap
	list := []func(*edition) resource{(*edition).front, (*edition).history}
	for _, f := range formats {
		list = append(list,
			func(ed *edition) resource { return ed.updates(f) },
			func(ed *edition) resource { return ed.threads(f) })
	}
	for _, name := range apiNames {
		list = append(list, func(ed *edition) resource { return ed.api(name) })
	}
	list = append(list, (*edition).statusV1, (*edition).componentsV1, (*edition).incidentsV1, (*edition).maintenancesV1, (*edition).mailV1, (*edition).openapi)
	list = append(list, (*edition).subscribe, (*edition).embed, (*edition).calendarFile, (*edition).plainText, (*edition).guide)
	for _, ext := range []string{"svg", "json"} {
		for _, days := range badgeSpans {
			list = append(list, func(ed *edition) resource { return ed.badge(nil, ext, days) })
			for i := range snap.Components {
				list = append(list, func(ed *edition) resource { return ed.badge(&snap.Components[i], ext, days) })
			}
		}
	}
	for i := range snap.Components {
		v := &snap.Components[i]
		list = append(list, func(ed *edition) resource { return ed.component(v) }, func(ed *edition) resource { return ed.componentV1(v) }, func(ed *edition) resource { return ed.timesV1(v) })
		for _, f := range formats {
			list = append(list, func(ed *edition) resource { return ed.componentThreads(v, f) })
		}
	}
	if l := whole.s.site.brand.logo; l != nil {
		list = append(list, func(*edition) resource { return l.resource() })
	}
	for _, m := range whole.months() {
		list = append(list, func(ed *edition) resource { return ed.monthPage(m) })
	}
	for _, d := range whole.days() {
		list = append(list, func(ed *edition) resource { return ed.dayPage(d) })
	}
	for _, m := range snap.Maintenances {
		list = append(list, func(ed *edition) resource { return ed.maintenance(m) }, func(ed *edition) resource { return ed.maintenanceV1(m) })
	}
	for _, in := range snap.Incidents {
		list = append(list, func(ed *edition) resource { return ed.incident(in) }, func(ed *edition) resource { return ed.incidentV1(in) })
	}
	return list
}

// fileName is what the resource at a place is called in an export.
func fileName(place string) string {
	switch {
	case place == "":
		return "index.html"
	case path.Ext(place) != "":
		return place
	case strings.HasPrefix(place, placeV1):
		return place + ".json"
	}
	return place + ".html"
}

// exported are the files that an earlier export left in dir.
func exported(dir string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(dir, exportList))
	if errors.Is(err, fs.ErrNotExist) {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if len(entries) > 0 {
			return nil, errors.New("the folder is not empty, and no export has been there; name another")
		}
		return nil, openFolder(dir)
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range strings.Lines(string(text)) {
		name = strings.TrimSuffix(name, "\n")
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, fmt.Errorf("%s names %q, which lies outside", exportList, name)
		}
		names = append(names, name)
	}
	return names, nil
}

func writeList(dir string, names []string) error {
	return replaceFile(filepath.Join(dir, exportList), []byte(strings.Join(names, "\n")+"\n"))
}

// replaceFile writes a file that readers see either as it was or whole. One
// that holds the same already keeps its time.
func replaceFile(name string, content []byte) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := openFolder(filepath.Dir(name)); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".howdah-new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// openFolder makes the folder, and those above it, where there is none.
// Everybody may read in it, whatever this process lets others do: the web
// server that it is for is another user.
func openFolder(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := openFolder(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); /* #nosec G301 -- it is public */ err != nil {
		return err
	}
	return os.Chmod(dir, 0o755) // #nosec G302 -- it is public
}
