package probe

import (
	"strings"
	"testing"
)

func TestParseTarget(t *testing.T) {
	tests := []struct {
		in   string
		want Target
		out  string // String, when it is not in
	}{
		{in: "imap://probe@127.0.0.1:1143", want: Target{Scheme: "imap", User: "probe", Host: "127.0.0.1", Port: 1143}},
		{in: "IMAPS://mail.example.edu", want: Target{Scheme: "imaps", Host: "mail.example.edu", Port: 993}, out: "imaps://mail.example.edu:993"},
		{in: "pop3://joe%40example.edu@[::1]/", want: Target{Scheme: "pop3", User: "joe@example.edu", Host: "::1", Port: 110}, out: "pop3://joe%40example.edu@[::1]:110"},
		{in: "pop3s://h:995?insecure=true", want: Target{Scheme: "pop3s", Host: "h", Port: 995, Insecure: true}},
		{in: "imap://u@h?plaintext=true", want: Target{Scheme: "imap", User: "u", Host: "h", Port: 143, Plaintext: true}, out: "imap://u@h:143?plaintext=true"},
	}
	for _, tt := range tests {
		got, err := ParseTarget(tt.in)
		if err != nil || got != tt.want {
			t.Errorf("ParseTarget(%q) = %+v, %v; want %+v", tt.in, got, err, tt.want)
			continue
		}
		out := tt.out
		if out == "" {
			out = tt.in
		}
		if got.String() != out {
			t.Errorf("String of %q = %q, want %q", tt.in, got, out)
		}
		if again, err := ParseTarget(got.String()); err != nil || again != got {
			t.Errorf("ParseTarget(%q) = %+v, %v; want the same again", got, again, err)
		}
	}
}

func TestParseTargetRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                             "scheme://",
		"mail.example.edu":             "scheme://",
		"http://h":                     "unknown scheme",
		"imap://":                      "no host",
		"imap://u@h:0":                 "65535",
		"imap://u@h:70000":             "65535",
		"imap://u@h/INBOX":             "nothing may follow",
		"imap://u@h?insecure=maybe":    "true or false",
		"imap://u@h?insecur=true":      "unknown option",
		"imap://a%0d%0ab@h":            "control character",
		"imap://u:hunter2@h":           "password",
		"imap://u:hunter2@h:x":         "password",
		"imap://u:hunter2/?#@h":        "password",
		"imap://u@h:hunter2":           "of the form",
		"imap://u:hun%zzter2@h?a=b":    "password",
		"imaps://u:hunter2@h?insecure": "password",
	} {
		_, err := ParseTarget(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseTarget(%q) = %v, want an error with %q", in, err, want)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("ParseTarget(%q) repeats the password: %v", in, err)
		}
	}
}
