package config

import (
	"fmt"
	"slices"
	"strings"

	"howdah/probe"
)

func (c Config) validateHosts(wrong report) {
	first := map[string]int{}
	for i, h := range c.Hosts {
		key := fmt.Sprintf("hosts[%d].key", i)
		if problem, hint := hostKey(h.Key); problem != "" {
			wrong(key, problem, hint)
			continue
		}
		if j, twice := first[h.Key]; twice {
			wrong(key, fmt.Sprintf("%q is the key of hosts[%d] too", h.Key, j), "give each a key of its own")
			continue
		}
		first[h.Key] = i
	}
}

// hosts are the keys that depends_on can name.
func (c Config) hosts() []string {
	var keys []string
	if !c.Mailserver.Off {
		keys = append(keys, c.Mailserver.Host)
	}
	for _, h := range c.Hosts {
		if c.Mailserver.Off || h.Key != c.Mailserver.Host {
			keys = append(keys, h.Key)
		}
	}
	return keys
}

func (c Config) validateComponents(wrong report) {
	first := map[string]int{}
	for i, p := range c.Components {
		key := fmt.Sprintf("components[%d].key", i)
		switch j, twice := first[p.Key]; {
		case p.Key == "":
			wrong(key, "is missing", "name the component; its key is part of URLs")
		case !componentKey.MatchString(p.Key):
			wrong(key, fmt.Sprintf("%q is no key for a component", p.Key), "use lower-case letters, digits and hyphens, at most 64")
		case twice:
			wrong(key, fmt.Sprintf("%q is the key of components[%d] too", p.Key, j), "give each a key of its own")
		case slices.Contains(c.hosts(), p.Key):
			wrong(key, fmt.Sprintf("%q is the key of a host too", p.Key), "give the component another key")
		default:
			first[p.Key] = i
		}
		c.validateDependsOn(i, wrong)
	}
}

func (c Config) validateChecks(wrong report) {
	var components []string
	for _, p := range c.Components {
		components = append(components, p.Key)
	}
	first := map[string]int{}
	for i, k := range c.Checks {
		at := fmt.Sprintf("checks[%d]", i)
		switch {
		case k.Component == "":
			wrong(at+".component", "is missing", oneOf("", components, "add it to components"))
		case !slices.Contains(components, k.Component):
			wrong(at+".component", fmt.Sprintf("there is no component %q", k.Component), oneOf(k.Component, components, "add it to components"))
		case !componentKey.MatchString(k.Key):
			wrong(at+".key", fmt.Sprintf("%q is no key for a check", k.Key), "use lower-case letters, digits and hyphens, at most 64")
		}
		if j, twice := first[k.Key]; twice && k.Key != "" {
			wrong(at+".key", fmt.Sprintf("%q is the key of checks[%d] too", k.Key, j), "give each a key of its own, or none")
		}
		first[k.Key] = i
		k.validateTarget(at, wrong)
		if k.awaited() != "" {
			k.validatePush(at, wrong)
			continue
		}
		c.validatePace(at, k, wrong)
	}
	c.validatePushNames(wrong)
}

func (k Check) validateTarget(at string, wrong report) {
	if k.Target == "" {
		wrong(at+".target", "is missing", `write a URL such as "imap://probe@mail.example.edu"`)
		return
	}
	t, err := probe.ParseTarget(k.Target)
	switch {
	case err != nil:
		wrong(at+".target", err.Error(), "")
	case t.Scheme == "push":
	case t.Scheme == "exec" && k.PasswordFile != "":
		wrong(at+".password_file", "is of no use, because a program is given no secret", "name a file among its arguments that the program itself reads")
	case t.User != "" && k.PasswordFile == "":
		wrong(at+".password_file", fmt.Sprintf("is missing, and the target names the user %q", t.User), "name a file whose first line is the password, or leave the user out")
	case t.User == "" && k.PasswordFile != "":
		wrong(at+".password_file", "is of no use, because the target names no user", "write the target as scheme://user@host:port")
	}
}

func (c Config) validatePace(at string, k Check, wrong report) {
	if k.Schedule != "" && !k.validateSchedule(at, wrong) {
		return
	}
	if k.Timeout >= k.Every {
		wrong(at+".timeout", fmt.Sprintf("is %v, and the check runs every %v", k.Timeout, k.Every), "write a timeout below every")
	}
	budget := c.Detection.budget()
	if budget < k.Every {
		return
	}
	if usual := Default().Detection.budget(); budget == usual {
		wrong(at+".every", fmt.Sprintf("is %v, and to confirm a failure takes up to %v", k.Every, budget),
			"write a longer every, or less in detection.confirm and detection.confirm_timeout")
		return
	}
	wrong("detection.confirm", fmt.Sprintf("takes up to %v with detection.confirm_timeout, and %s runs every %v", budget, at, k.Every),
		"write less, or a longer every")
}

// oneOf says which names there are, or the one that word was meant to be.
func oneOf(word string, names []string, otherwise string) string {
	if near := nearest(word, names); near != "" && word != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(names) == 0 {
		return otherwise
	}
	return "known are " + strings.Join(names, ", ") + "; or " + otherwise
}
