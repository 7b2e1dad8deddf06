package mailserver

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestParseAccountName(t *testing.T) {
	for in, want := range map[string]string{
		"alice":             "alice",
		"Alice@Example.EDU": "alice@example.edu",
		"a.b-c_d+e":         "a.b-c_d+e",
	} {
		if got, err := ParseAccountName(in); err != nil || got != want {
			t.Errorf("ParseAccountName(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", ".", "..", ".a", "a.", "a..b", "a/b", `a\b`, "a b", "a@", "@b", "a@b@c", "a%2f", "ä", "a\x00", "a\n",
		strings.Repeat("a", 65), "a@" + strings.Repeat("b", 200),
	} {
		if got, err := ParseAccountName(in); !errors.Is(err, ErrInvalidName) {
			t.Errorf("ParseAccountName(%q) = %q, %v; want ErrInvalidName", in, got, err)
		}
	}
}

func TestParseMailboxName(t *testing.T) {
	for in, want := range map[string]string{
		"inbox":       "INBOX",
		"Inbox/Work":  "INBOX/Work",
		"Work/inbox":  "Work/inbox",
		"inboxes":     "inboxes",
		"Entwürfe & ": "Entwürfe & ",
	} {
		if got, err := ParseMailboxName(in); err != nil || got != want {
			t.Errorf("ParseMailboxName(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "/", "/a", "a/", "a//b", "a*", "a%b", "a\r\nb", "a\x00", "\xff", strings.Repeat("x", 256)} {
		if got, err := ParseMailboxName(in); !errors.Is(err, ErrInvalidName) {
			t.Errorf("ParseMailboxName(%q) = %q, %v; want ErrInvalidName", in, got, err)
		}
	}
}

func TestAncestors(t *testing.T) {
	if got, want := ancestors("a/b/c"), []string{"a", "a/b"}; !slices.Equal(got, want) {
		t.Errorf("ancestors = %q, want %q", got, want)
	}
}

func TestParseFlags(t *testing.T) {
	got, err := ParseFlags([]string{`\seen`, `\RECENT`, "$Forwarded", `\Seen`, "$forwarded"})
	if want := []string{Seen, "$Forwarded"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("ParseFlags = %q, %v; want %q", got, err, want)
	}
	for _, in := range []string{`\Foo`, `\*`, "a b", "", "a]", "ü", strings.Repeat("k", 101)} {
		if got, err := ParseFlags([]string{in}); !errors.Is(err, ErrInvalidFlag) {
			t.Errorf("ParseFlags(%q) = %q, %v; want ErrInvalidFlag", in, got, err)
		}
	}
}
