package timeline

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

func (r *reader) event(n *yaml.Node) {
	e := Event{Line: n.Line}
	var kinds []Kind
	take := map[string]func(*yaml.Node){
		"at": r.clock(&e.At), "how": r.text(&e.How),
		"text": r.text(&e.Post.Text), "title": r.text(&e.Post.Title), "by": r.text(&e.Post.By),
		"topic": r.text(&e.Post.Topic), "expected_restore": r.clock(&e.Post.Expected),
		"from": r.clock(&e.Plan.From), "to": r.clock(&e.Plan.To), "components": r.keysOf(&e.Plan.Components),
	}
	for _, k := range []Kind{HostDown, HostUp, Down, Up, Staff, Maintenance} {
		take[string(k)] = func(v *yaml.Node) {
			kinds = append(kinds, k)
			e.Kind = k
			r.text(&e.Subject)(v)
		}
	}
	before := len(r.errors)
	r.keys(n, take)
	if len(r.errors) > before {
		return
	}
	switch {
	case e.At.IsZero():
		r.wrong(n, "an event needs its moment: at")
	case len(kinds) != 1:
		r.wrong(n, "an event needs one of host_down, host_up, down, up, staff and maintenance")
	case e.Kind == Maintenance:
		r.maintenance(n, e)
	case !e.Plan.From.IsZero() || !e.Plan.To.IsZero() || e.Plan.Components != nil:
		r.wrong(n, "from, to and components belong to maintenance")
	case e.Kind == Staff && e.Post.Text == "":
		r.wrong(n, "a post by staff needs a text")
	case e.Kind != Staff && e.Post != Post{}:
		r.wrong(n, "text, title, by, topic and expected_restore belong to posts by staff")
	case (e.Kind == HostDown || e.Kind == HostUp) && !slices.Contains(r.t.Hosts(), e.Subject):
		r.wrong(n, "no component runs on a host %q", e.Subject)
	case (e.Kind == Down || e.Kind == Up) && !r.known(e.Subject):
		r.wrong(n, "unknown component %q", e.Subject)
	case e.Kind == Staff && !slices.Contains([]string{"investigating", "identified", "monitoring", "resolved"}, e.Subject):
		r.wrong(n, "%q is no state; write investigating, identified, monitoring or resolved", e.Subject)
	case e.How != "" && e.Kind != HostUp && e.Kind != Up:
		r.wrong(n, "how says how something came back")
	default:
		r.t.Events = append(r.t.Events, e)
	}
}

func (r *reader) maintenance(n *yaml.Node, e Event) {
	p := e.Plan
	switch {
	case e.Subject == "":
		r.wrong(n, "a maintenance needs a title")
	case p.From.IsZero() || p.To.IsZero():
		r.wrong(n, "a maintenance needs its times: from and to")
	case !p.To.After(p.From):
		r.wrong(n, "the maintenance ends before it begins")
	case !p.To.After(e.At):
		r.wrong(n, "the maintenance is announced when it is over")
	case len(p.Components) == 0:
		r.wrong(n, "a maintenance needs its components")
	case e.Post != Post{Text: e.Post.Text, By: e.Post.By} || e.How != "":
		r.wrong(n, "of a post, a maintenance has text and by only")
	default:
		r.t.Events = append(r.t.Events, e)
	}
}

// keysOf is a way to take a list of components.
func (r *reader) keysOf(to *[]string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.SequenceNode {
			r.wrong(n, "want a list of components")
			return
		}
		for _, c := range n.Content {
			if !r.known(c.Value) {
				r.wrong(c, "unknown component %q", c.Value)
			}
			*to = append(*to, c.Value)
		}
	}
}

// order refuses events that run backwards, and what goes down or comes back
// twice.
func (r *reader) order() {
	down := map[string]int{} // line by what went down
	for i, e := range r.t.Events {
		at := &yaml.Node{Line: e.Line}
		if i > 0 && e.At.Before(r.t.Events[i-1].At) {
			r.wrong(at, "this is before the event in line %d; write the oldest first", r.t.Events[i-1].Line)
		}
		what := "component " + e.Subject
		switch e.Kind {
		case Staff, Maintenance:
			continue
		case HostDown, HostUp:
			what = "host " + e.Subject
		}
		line, is := down[what]
		switch goes := e.Kind == HostDown || e.Kind == Down; {
		case goes && is:
			r.wrong(at, "%s is down already, since line %d", what, line)
		case goes:
			down[what] = e.Line
		case !is:
			r.wrong(at, "%s comes back without having gone down", what)
		default:
			delete(down, what)
		}
	}
}
