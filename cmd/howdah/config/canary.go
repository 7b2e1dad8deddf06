package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"howdah/probe"
)

// Canary is a numbered test message that is sent again and again, looked for in
// a mailbox, and removed from there.
type Canary struct {
	Key                string   // unique among checks too; what is known of its past hangs on it
	Component          string   // key of the component that it speaks for
	Submit             string   // as probe.ParseTarget reads it: SMTP or LMTP, with a recipient
	SubmitPasswordFile string   // empty when Submit names no user
	Seen               []string // as probe.ParseTarget reads it: the mailbox by IMAP, by POP3 or by both
	PasswordFile       string   // of the mailbox
	Every              time.Duration
	Overdue            time.Duration // that a message may take
	Retry              time.Duration // for which one waits that was refused
}

const (
	canaryEvery   = 5 * time.Minute
	canaryRetry   = time.Minute
	overdueHere   = 10 * time.Minute // when all of the way is on this machine
	overdueBeyond = 30 * time.Minute
)

func (k *Canary) tree() object {
	return object{
		{"key", "what its past hangs on; left out: the component's, with -canary behind it", text(&k.Key)},
		{"component", "key of the component that it speaks for", text(&k.Component)},
		{"submit", "scheme://user@host:port?from=address&rcpt=address, by SMTP or LMTP", text(&k.Submit)},
		{"submit_password_file", "file whose first line is the password of the user in submit", text(&k.SubmitPasswordFile)},
		{"seen", "the recipient's mailbox by IMAP, by POP3 or by both", texts(&k.Seen)},
		{"password_file", "file whose first line is the mailbox's password", text(&k.PasswordFile)},
		{"every", "time from one message to the next", positive(&k.Every)},
		{"overdue", "time that a message may take", positive(&k.Overdue)},
		{"retry", "time for which one waits that was refused", positive(&k.Retry)},
	}
}

// fillCanaries gives canaries their keys and what else was left out of them.
func (c *Config) fillCanaries() {
	taken := map[string]bool{}
	for _, k := range c.Checks {
		taken[k.Key] = true
	}
	for _, k := range c.Canaries {
		taken[k.Key] = true
	}
	for i := range c.Canaries {
		k := &c.Canaries[i]
		if k.Key == "" && k.Component != "" {
			k.Key = k.Component + "-canary"
			for n := 2; taken[k.Key]; n++ {
				k.Key = fmt.Sprintf("%s-canary-%d", k.Component, n)
			}
			taken[k.Key] = true
		}
		if k.Every == 0 {
			k.Every = canaryEvery
		}
		if k.Retry == 0 {
			k.Retry = canaryRetry
		}
		if k.Overdue == 0 {
			k.Overdue = overdueBeyond
			if here(append(slices.Clone(k.Seen), k.Submit)) {
				k.Overdue = overdueHere
			}
		}
	}
}

// here reports whether all targets are on this machine.
func here(targets []string) bool {
	return !slices.ContainsFunc(targets, func(s string) bool {
		t, err := probe.ParseTarget(s)
		return err != nil || !t.Near()
	})
}

// addCanary adds the canary of the bundled server's way in, to the probe's
// account.
func (c *Config) addCanary(component string) {
	k := Canary{Component: component, PasswordFile: filepath.Join(c.Data, probePasswordFile)}
	for _, check := range c.Checks {
		t, err := probe.ParseTarget(check.Target)
		switch {
		case err != nil:
		case check.Component == component:
			t.Sender = t.Recipient
			k.Submit = t.String()
		case isMailbox(t):
			k.Seen = append(k.Seen, check.Target)
		}
	}
	if k.Submit != "" && len(k.Seen) > 0 {
		c.Canaries = append(c.Canaries, k)
	}
}

// isMailbox reports whether a target shows a mailbox.
func isMailbox(t probe.Target) bool {
	return slices.Contains([]string{"imap", "imaps", "pop3", "pop3s"}, t.Scheme)
}

func (c Config) validateCanaries(wrong report) {
	first := map[string]string{}
	for i, k := range c.Checks {
		first[k.Key] = fmt.Sprintf("checks[%d]", i)
	}
	var components []string
	for _, p := range c.Components {
		components = append(components, p.Key)
	}
	for i, k := range c.Canaries {
		at := fmt.Sprintf("canaries[%d]", i)
		switch {
		case k.Component == "":
			wrong(at+".component", "is missing", oneOf("", components, "add it to components"))
		case !slices.Contains(components, k.Component):
			wrong(at+".component", fmt.Sprintf("there is no component %q", k.Component), oneOf(k.Component, components, "add it to components"))
		case !componentKey.MatchString(k.Key):
			wrong(at+".key", fmt.Sprintf("%q is no key for a canary", k.Key), "use lower-case letters, digits, hyphens and underscores, at most 64")
		}
		if other, twice := first[k.Key]; twice && k.Key != "" {
			wrong(at+".key", fmt.Sprintf("%q is the key of %s too", k.Key, other), "give each a key of its own, or none")
		}
		first[k.Key] = at
		k.validateSubmit(at, wrong)
		k.validateSeen(at, wrong)
		for _, d := range []struct {
			key  string
			time time.Duration
		}{{".every", k.Every}, {".overdue", k.Overdue}, {".retry", k.Retry}} {
			if d.time < time.Second {
				wrong(at+d.key, fmt.Sprintf("is %v", d.time), "write 1s or more")
			}
		}
	}
}

func (k Canary) validateSubmit(at string, wrong report) {
	const hint = `write a URL such as "smtp://mail.example.edu?from=canary@example.edu&rcpt=probe@example.edu"`
	if k.Submit == "" {
		wrong(at+".submit", "is missing", hint)
		return
	}
	t, err := probe.ParseTarget(k.Submit)
	switch {
	case err != nil:
		wrong(at+".submit", err.Error(), hint)
	case !slices.Contains([]string{"smtp", "submission", "smtps", "lmtp", "lmtp+unix"}, t.Scheme):
		wrong(at+".submit", fmt.Sprintf("nothing can be submitted by %s", t.Scheme), "use smtp, submission, smtps, lmtp or lmtp+unix")
	case t.Recipient == "":
		wrong(at+".submit", "names no recipient", "add ?rcpt= and the address of the mailbox that is looked at")
	case t.Data:
		wrong(at+".submit", "has the option data, and a canary is a message anyway", "leave it out")
	case t.User != "" && k.SubmitPasswordFile == "":
		wrong(at+".submit_password_file", fmt.Sprintf("is missing, and submit names the user %q", t.User), "name a file whose first line is the password, or leave the user out")
	case t.User == "" && k.SubmitPasswordFile != "":
		wrong(at+".submit_password_file", "is of no use, because submit names no user", "write submit as scheme://user@host:port")
	}
}

func (k Canary) validateSeen(at string, wrong report) {
	const hint = `write URLs such as "imap://probe@mail.example.edu" and "pop3://probe@mail.example.edu"`
	if len(k.Seen) == 0 {
		wrong(at+".seen", "is missing", hint)
		return
	}
	first := map[string]int{}
	for i, s := range k.Seen {
		key := fmt.Sprintf("%s.seen[%d]", at, i)
		t, err := probe.ParseTarget(s)
		if err != nil {
			wrong(key, err.Error(), hint)
			continue
		}
		protocol := strings.TrimSuffix(t.Scheme, "s")
		switch j, twice := first[protocol]; {
		case !isMailbox(t):
			wrong(key, fmt.Sprintf("no mailbox can be seen by %s", t.Scheme), "use imap, imaps, pop3 or pop3s")
		case t.User == "":
			wrong(key, "names no user", "write it as scheme://user@host:port")
		case t.Folder != "" || t.Idle || t.Retrieve:
			wrong(key, "asks for more than to look", "leave out append, idle and retr")
		case twice:
			wrong(key, fmt.Sprintf("is by %s as seen[%d] is", protocol, j), "name one by IMAP, one by POP3, or one of each")
		default:
			first[protocol] = i
		}
	}
	if k.PasswordFile == "" {
		wrong(at+".password_file", "is missing", "name a file whose first line is the mailbox's password")
	}
}
