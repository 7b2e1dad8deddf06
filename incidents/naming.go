package incidents

import (
	"slices"
	"strings"
)

// subject names components for a title: a group for all of its members, where
// it has several, and each other as sentences do.
func (n *narrator) subject(keys []string) []Part {
	var parts []Part
	for _, k := range n.inOrder(keys) {
		p := n.part(k, keys)
		if g := n.group(k); n.wholeGroup(g, keys) {
			p = Part{Name: g}
		}
		if !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
	}
	return parts
}

func (n *narrator) fullNames(keys []string) []string {
	var names []string
	for _, k := range n.inOrder(keys) {
		names = append(names, n.full(k))
	}
	return names
}

// inOrder is keys as readers see them; those that are no longer configured
// come last.
func (n *narrator) inOrder(keys []string) []string {
	place := func(key string) int {
		if i := n.index(key); i >= 0 {
			return i
		}
		return len(n.components)
	}
	sorted := slices.Clone(keys)
	slices.SortStableFunc(sorted, func(a, b string) int { return place(a) - place(b) })
	return sorted
}

func (n *narrator) index(key string) int {
	return slices.IndexFunc(n.components, func(c Component) bool { return c.Key == key })
}

func (n *narrator) full(key string) string {
	if i := n.index(key); i >= 0 && n.components[i].Name != "" {
		return n.components[i].Name
	}
	for _, c := range n.former {
		if c.Key == key && c.Name != "" {
			return c.Name
		}
	}
	return key
}

// short is the name without what stands in brackets at its end, unless
// another component would then have the same.
func (n *narrator) short(key string) string {
	name := withoutBracket(n.full(key))
	for _, c := range n.components {
		if c.Key != key && withoutBracket(c.Name) == name {
			return n.full(key)
		}
	}
	return name
}

func withoutBracket(name string) string {
	i := strings.LastIndex(name, "(")
	if i <= 0 || !strings.HasSuffix(name, ")") {
		return name
	}
	return strings.TrimSpace(name[:i])
}

func (n *narrator) group(key string) string {
	if i := n.index(key); i >= 0 {
		return n.components[i].Group
	}
	return ""
}

func (n *narrator) wholeGroup(group string, keys []string) bool {
	members := 0
	for _, c := range n.components {
		if group == "" || c.Group != group {
			continue
		}
		if !slices.Contains(keys, c.Key) {
			return false
		}
		members++
	}
	return members > 1
}
