package probe

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// seek finds a message by its ID, which it alone has.
func (d *drawer) seek(m message) (string, error) {
	uids, err := d.search("HEADER Message-ID " + quote(m.id))
	if err != nil {
		return "", err
	}
	if len(uids) != 1 {
		return "", &fault{"missing", fmt.Sprintf("the message is in the folder %d times", len(uids))}
	}
	return uids[0], nil
}

// note takes what the server says of how much is in the folder.
func (d *drawer) note(line string) {
	number, what, _ := strings.Cut(line, " ")
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || n < 0 {
		return
	}
	switch strings.ToUpper(what) {
	case "EXISTS":
		d.exists = int(n)
	case "EXPUNGE":
		d.exists = max(d.exists-1, 0)
	}
}

var isUID = regexp.MustCompile(`^[1-9][0-9]{0,9}$`)

// search lists the UIDs of messages that fit the criteria, among the newest 500
// of the folder.
func (d *drawer) search(criteria string) ([]string, error) {
	// Whoever appends learns of it by the next command at the latest.
	if err := d.ask("NOOP", "", d.note); err != nil || d.exists == 0 {
		return nil, err
	}
	var uids []string
	command := fmt.Sprintf("UID SEARCH %d:%d %s", max(d.exists-maxSearched+1, 1), d.exists, criteria)
	err := d.ask(command, "", func(line string) {
		d.note(line)
		uids = append(uids, searched(line)...)
	})
	return uids, err
}

var ofUID = regexp.MustCompile(`(?i)^[0-9]+ FETCH \(.*\bUID ([0-9]+)`)

// read asks for one item of the messages, and gives each text that comes of it
// to each.
func (d *drawer) read(uids []string, item string, each func(uid, text string)) error {
	tag := d.nextTag()
	command := tag + " UID FETCH " + strings.Join(uids, ",") + " (UID " + item + ")"
	if err := d.send(command, command); err != nil {
		return err
	}
	for {
		line, literals, err := d.responseKeeping(maxOwnText)
		if err != nil {
			return err
		}
		rest, untagged := strings.CutPrefix(line, "* ")
		if !untagged {
			return d.judge(tag, line)
		}
		if err := goodbye(rest); err != nil {
			return err
		}
		d.note(rest)
		if uid := ofUID.FindStringSubmatch(rest); uid != nil && len(literals) == 1 {
			each(uid[1], string(literals[0]))
		}
	}
}

// compare fetches a message and wants it to be as it was sent.
func (d *drawer) compare(uid string, m message) error {
	same, came := false, false
	err := d.read([]string{uid}, "BODY.PEEK[]", func(of, text string) {
		if of == uid {
			same, came = text == m.text, true
		}
	})
	switch {
	case err != nil:
		return err
	case !came:
		return &fault{"missing", "the server gives no text of the message"}
	case !same:
		return &fault{"mismatch", "the message is not as it was sent"}
	}
	return nil
}

var madeAt = regexp.MustCompile(`(?i)` + ownHeader + `: ([0-9]{1,12})`)

// stale lists messages of runs that were cut short.
func (d *drawer) stale() ([]string, error) {
	uids, err := d.search("HEADER " + ownHeader + ` ""`)
	if err != nil || len(uids) == 0 {
		return nil, err
	}
	before := time.Now().Add(-max(leftAfter, 2*d.budget()))
	var old []string
	err = d.read(uids[:min(len(uids), maxLeft)], "BODY.PEEK[HEADER.FIELDS ("+ownHeader+")]", func(uid, text string) {
		made := madeAt.FindStringSubmatch(text)
		if made == nil {
			return
		}
		seconds, _ := strconv.ParseInt(made[1], 10, 64)
		if time.Unix(seconds, 0).Before(before) && slices.Contains(uids, uid) {
			old = append(old, uid)
		}
	})
	return old, err
}
