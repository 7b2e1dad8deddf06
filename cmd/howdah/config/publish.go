package config

import (
	"path/filepath"
	"strings"
)

// within reports whether the folder for files and the data folder are the
// same, or one is in the other: what is secret would be next to what another
// web server shows to everybody.
func (p Publish) within(data string) bool {
	if p.Dir == "" || data == "" {
		return false
	}
	return below(p.Dir, data) || below(data, p.Dir)
}

func below(folder, path string) bool {
	a, err := filepath.Abs(folder)
	if err != nil {
		return false
	}
	b, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(a, b)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
