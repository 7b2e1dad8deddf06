package smtpd

import (
	"strings"
	"testing"
)

// Each of these is a place where one server sees the end of a message and
// another does not. A message with one is refused, and what follows is never
// taken for commands.
var ends = map[string]string{
	"LF . LF":          "\n.\n",
	"LF . CRLF":        "\n.\r\n",
	"CRLF . LF":        "\r\n.\n",
	"CR . CR":          "\r.\r",
	"CR . CRLF":        "\r.\r\n",
	"CRLF . CR":        "\r\n.\r",
	"LF . CR":          "\n.\r",
	"CR . LF":          "\r.\n",
	"CR CRLF . CRLF":   "\r\r\n.\r\n",
	"CRLF . CR X":      "\r\n.\rX\r\n.\r\n",
	"LF .. LF":         "\n..\n\r\n.\r\n",
	"CRLF . CR CRLF":   "\r\n.\r\r\n.\r\n",
	"CRLF LF . CRLF":   "\r\n\n.\r\n",
	"a CR in the text": "\rb\r\n.\r\n",
	"a LF in the text": "\nb\r\n.\r\n",
}

func TestSmuggling(t *testing.T) {
	const smuggled = "MAIL FROM:<root@example.edu>\r\nRCPT TO:<bob@example.edu>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\nQUIT\r\n"
	for name, end := range ends {
		for _, within := range []string{"header", "body"} {
			t.Run(name+" in "+within, func(t *testing.T) {
				before := "Subject: a"
				if within == "body" {
					before = "Subject: a\r\n\r\ntext"
				}
				h := serve(t, setup{})
				c := h.dial()
				c.say(hello + toAlice)
				c.send(before + end + smuggled)
				c.say("S: 554 5.6.0")
				c.closed()
				h.nothing()
			})
		}
	}
}

// A client that waits for its answer gets one, although go-smtp would wait for
// more.
func TestEveryEndIsAnswered(t *testing.T) {
	for name, end := range ends {
		if name == "CRLF . CR" {
			continue // the LF may still be on its way
		}
		t.Run(name, func(t *testing.T) {
			h := serve(t, setup{Options: Options{LMTP: true}})
			c := h.dial()
			c.say(lhlo + toAlice)
			c.send("Subject: a\r\n\r\ntext" + end)
			c.say("S: 554 5.6.0 <alice@example.edu>")
			c.closed()
			h.nothing()
		})
	}
}

func TestContentInAnyPieces(t *testing.T) {
	for _, tt := range []struct {
		in    string
		taken int
		end   bool
		fault bool
	}{
		{".\r\nQUIT\r\n", 3, true, false},
		{"a\r\n.\r\nQUIT\r\n", 6, true, false},
		{"a\r\n..\r\n.\r\n.", 10, true, false},
		{"a\r\n.b\r\n.", 8, false, false},
		{"a.\r\n", 4, false, false},
		{"a\r\r\n.\r\nx", 6, true, true},
		{"a\r\n.\rX", 5, true, true},
		{"a\n.\nx", 4, true, true},
		{"a\nb\r\n", 5, false, true},
		{strings.Repeat("x", maxLine+1) + "\r\n.\r\nx", maxLine + 5, true, true},
	} {
		for _, size := range []int{1, 2, 3, len(tt.in)} {
			var c content
			taken, end := 0, false
			for rest := tt.in; rest != "" && !end; {
				piece := rest[:min(size, len(rest))]
				var n int
				n, end = c.scan([]byte(piece))
				taken += n
				rest = rest[n:]
			}
			if taken != tt.taken || end != tt.end || (c.fault != nil) != tt.fault {
				t.Errorf("%.20q in pieces of %d: %d bytes, end %v, fault %v", tt.in, size, taken, end, c.fault)
			}
		}
	}
}

func TestChunksAreNeitherOfferedNorTakenForCommands(t *testing.T) {
	for _, size := range []string{"0", "5 LAST", "-1", "9223372036854775808", ""} {
		h := serve(t, setup{})
		c := h.dial()
		c.say(hello + strings.Replace(toAlice, "C: DATA\n\tS: 354", "", 1))
		c.send("BDAT " + size + "\r\nNOOP\r\nRSET\r\n")
		c.say("S: 502 5.5.1")
		c.closed()
		h.nothing()
	}
}
