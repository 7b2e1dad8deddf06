package timeline

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// Parse reads a timeline. name stands for the file in errors, which are Errors
// with every mistake that was found.
func Parse(name string, text []byte) (*Timeline, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r := &reader{file: name, t: &Timeline{Zone: time.UTC}}
	if len(doc.Content) != 1 {
		r.wrong(&yaml.Node{Line: 1}, "the file is empty")
	} else {
		r.timeline(doc.Content[0])
	}
	if len(r.errors) > 0 {
		slices.SortStableFunc(r.errors, func(a, b Error) int { return a.Line - b.Line })
		return nil, r.errors
	}
	return r.t, nil
}

// reader collects a timeline and the mistakes in it.
type reader struct {
	file   string
	t      *Timeline
	errors Errors
}

func (r *reader) wrong(n *yaml.Node, format string, args ...any) {
	r.errors = append(r.errors, Error{File: r.file, Line: n.Line, Problem: fmt.Sprintf(format, args...)})
}

// keys calls take for each key of a mapping, and refuses what is not among
// take's and what stands twice.
func (r *reader) keys(n *yaml.Node, take map[string]func(*yaml.Node)) {
	seen := map[string]bool{}
	r.pairs(n, func(key *yaml.Node, value *yaml.Node) {
		do, ok := take[key.Value]
		switch {
		case !ok:
			r.wrong(key, "unknown key %q", key.Value)
		case seen[key.Value]:
			r.wrong(key, "%q stands twice", key.Value)
		default:
			seen[key.Value] = true
			do(value)
		}
	})
}

func (r *reader) pairs(n *yaml.Node, do func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.wrong(n, "want keys and values")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		do(n.Content[i], n.Content[i+1])
	}
}

// text is a way to take a scalar.
func (r *reader) text(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode {
			r.wrong(n, "want text")
			return
		}
		*to = n.Value
	}
}

// span is a way to take a length of time.
func (r *reader) span(to *time.Duration) func(*yaml.Node) {
	return func(n *yaml.Node) {
		d, err := time.ParseDuration(n.Value)
		if err != nil || d < time.Second {
			r.wrong(n, "%q is no time of a second or more; write one such as 5m", n.Value)
			return
		}
		*to = d
	}
}

// clock is a way to take a moment.
func (r *reader) clock(to *time.Time) func(*yaml.Node) {
	return func(n *yaml.Node) {
		for _, form := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05"} {
			if at, err := time.ParseInLocation(form, n.Value, r.t.Zone); err == nil {
				*to = at
				return
			}
		}
		r.wrong(n, "%q is no moment; write one such as 2005-08-01 17:03", n.Value)
	}
}

func (r *reader) timeline(n *yaml.Node) {
	nodes := map[string]*yaml.Node{}
	take := map[string]func(*yaml.Node){}
	for _, key := range []string{"time_zone", "host", "components", "canary", "until", "events"} {
		take[key] = func(v *yaml.Node) { nodes[key] = v }
	}
	r.keys(n, take)
	// In the order in which they need each other, wherever they stand.
	if v := nodes["time_zone"]; v != nil {
		zone, err := time.LoadLocation(v.Value)
		if err != nil {
			r.wrong(v, "%q is no time zone; write an IANA name such as Europe/Berlin", v.Value)
		} else {
			r.t.Zone = zone
		}
	}
	var host string
	if v := nodes["host"]; v != nil {
		r.text(&host)(v)
	}
	if v := nodes["components"]; v != nil {
		r.pairs(v, func(key, value *yaml.Node) { r.component(host, key, value) })
	}
	if len(r.t.Components) == 0 {
		r.wrong(n, "there are no components")
	}
	if v := nodes["canary"]; v != nil {
		r.canary(v)
	}
	if v := nodes["until"]; v != nil {
		r.clock(&r.t.Until)(v)
	}
	v := nodes["events"]
	if v == nil || v.Kind != yaml.SequenceNode || len(v.Content) == 0 {
		r.wrong(n, "there are no events")
		return
	}
	for _, e := range v.Content {
		r.event(e)
	}
	if last := r.t.Events; len(last) > 0 && !r.t.Until.IsZero() && r.t.Until.Before(last[len(last)-1].At) {
		r.wrong(nodes["until"], "until lies before the last event")
	}
	r.order()
}

func (r *reader) component(host string, key, value *yaml.Node) {
	c := Component{Key: key.Value, Name: key.Value, Role: roles[key.Value]}
	if r.known(c.Key) {
		r.wrong(key, "component %q stands twice", c.Key)
		return
	}
	r.keys(value, map[string]func(*yaml.Node){
		"name": r.text(&c.Name), "group": r.text(&c.Group), "role": r.text(&c.Role),
		"depends_on": func(n *yaml.Node) {
			switch {
			case n.Kind != yaml.SequenceNode || len(n.Content) > 1:
				r.wrong(n, "want a list of at most one host")
			case len(n.Content) == 1:
				c.Host = n.Content[0].Value
				if c.Host != host {
					r.wrong(n, "unknown host %q", c.Host)
				}
			}
		},
	})
	if known := []string{"", "reading", "fetching", "webmail", "sending", "receiving", "other"}; !slices.Contains(known, c.Role) {
		r.wrong(value, "%q is no role; write %s", c.Role, strings.Join(known[1:], ", "))
	}
	r.t.Components = append(r.t.Components, c)
}

func (r *reader) known(component string) bool {
	return slices.ContainsFunc(r.t.Components, func(c Component) bool { return c.Key == component })
}

func (r *reader) canary(n *yaml.Node) {
	c := &Canary{Every: 5 * time.Minute, Retry: 30 * time.Minute}
	r.keys(n, map[string]func(*yaml.Node){
		"component": r.text(&c.Component), "every": r.span(&c.Every), "retry": r.span(&c.Retry),
	})
	if !r.known(c.Component) {
		r.wrong(n, "unknown component %q", c.Component)
	}
	r.t.Canary = c
}
