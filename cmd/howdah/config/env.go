package config

import (
	"fmt"
	"os"
	"sort"
	"strings"
)

const envPrefix = "HOWDAH_"

// environment lays variables over what the tree leads to. A variable that is
// near to one of ours is a mistake; others with our prefix may be another
// program's, such as those that Kubernetes sets for a service of our name.
func (d *decoder) environment(env []string, root object) {
	set := map[string]string{}
	for _, entry := range env {
		if name, value, ok := strings.Cut(entry, "="); ok && strings.HasPrefix(name, envPrefix) {
			set[name] = value
		}
	}
	delete(set, envPrefix+"CONFIG")
	var known []string
	d.variables(set, "", root, &known)
	for _, name := range sorted(set) {
		if near := nearest(name, known); near != "" && distance(name, near) <= 2 {
			d.blame(name, "unknown variable", fmt.Sprintf("did you mean %s?", near))
		}
	}
}

// variables takes what is known out of set.
func (d *decoder) variables(set map[string]string, key string, to node, known *[]string) {
	name := envPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
	switch to := to.(type) {
	case object:
		for _, f := range to {
			d.variables(set, join(key, f.key), f.node, known)
		}
	case *section:
		*known = append(*known, name)
		if value, ok := set[name]; ok {
			delete(set, name)
			if off(value) {
				*to.off = true
			} else {
				d.blame(name, fmt.Sprintf("%q is none of the choices", value), "write off, or leave it out")
			}
		}
		d.variables(set, key, to.object, known)
	case *list:
		*known = append(*known, name)
		if _, ok := set[name]; ok {
			delete(set, name)
			d.blame(name, "a list cannot be set by the environment", "write it to the configuration file as "+key)
		}
	case *scalar:
		*known = append(*known, name, name+"_FILE")
		d.variable(set, key, name, to)
	}
}

func (d *decoder) variable(set map[string]string, key, name string, to *scalar) {
	value, direct := set[name]
	file, byFile := set[name+"_FILE"]
	delete(set, name)
	delete(set, name+"_FILE")
	switch {
	case direct && byFile:
		d.blame(name, "is set, and "+name+"_FILE is too", "keep one of the two")
		return
	case byFile:
		text, err := os.ReadFile(file)
		if err != nil {
			d.blame(name+"_FILE", err.Error(), "name a file that can be read")
			return
		}
		value = strings.TrimRight(string(text), "\r\n")
		name += "_FILE"
	case !direct:
		return
	}
	d.at[key] = place{variable: name}
	if problem, hint := to.set(value); problem != "" {
		d.blame(name, problem, hint)
		d.broken[key] = true
	}
}

// blame is wrong for a variable instead of a line.
func (d *decoder) blame(variable, problem, hint string) {
	d.found = append(d.found, Error{Key: variable, Problem: problem, Hint: hint})
}

func sorted(set map[string]string) []string {
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
