package probe

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"net/mail"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// canaryHeader holds the ID. Message-ID does too, but servers rewrite that.
	canaryHeader = "X-Howdah-Canary"
	// maxCanary is how much of a message is read: ours has some 600 bytes before
	// servers put their stamps on it.
	maxCanary = 8 << 10
	maxHops   = 20
	maxHopBy  = 100
	// stampSlack is what a stamp may be off: it has whole seconds, cut off.
	stampSlack = 2 * time.Second
)

// newOwner begins the IDs of one sender's messages, so that two that share a
// mailbox leave each other's alone.
func newOwner() string { return strings.ToLower(rand.Text()[:13]) }

// canaryID cannot be guessed from the IDs before it.
func canaryID(owner string, number int64) string {
	return fmt.Sprintf("%s-%d-%s", owner, number, strings.ToLower(rand.Text()[:16]))
}

// ownerOf is the owner in an ID; empty when it is none of ours.
func ownerOf(id string) string {
	owner, rest, ok := strings.Cut(id, "-")
	number, token, more := strings.Cut(rest, "-")
	if _, err := strconv.ParseInt(number, 10, 64); !ok || !more || err != nil || len(token) != 16 {
		return ""
	}
	return owner
}

// canaryText is the whole message, its lines ended by CRLF.
func canaryText(c Canary, from, to string) string {
	if from == "" {
		from = to // every message has an author, also when its envelope has none
	}
	_, domain, _ := strings.Cut(from, "@")
	return strings.Join([]string{
		"From: <" + from + ">",
		"To: <" + to + ">",
		fmt.Sprintf("Subject: Test message %d", c.Number),
		"Date: " + c.SubmittedAt.Format(time.RFC1123Z),
		"Message-ID: <" + c.ID + "@" + domain + ">",
		"Auto-Submitted: auto-generated",
		canaryHeader + ": " + c.ID,
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=us-ascii",
		"",
		canaryBody(c.ID, c.Number),
	}, "\r\n")
}

// canaryBody is what must arrive as it was sent. One of its lines begins with a
// dot, because a server that forgets RFC 5321, section 4.5.2, changes those.
func canaryBody(id string, number int64) string {
	return strings.Join([]string{
		fmt.Sprintf("This is test message %d. It shows that mail arrives, and is removed by", number),
		"the program that sent it.",
		"",
		"." + id,
		"",
	}, "\r\n")
}

// sighting is a message of ours in the mailbox.
type sighting struct {
	id     string
	intact bool      // its body is as it was sent
	dated  time.Time // the mailbox's own date; zero when it gives none
	hops   []Hop     // not judged yet, the first server first
}

var errForeign = errors.New("not one of our messages")

// readCanary reads a message, or its beginning. What does not carry an ID of
// the owner is errForeign.
func readCanary(text []byte, owner string) (sighting, error) {
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(text)))
	head, err := r.ReadMIMEHeader()
	if err != nil {
		return sighting{}, errForeign
	}
	id := strings.TrimSpace(head.Get(canaryHeader))
	if owner == "" || ownerOf(id) != owner {
		return sighting{}, errForeign
	}
	var number int64
	if _, err := fmt.Sscanf(id, owner+"-%d-", &number); err != nil {
		return sighting{}, errForeign
	}
	_, body, _ := bytes.Cut(text, []byte("\r\n\r\n"))
	s := sighting{id: id, intact: strings.TrimRight(string(body), "\r\n") == strings.TrimRight(canaryBody(id, number), "\r\n")}
	stamps := head.Values("Received")
	for _, stamp := range stamps[:min(len(stamps), maxHops)] {
		if h, ok := parseStamp(stamp); ok {
			s.hops = append(s.hops, h)
		}
	}
	slices.Reverse(s.hops) // the newest stamp is on top
	return s, nil
}

var stampedBy = regexp.MustCompile(`(?:^|\s)by\s+([^\s;()]+)`)

// parseStamp reads a Received field (RFC 5321, section 4.4).
func parseStamp(stamp string) (Hop, bool) {
	i := strings.LastIndexByte(stamp, ';')
	if i < 0 {
		return Hop{}, false
	}
	at, err := mail.ParseDate(strings.TrimSpace(stamp[i+1:]))
	if err != nil {
		return Hop{}, false
	}
	h := Hop{At: at.UTC()}
	if m := stampedBy.FindStringSubmatch(stamp[:i]); m != nil {
		h.By = (&transcript{}).clean(m[1], maxHopBy)
	}
	return h, true
}

// judgeHops flags the stamps that can't be true of a message that was submitted
// and seen at these times.
func judgeHops(hops []Hop, submitted, seen time.Time) {
	before := submitted
	for i := range hops {
		h := &hops[i]
		h.Skewed = h.At.Before(before.Add(-stampSlack)) || h.At.After(seen.Add(stampSlack))
		if !h.Skewed {
			before = later(before, h.At)
		}
	}
}

// arrival is when the message was in the mailbox, at best knowledge; never
// before it was submitted and never after it was seen, or announced.
func (s sighting) arrival(c Canary, seen time.Time) time.Time {
	best := seen
	if last := len(s.hops) - 1; last >= 0 && !s.hops[last].Skewed {
		best = s.hops[last].At
	}
	if d := s.dated; !d.IsZero() && !d.Before(c.SubmittedAt.Add(-stampSlack)) && !d.After(seen.Add(stampSlack)) {
		best = d
	}
	// Dates have whole seconds, cut off; what happened in that second is closer.
	for _, known := range []time.Time{seen, c.AcceptedAt} {
		if after := known.Sub(best); after > 0 && after < time.Second {
			best = known
		}
	}
	if best.After(seen) {
		best = seen
	}
	return later(best, c.SubmittedAt).UTC()
}
