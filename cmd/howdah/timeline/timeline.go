// Package timeline reads what happened to a mail system, and what its staff
// wrote, from a file: the input of `howdah replay`.
//
//	time_zone: Africa/Johannesburg    # of every time below
//	host: elephant
//	components:                       # in the order in which readers see them
//	  imap:     {name: "Reading mail (IMAP)", group: Mail, depends_on: [elephant]}
//	  outgoing: {name: "Sending mail (SMTP)", depends_on: []}
//	# Test messages sent from outside: one each 5 minutes. A sending server keeps
//	# what it can't deliver and tries again every 30 minutes.
//	canary: {component: incoming, every: 5m, retry: 30m}
//	until: "2005-08-04 09:00"         # left out: until the last thread is resolved
//	events:                           # oldest first
//	  - {at: "2005-08-01 17:03", host_down: elephant}
//	  - {at: "2005-08-01 18:21", host_up: elephant, how: rebooted by staff}
//	  - {at: "2005-08-02 09:00:30", down: outgoing}
//	  - {at: "2005-08-02 09:04:00", up: outgoing}
//	  - {at: "2005-08-02 11:20", maintenance: "A debugging kernel", from: "2005-08-02 12:00", to: "2005-08-02 12:20", components: [imap, pop3]}
//	  - {at: "2005-08-03 07:10", staff: investigating, text: "…", by: kim, expected_restore: "2005-08-03 08:00"}
//
// host_down and host_up are known to the second, as the end of a supervised
// process is; down and up of one component are for its checks to find out.
// role: says what a component is to users: reading, fetching, webmail, sending,
// receiving or other. Left out, the keys imap, pop3, webmail, outgoing and
// incoming have the obvious one. Whatever has no event works. staff is the state
// that the post sets; topic: says that it names the cause, a workaround or the
// fix. maintenance is planned downtime with its title, announced at the time of
// the event for the components from: one moment to: another; text: is what it
// says, by: who says it.
package timeline

import (
	"fmt"
	"strings"
	"time"
)

// Timeline is a past, or one that might have been.
type Timeline struct {
	Zone       *time.Location
	Components []Component
	Canary     *Canary // nil for no test messages
	Until      time.Time
	Events     []Event // oldest first, at least one
}

// roles are those of components that name none.
var roles = map[string]string{
	"imap": "reading", "pop3": "fetching", "webmail": "webmail", "outgoing": "sending", "incoming": "receiving",
}

// Component is what a user knows of the mail system.
type Component struct {
	Key, Name, Group, Role string
	Host                   string // that it runs on; empty for none
}

// Canary says how test messages are sent from outside.
type Canary struct {
	Component string        // that they speak for
	Every     time.Duration // from one message to the next
	Retry     time.Duration // while it can't be delivered
}

// Kind is what an event tells.
type Kind string

// What can happen.
const (
	HostDown Kind = "host_down"
	HostUp   Kind = "host_up"
	Down     Kind = "down"
	Up       Kind = "up"
	Staff    Kind = "staff"
	// Maintenance is announced, and takes place later.
	Maintenance Kind = "maintenance"
)

// Event is something that happened at one moment.
type Event struct {
	Line    int // in the file, from 1
	At      time.Time
	Kind    Kind
	Subject string // key of the host or component; the state of a post; the title of a maintenance
	How     string // how it came back
	Post    Post   // of staff
	Plan    Plan   // of a maintenance
}

// Plan is when a maintenance is to be, and of what.
type Plan struct {
	From, To   time.Time
	Components []string
}

// Post is what staff wrote. The newest open thread is the one it belongs to;
// without one, or with a Title of its own, it opens a thread.
type Post struct {
	Text, Title, By, Topic string
	Expected               time.Time // when they expect it back; zero for not said
}

// Error is one mistake in a file.
type Error struct {
	File    string
	Line    int // from 1
	Problem string
}

// Error is "file:line: what is wrong".
func (e Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem) }

// Errors are all mistakes of a file, in the order of their lines.
type Errors []Error

// Error is one line a mistake.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Hosts are the hosts that components run on, each once.
func (t *Timeline) Hosts() []string {
	var hosts []string
	seen := map[string]bool{}
	for _, c := range t.Components {
		if c.Host != "" && !seen[c.Host] {
			seen[c.Host] = true
			hosts = append(hosts, c.Host)
		}
	}
	return hosts
}

// On are the keys of the components on a host.
func (t *Timeline) On(host string) []string {
	var keys []string
	for _, c := range t.Components {
		if c.Host == host {
			keys = append(keys, c.Key)
		}
	}
	return keys
}
