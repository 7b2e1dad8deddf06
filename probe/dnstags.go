package probe

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// tags are a list of name=value; as DKIM, DMARC, MTA-STS and TLS-RPT have it
// (RFC 6376, section 3.2).
type tags []tag

type tag struct{ name, value string }

var tagName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

func parseTags(text string) (tags, error) {
	var list tags
	pieces := strings.Split(text, ";")
	for i, piece := range pieces {
		piece = strings.TrimSpace(piece)
		if piece == "" && i == len(pieces)-1 && i > 0 {
			break
		}
		name, value, ok := strings.Cut(piece, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !tagName.MatchString(name) {
			return nil, fmt.Errorf("%q is not of the form tag=value", piece)
		}
		if _, twice := list.find(name); twice {
			return nil, fmt.Errorf("the tag %q is there twice", name)
		}
		list = append(list, tag{name, value})
	}
	return list, nil
}

func (l tags) find(name string) (string, bool) {
	i := slices.IndexFunc(l, func(t tag) bool { return t.name == name })
	if i < 0 {
		return "", false
	}
	return l[i].value, true
}

// beginsWith reports, of a text, whether its first tag is that version.
func beginsWith(version string) func(string) bool {
	return func(text string) bool {
		first, _, _ := strings.Cut(text, ";")
		name, value, _ := strings.Cut(first, "=")
		return strings.TrimSpace(name) == "v" && strings.TrimSpace(value) == version
	}
}

// tagged is the one record at name that begins with the version.
func (d *domain) tagged(ctx context.Context, name, version string) (tags, error) {
	text, err := d.record(ctx, name, beginsWith(version))
	if err != nil {
		return nil, err
	}
	list, err := parseTags(text)
	if err != nil {
		return nil, &fault{"syntax", fmt.Sprintf("at %s: %v", name, err)}
	}
	return list, nil
}
