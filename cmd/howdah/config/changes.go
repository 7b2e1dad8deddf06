package config

import (
	"strconv"
	"strings"
)

// Changes are the keys, such as "web.listen", whose values are not the same in
// both, in the order of the reference. A list counts as one value.
func Changes(a, b Config) []string { return differ("", a.tree(), b.tree()) }

func differ(key string, a, b node) []string {
	if s, ok := a.(*section); ok && !*s.off && !*b.(*section).off {
		a, b = s.object, b.(*section).object
	}
	o, ok := a.(object)
	if !ok {
		if written(a) == written(b) {
			return nil
		}
		return []string{key}
	}
	var keys []string
	for i, f := range o {
		keys = append(keys, differ(join(key, f.key), f.node, b.(object)[i].node)...)
	}
	return keys
}

// written is the same text for the same values.
func written(n node) string {
	var parts []string
	switch n := n.(type) {
	case *scalar:
		return strconv.Quote(n.get())
	case *section:
		if *n.off {
			return "off"
		}
		return written(n.object)
	case object:
		for _, f := range n {
			parts = append(parts, written(f.node))
		}
	case *list:
		for _, item := range n.each() {
			parts = append(parts, written(item))
		}
	}
	return "[" + strings.Join(parts, " ") + "]"
}
