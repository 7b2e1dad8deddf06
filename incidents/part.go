package incidents

import "slices"

// Role is what a component is to users. Sentences speak of roles where all
// components of one are meant, and of components by name otherwise.
type Role string

const (
	RoleOther     Role = "other"
	RoleReading   Role = "reading"  // in a mail program, where mail stays on the server
	RoleFetching  Role = "fetching" // by a mail program, which keeps it
	RoleWebmail   Role = "webmail"
	RoleSending   Role = "sending"   // from a mail program
	RoleReceiving Role = "receiving" // mail from elsewhere
)

// Roles are all of them.
var Roles = []Role{RoleReading, RoleFetching, RoleWebmail, RoleSending, RoleReceiving, RoleOther}

// Part is a part of what a sentence speaks of: all that there is of a role, or
// one component by its name. RoleReading stands for fetching too where all of
// both are meant.
type Part struct {
	Role Role // empty for a component
	Name string
}

// parts are the components as sentences speak of them, in the page's order.
func (n *narrator) parts(keys []string) []Part {
	var parts []Part
	for _, key := range n.inOrder(keys) {
		if p := n.part(key, keys); !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
	}
	return parts
}

// part is one of keys as a sentence about all of them names it.
func (n *narrator) part(key string, keys []string) Part {
	if role := n.spoken(n.role(key), keys); role != "" {
		return Part{Role: role}
	}
	return Part{Name: n.short(key)}
}

// spoken is the role that a sentence about keys names in place of those that
// have it; empty when it must name them.
func (n *narrator) spoken(role Role, keys []string) Role {
	switch role {
	case RoleReading, RoleFetching:
		if n.whole(RoleReading, keys) && n.whole(RoleFetching, keys) {
			if n.members(RoleReading) == 0 {
				return RoleFetching
			}
			return RoleReading
		}
	case RoleWebmail, RoleSending, RoleReceiving:
		if n.whole(role, keys) {
			return role
		}
	}
	return ""
}

// whole reports whether keys hold all components of the role.
func (n *narrator) whole(role Role, keys []string) bool {
	return !slices.ContainsFunc(n.components, func(c Component) bool {
		return c.Role == role && !slices.Contains(keys, c.Key)
	})
}

func (n *narrator) members(role Role) (count int) {
	for _, c := range n.components {
		if c.Role == role {
			count++
		}
	}
	return count
}

func (n *narrator) role(key string) Role {
	if i := n.index(key); i >= 0 {
		return n.components[i].Role
	}
	return ""
}

// byRole parts keys into those that have the role and the others.
func (n *narrator) byRole(role Role, keys []string) (in, rest []string) {
	for _, key := range keys {
		if n.role(key) == role {
			in = append(in, key)
		} else {
			rest = append(rest, key)
		}
	}
	return in, rest
}
