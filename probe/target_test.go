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
		{in: "smtp://mx.example.edu?rcpt=joe+tag@example.edu", want: Target{Scheme: "smtp", Host: "mx.example.edu", Port: 25, Recipient: "joe+tag@example.edu"},
			out: "smtp://mx.example.edu:25?rcpt=joe%2Btag@example.edu"},
		{in: "submission://joe%40x.example@h?plaintext=true&rcpt=a%26b%40x.example", want: Target{Scheme: "submission", User: "joe@x.example", Host: "h", Port: 587, Plaintext: true, Recipient: "a&b@x.example"},
			out: "submission://joe%40x.example@h:587?plaintext=true&rcpt=a%26b@x.example"},
		{in: "lmtp://h?rcpt=a@b.example", want: Target{Scheme: "lmtp", Host: "h", Port: 24, Recipient: "a@b.example"}, out: "lmtp://h:24?rcpt=a@b.example"},
		{in: "lmtp+unix:///run/a%20b/lmtp?rcpt=a@b.example", want: Target{Scheme: "lmtp+unix", Path: "/run/a b/lmtp", Recipient: "a@b.example"}},
		{in: "tcp://h:22?expect=SSH-2.0%20a+b", want: Target{Scheme: "tcp", Host: "h", Port: 22, Expect: "SSH-2.0 a+b"}, out: "tcp://h:22?expect=SSH-2.0%20a%2Bb"},
		{in: "tls://h:443?insecure=true&expect=false", want: Target{Scheme: "tls", Host: "h", Port: 443, Insecure: true, Expect: "false"}},
		{in: "managesieve://u@h", want: Target{Scheme: "managesieve", User: "u", Host: "h", Port: 4190}, out: "managesieve://u@h:4190"},
		{in: "imap://u@h?append=Probe%20box&auth=scram-sha-256&idle=true", want: Target{Scheme: "imap", User: "u", Host: "h", Port: 143, Auth: "scram-sha-256", Folder: "Probe box", Idle: true},
			out: "imap://u@h:143?auth=scram-sha-256&append=Probe%20box&idle=true"},
		{in: "pop3s://u@h?retr=true&auth=apop", want: Target{Scheme: "pop3s", User: "u", Host: "h", Port: 995, Auth: "apop", Retrieve: true}, out: "pop3s://u@h:995?auth=apop&retr=true"},
		{in: "lmtp://h:24?rcpt=a@b.example&from=c@d.example&data=true", want: Target{Scheme: "lmtp", Host: "h", Port: 24, Recipient: "a@b.example", Sender: "c@d.example", Data: true}},
		{in: "smtps://[::1]", want: Target{Scheme: "smtps", Host: "::1", Port: 465}, out: "smtps://[::1]:465"},
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
		"":                                         "scheme://",
		"mail.example.edu":                         "scheme://",
		"gopher://h":                               "unknown scheme",
		"imap://":                                  "no host",
		"imap://u@h:0":                             "65535",
		"imap://u@h:70000":                         "65535",
		"imap://u@h/INBOX":                         "nothing may follow",
		"imap://u@h?insecure=maybe":                "true or false",
		"imap://u@h?insecur=true":                  "unknown option",
		"imap://a%0d%0ab@h":                        "control character",
		"imap://u@h?rcpt=a@b":                      "unknown option",
		"smtp://h?rcpt=":                           "wants an address",
		"smtp://h?rcpt=probe":                      "wants an address",
		"smtp://h?rcpt=a@b%3e%0d%0aX":              "wants an address",
		"smtp://h?rcpt=m%c3%bc@b":                  "wants an address",
		"smtp://h?rcpt=%zz@b":                      "invalid URL escape",
		"smtp://u:hunter2@h?rcpt=a@b":              "password",
		"smtp://u:1?hunter2@h":                     "password",
		"smtp://u:1?rcpt@hunter2@h":                "password",
		"imap://u@h?auth=digest-md5":               "wants plain, login",
		"imap://u@h?auth=apop":                     "POP3 only",
		"imap://h?idle=true":                       "want a user",
		"pop3://h?retr=true":                       "want a user",
		"imap://u@h?retr=true":                     "unknown option",
		"imap://u@h?append=":                       "wants a folder",
		"imap://u@h?append=a%22b":                  "wants a folder",
		"imap://u@h?append=M%c3%bcll":              "wants a folder",
		"smtp://h?data=true":                       "want a recipient",
		"smtp://h?from=a@b":                        "want a recipient",
		"lmtp://u@h":                               "logs nobody in",
		"lmtp://h?insecure=true":                   "unknown option",
		"lmtp+unix://run/lmtp":                     "absolute path",
		"lmtp+unix://":                             "absolute path",
		"lmtp+unix:///a%0ab":                       "printable",
		"lmtp+unix:///" + strings.Repeat("a", 107): "at most 107",
		"lmtp+unix://u:hunter2@/run/lmtp":          "password",
		"tcp://h":                                  "no port",
		"tls://u@h:443":                            "logs nobody in",
		"tcp://h:22?insecure=true":                 "unknown option",
		"tcp://h:22?expect=":                       "wants 1 to",
		"tcp://h:22?expect=a%0a":                   "printable",
		"tcp://h:22?send=a%5cx":                    "knows only",
		"tcp://h:22?send=%5c":                      "lone",
		"tcp://h:22?min=1.3":                       "unknown option",
		"tls://h:443?min=1.4":                      "wants 1.0",
		"imap://u:hunter2@h":                       "password",
		"imap://u:hunter2@h:x":                     "password",
		"imap://u:hunter2/?#@h":                    "password",
		"imap://u@h:hunter2":                       "of the form",
		"imap://u:hun%zzter2@h?a=b":                "password",
		"imaps://u:hunter2@h?insecure":             "password",
	} {
		_, err := ParseTarget(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseTarget(%q) = %v, want an error with %q", in, err, want)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("ParseTarget(%q) repeats the password: %v", in, err)
		}
	}
}
