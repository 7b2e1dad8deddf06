package probe

import (
	"slices"
	"strings"
)

// expunge deletes messages for good in the mailbox that is open; untagged is as
// in ask. Without UIDPLUS (RFC 4315) that would take with it what others have
// marked as deleted: then it only marks its own too, and reports that others
// were spared.
func (s *imap) expunge(uids []string, untagged func(string)) (spared bool, err error) {
	set := strings.Join(uids, ",")
	if err := s.ask("UID STORE "+set+` +FLAGS.SILENT (\Deleted)`, "", untagged); err != nil {
		return false, err
	}
	if s.caps["UIDPLUS"] {
		return false, s.ask("UID EXPUNGE "+set, "", untagged)
	}
	err = s.ask("UID SEARCH DELETED NOT UID "+set, "", func(line string) {
		untagged(line)
		others := func(uid string) bool { return !slices.Contains(uids, uid) }
		spared = spared || slices.ContainsFunc(searched(line), others)
	})
	if err != nil || spared {
		return spared, err
	}
	return false, s.ask("EXPUNGE", "", untagged)
}

// searched are the UIDs that an untagged response to UID SEARCH lists; none for
// another response.
func searched(untagged string) []string {
	name, list, _ := strings.Cut(untagged, " ")
	if !strings.EqualFold(name, "SEARCH") {
		return nil
	}
	return slices.DeleteFunc(strings.Fields(list), func(uid string) bool { return !isUID.MatchString(uid) })
}
