package imapd

import (
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"howdah/mailserver"
)

const delimiter = '/'

// listed is a name that LIST may answer with: a mailbox, or a subscription
// without one.
type listed struct {
	mailserver.Mailbox
	exists          bool
	children        bool
	subscribedBelow bool
}

// List answers LIST with the options of RFC 5258, and LSUB. Special uses are
// told unasked, because some clients never ask and make their own "Sent".
func (s *session) List(w *imapserver.ListWriter, ref string, patterns []string, options *imap.ListOptions) error {
	if len(patterns) == 0 { // LIST "" "" asks for the delimiter
		return w.WriteList(&imap.ListData{Attrs: []imap.MailboxAttr{imap.MailboxAttrNoSelect}, Delim: delimiter})
	}
	names, err := s.listable()
	if err != nil {
		return s.refuse("list mailboxes", err)
	}
	for i := range patterns {
		patterns[i] = ref + patterns[i]
	}
	for _, l := range names {
		if !slices.ContainsFunc(patterns, func(p string) bool { return matchName(l.Name, p) }) || !l.selected(options) {
			continue
		}
		data := l.data(options)
		if options.ReturnStatus != nil && l.exists {
			if data.Status, err = s.status(l.Name); err != nil {
				continue // removed just now
			}
		}
		if err := w.WriteList(data); err != nil {
			return err
		}
	}
	return nil
}

// listable returns all names in order, INBOX first.
func (s *session) listable() ([]listed, error) {
	mailboxes, err := s.svc.Mailboxes(s.ctx, s.account)
	if err != nil {
		return nil, err
	}
	subscriptions, err := s.svc.Subscriptions(s.ctx, s.account)
	if err != nil {
		return nil, err
	}
	at := make(map[string]int)
	var names []listed
	for _, m := range mailboxes {
		at[m.Name] = len(names)
		names = append(names, listed{Mailbox: m, exists: true})
	}
	for _, name := range subscriptions {
		if _, there := at[name]; !there {
			at[name] = len(names)
			names = append(names, listed{Mailbox: mailserver.Mailbox{Name: name, Subscribed: true}})
		}
	}
	for _, l := range names {
		for up := parent(l.Name); up != ""; up = parent(up) {
			if i, there := at[up]; there {
				names[i].children = names[i].children || l.exists
				names[i].subscribedBelow = names[i].subscribedBelow || l.Subscribed
			}
		}
	}
	slices.SortFunc(names, func(a, b listed) int {
		if (a.Name == mailserver.Inbox) != (b.Name == mailserver.Inbox) {
			if a.Name == mailserver.Inbox {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return names, nil
}

func parent(name string) string {
	i := strings.LastIndexByte(name, delimiter)
	return name[:max(i, 0)]
}

func (l listed) selected(o *imap.ListOptions) bool {
	switch {
	case o.SelectSubscribed && !l.Subscribed && !(o.SelectRecursiveMatch && l.subscribedBelow):
		return false
	case o.SelectSpecialUse && l.SpecialUse == "":
		return false
	default:
		return l.exists || o.SelectSubscribed
	}
}

func (l listed) data(o *imap.ListOptions) *imap.ListData {
	d := &imap.ListData{Mailbox: l.Name, Delim: delimiter}
	if !l.exists {
		d.Attrs = append(d.Attrs, imap.MailboxAttrNonExistent)
	}
	if l.children {
		d.Attrs = append(d.Attrs, imap.MailboxAttrHasChildren)
	} else {
		d.Attrs = append(d.Attrs, imap.MailboxAttrHasNoChildren)
	}
	if l.SpecialUse != "" {
		d.Attrs = append(d.Attrs, imap.MailboxAttr(l.SpecialUse))
	}
	if l.Subscribed && (o.ReturnSubscribed || o.SelectSubscribed) {
		d.Attrs = append(d.Attrs, imap.MailboxAttrSubscribed)
	}
	if o.SelectRecursiveMatch && l.subscribedBelow {
		d.ChildInfo = &imap.ListDataChildInfo{Subscribed: true}
	}
	return d
}

// matchName matches a name against a pattern in which "*" stands for anything
// and "%" for anything without a delimiter. Its time grows with the product of
// the lengths, whatever the pattern: backing up over the last "*" only is not
// enough with "%", so the set of reachable places is kept.
func matchName(name, pattern string) bool {
	if first, rest, _ := strings.Cut(pattern, "/"); strings.EqualFold(first, mailserver.Inbox) {
		pattern = mailserver.Inbox + pattern[len(pattern)-len(rest)-min(1, len(pattern)-len(first)):]
	}
	reach := make([]bool, len(name)+1) // reach[i]: the pattern so far matches name[:i]
	reach[0] = true
	for i := range len(pattern) {
		switch c := pattern[i]; c {
		case '*', '%':
			for j := 1; j <= len(name); j++ {
				reach[j] = reach[j] || reach[j-1] && (c == '*' || name[j-1] != delimiter)
			}
		default:
			for j := len(name); j > 0; j-- {
				reach[j] = reach[j-1] && name[j-1] == c
			}
			reach[0] = false
		}
	}
	return reach[len(name)]
}
