package config

import (
	"slices"
	"strings"
)

// What Component.Role can be: what a component is to users, so that notices
// can speak of reading mail instead of naming servers.
const (
	Reading   = "reading"
	Fetching  = "fetching"
	Webmail   = "webmail"
	Sending   = "sending"
	Receiving = "receiving"
	Other     = "other"
)

// roles are all of them.
var roles = []string{Reading, Fetching, Webmail, Sending, Receiving, Other}

// guessRole is what the component is by what its checks ask and whether test
// messages go its way: Other when they say nothing, or different things.
func (c *Config) guessRole(component string) string {
	var found []string
	note := func(role string) {
		if role != "" && !slices.Contains(found, role) {
			found = append(found, role)
		}
	}
	for _, k := range c.Checks {
		if k.Component == component {
			note(roleOf(k.Target))
		}
	}
	for _, k := range c.Canaries {
		if k.Component == component {
			note(Receiving)
		}
	}
	if len(found) != 1 {
		return Other
	}
	return found[0]
}

// roleOf is what a check of the target asks for; empty when it may be
// anything.
func roleOf(target string) string {
	scheme, rest, _ := strings.Cut(target, "://")
	switch strings.ToLower(scheme) {
	case "imap", "imaps":
		return Reading
	case "pop3", "pop3s":
		return Fetching
	case "submission", "smtps":
		return Sending
	case "lmtp", "lmtp+unix":
		return Receiving
	case "smtp":
		// Who logs in wants to send, and who asks for a recipient to be taken
		// comes from elsewhere.
		switch before, query, _ := strings.Cut(rest, "?"); {
		case strings.Contains(before, "@"):
			return Sending
		case strings.Contains("&"+query, "&rcpt="):
			return Receiving
		}
	}
	for _, login := range []string{"webmail+", "roundcube+", "horde+"} {
		if strings.HasPrefix(strings.ToLower(scheme), login) {
			return Webmail
		}
	}
	return ""
}
