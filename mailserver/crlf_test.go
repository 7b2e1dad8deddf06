package mailserver

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestCRLFReader(t *testing.T) {
	for in, want := range map[string]string{
		"":                 "",
		"a":                "a",
		"a\r\nb\r\n":       "a\r\nb\r\n",
		"a\nb\n":           "a\r\nb\r\n",
		"a\rb\r":           "a\r\nb\r\n",
		"\n\n\r\r\r\n\n\r": "\r\n\r\n\r\n\r\n\r\n\r\n\r\n",
	} {
		for name, r := range map[string]io.Reader{
			"at once":     strings.NewReader(in),
			"byte a time": iotest.OneByteReader(strings.NewReader(in)),
		} {
			if got, err := io.ReadAll(newCRLFReader(r)); err != nil || string(got) != want {
				t.Errorf("%s: %q becomes %q, %v; want %q", name, in, got, err, want)
			}
		}
	}
}

func TestCRLFReaderPassesErrors(t *testing.T) {
	broken := errors.New("line cut")
	got, err := io.ReadAll(newCRLFReader(io.MultiReader(strings.NewReader("a\n"), iotest.ErrReader(broken))))
	if !errors.Is(err, broken) || string(got) != "a\r\n" {
		t.Errorf("got %q, %v; want the bytes and the error", got, err)
	}
}

func TestLimited(t *testing.T) {
	if _, err := io.ReadAll(&limited{strings.NewReader("12345"), 5}); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	if _, err := io.ReadAll(&limited{strings.NewReader("123456"), 5}); !errors.Is(err, ErrTooBig) {
		t.Errorf("above the limit: %v, want ErrTooBig", err)
	}
}
