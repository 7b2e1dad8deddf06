package config

import (
	"fmt"
	"slices"
)

func (c Config) validateDependsOn(i int, wrong report) {
	hosts, components := 0, 0
	for j, on := range c.Components[i].DependsOn {
		key := fmt.Sprintf("components[%d].depends_on[%d]", i, j)
		switch {
		case slices.Contains(c.hosts(), on):
			if hosts++; hosts > 1 {
				wrong(key, "is a second host", "name the one host that the component runs on")
			}
		case c.component(on) != nil:
			if components++; components > 1 {
				wrong(key, "is a second component", "name the one component that this one needs")
			} else if c.needs(on, c.Components[i].Key) {
				wrong(key, fmt.Sprintf("%q depends on %q in turn", on, c.Components[i].Key), "let one of them go without the other")
			}
		default:
			wrong(key, fmt.Sprintf("there is no host %q", on), oneOf(on, c.hosts(), "add it to hosts"))
		}
	}
}

func (c Config) component(key string) *Component {
	for i := range c.Components {
		if c.Components[i].Key == key {
			return &c.Components[i]
		}
	}
	return nil
}

// needs reports whether a component is the other, or needs it.
func (c Config) needs(key, other string) bool {
	for range c.Components {
		if key == other {
			return true
		}
		p := c.component(key)
		if p == nil {
			break
		}
		key = c.Parent(*p)
	}
	return false
}

// HostOf is the key of the host that the component runs on, empty for none.
func (c Config) HostOf(p Component) string {
	i := slices.IndexFunc(p.DependsOn, func(on string) bool { return slices.Contains(c.hosts(), on) })
	if i < 0 {
		return ""
	}
	return p.DependsOn[i]
}

// Parent is the key of the component that this one needs, empty for none.
func (c Config) Parent(p Component) string {
	i := slices.IndexFunc(p.DependsOn, func(on string) bool { return c.component(on) != nil })
	if i < 0 {
		return ""
	}
	return p.DependsOn[i]
}

// Domain is what outages of the component are of: its host, or that of what it
// needs, or else what it needs, and at last itself.
func (c Config) Domain(p Component) string {
	for range c.Components {
		if host := c.HostOf(p); host != "" {
			return host
		}
		parent := c.component(c.Parent(p))
		if parent == nil {
			break
		}
		p = *parent
	}
	return p.Key
}
