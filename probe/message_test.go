package probe

import (
	"net/mail"
	"strings"
	"testing"
	"time"
)

// Our own messages are ones that no server has a reason to change.
func TestMessage(t *testing.T) {
	now := time.Date(2005, 8, 2, 17, 3, 0, 0, time.UTC)
	for _, who := range [][2]string{{"", "probe"}, {"", "probe@example.edu"}, {"me@example.edu", "joe@example.net"}} {
		m := newMessage(who[0], who[1], now)
		parsed, err := mail.ReadMessage(strings.NewReader(m.text))
		if err != nil {
			t.Fatalf("%q: %v in %s", who, err, m.text)
		}
		for _, name := range []string{"From", "To"} {
			if list, err := parsed.Header.AddressList(name); err != nil || len(list) != 1 {
				t.Errorf("%q: %s is %v, %v", who, name, list, err)
			}
		}
		if date, err := parsed.Header.Date(); err != nil || !date.Equal(now) {
			t.Errorf("%q: dated %v, %v", who, date, err)
		}
		for name, want := range map[string]string{"Message-Id": m.id, "Auto-Submitted": "auto-generated", ownHeader: "1123002180"} {
			if got := parsed.Header.Get(name); got != want {
				t.Errorf("%q: %s is %q, want %q", who, name, got, want)
			}
		}
		if len(m.text) < 800 || len(m.text) > 1200 || !isASCII(m.text) || !strings.HasSuffix(m.text, "\r\n") {
			t.Errorf("%q: %d bytes: %s", who, len(m.text), m.text)
		}
		for line := range strings.SplitSeq(m.text, "\r\n") {
			if len(line) > 78 || strings.HasPrefix(line, ".") || strings.ContainsAny(line, "\r\n") {
				t.Errorf("%q: the line %q", who, line)
			}
		}
		if newMessage(who[0], who[1], now).id == m.id {
			t.Errorf("%q: two messages of one ID", who)
		}
	}
}
