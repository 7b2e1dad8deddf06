package imapd

import (
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"howdah/mailserver"
)

// view is the selected mailbox as the client knows it: a message has the
// sequence number that the client was told, until it is told another.
type view struct {
	mailbox  mailserver.Mailbox
	readOnly bool
	watch    *mailserver.Watch

	uids     []uint32 // by sequence number
	lastUID  uint32   // the highest that was ever here
	modSeq   uint64   // what happened up to here has been looked at
	gone     bool     // some of uids are no longer in the mailbox
	removed  bool     // its own session deleted the mailbox
	keywords []string // told in FLAGS

	// told holds, for messages that changed after modSeq, the mod-sequence of
	// the flags that the client has. It spares telling a client its own STORE.
	told map[uint32]uint64
}

func newView(s mailserver.Snapshot, readOnly bool) *view {
	return &view{
		mailbox:  s.Mailbox,
		readOnly: readOnly,
		uids:     s.UIDs,
		lastUID:  s.UIDNext - 1,
		modSeq:   s.HighestModSeq,
		keywords: s.Keywords,
		told:     make(map[uint32]uint64),
	}
}

// seq is the sequence number of a UID, 0 when the client does not know it.
func (v *view) seq(uid uint32) uint32 {
	i, ok := slices.BinarySearch(v.uids, uid)
	if !ok {
		return 0
	}
	return uint32(i + 1)
}

// flags are those of the mailbox, as the client is to know them.
func (v *view) flags() []imap.Flag {
	return append(systemFlags(), imapFlags(v.keywords)...)
}

// unknown returns the keywords among flags that the client was not told of.
func (v *view) unknown(flags []string) []string {
	var out []string
	for _, f := range flags {
		if !strings.HasPrefix(f, `\`) && !v.knows(f) {
			out = append(out, f)
		}
	}
	return out
}

func (v *view) knows(keyword string) bool {
	return slices.ContainsFunc(v.keywords, func(k string) bool { return strings.EqualFold(k, keyword) })
}

// sayable returns a message's flags without keywords that the client has not
// been told of, and whether these were all. Clients take a keyword that was
// not in FLAGS for an error; the poll that follows tells the rest.
func (v *view) sayable(m mailserver.Message) (flags []imap.Flag, all bool) {
	hidden := v.unknown(m.Flags)
	if len(hidden) == 0 {
		return imapFlags(m.Flags), true
	}
	known := slices.DeleteFunc(slices.Clone(m.Flags), func(f string) bool { return slices.Contains(hidden, f) })
	return imapFlags(known), false
}

// resolve returns the places in uids that a client's set means, ascending.
// Numbers that are not there are passed over.
func (v *view) resolve(set imap.NumSet) ([]int, error) {
	if imap.IsSearchRes(set) {
		return nil, bad("SEARCHRES is not offered")
	}
	n := len(v.uids)
	take := make([]bool, n)
	switch set := set.(type) {
	case imap.SeqSet:
		for _, r := range set {
			lo, hi := bounds(r.Start, r.Stop, uint32(n))
			for i := max(lo, 1); i <= min(hi, uint32(n)); i++ {
				take[i-1] = true
			}
		}
	case imap.UIDSet:
		if n == 0 {
			return nil, nil
		}
		for _, r := range set {
			lo, hi := bounds(uint32(r.Start), uint32(r.Stop), v.uids[n-1])
			for i, _ := slices.BinarySearch(v.uids, lo); i < n && v.uids[i] <= hi; i++ {
				take[i] = true
			}
		}
	}
	var at []int
	for i, t := range take {
		if t {
			at = append(at, i)
		}
	}
	return at, nil
}

// bounds orders a range in which 0 stands for "*", the last number there is.
func bounds(start, stop, last uint32) (lo, hi uint32) {
	if start == 0 {
		start = last
	}
	if stop == 0 {
		stop = last
	}
	return min(start, stop), max(start, stop)
}

func (v *view) uidsAt(at []int) []uint32 {
	out := make([]uint32, len(at))
	for i, a := range at {
		out[i] = v.uids[a]
	}
	return out
}

// contains reports whether a client's set means the message at this place.
func (v *view) contains(set imap.NumSet, place int) (bool, error) {
	if imap.IsSearchRes(set) {
		return false, bad("SEARCHRES is not offered")
	}
	n := len(v.uids)
	switch set := set.(type) {
	case imap.SeqSet:
		for _, r := range set {
			lo, hi := bounds(r.Start, r.Stop, uint32(n))
			if num := uint32(place + 1); lo <= num && num <= hi {
				return true, nil
			}
		}
	case imap.UIDSet:
		for _, r := range set {
			lo, hi := bounds(uint32(r.Start), uint32(r.Stop), v.uids[n-1])
			if num := v.uids[place]; lo <= num && num <= hi {
				return true, nil
			}
		}
	}
	return false, nil
}
