package config

import (
	"testing"
	"time"

	"howdah/probe"
)

func TestCanaryIsRead(t *testing.T) {
	c := completed(t, parsed(t, "/etc/howdah/howdah.yaml", `
components: [{key: incoming}, {key: relay}]
checks: [{key: relay-canary, component: relay, target: "smtp://mx.example.edu"}]
canaries:
  - key: post
    component: incoming
    submit: "submission://canary@mail.example.edu?rcpt=probe@example.edu&from=canary@example.edu"
    submit_password_file: canary.password
    seen: ["imaps://probe@mail.example.edu", "pop3://probe@mail.example.edu"]
    password_file: /etc/probe.password
    every: 2m
    overdue: 7m
    retry: 30s
  - {component: relay, submit: "lmtp+unix:///run/lmtp?rcpt=probe@example.edu", seen: ["imap://probe@127.0.0.1"], password_file: p}
  - {component: relay, submit: "lmtp+unix:///run/lmtp?rcpt=probe@example.edu", seen: ["imap://probe@mail.example.edu"], password_file: p}
`))
	equal(t, c.Canaries, []Canary{
		{
			Key: "post", Component: "incoming", Submit: "submission://canary@mail.example.edu?rcpt=probe@example.edu&from=canary@example.edu",
			SubmitPasswordFile: "/etc/howdah/canary.password",
			Seen:               []string{"imaps://probe@mail.example.edu", "pop3://probe@mail.example.edu"}, PasswordFile: "/etc/probe.password",
			Every: 2 * time.Minute, Overdue: 7 * time.Minute, Retry: 30 * time.Second,
		},
		{
			Key: "relay-canary-2", Component: "relay", Submit: "lmtp+unix:///run/lmtp?rcpt=probe@example.edu",
			Seen: []string{"imap://probe@127.0.0.1"}, PasswordFile: "/etc/howdah/p",
			Every: 5 * time.Minute, Overdue: 10 * time.Minute, Retry: time.Minute,
		},
		{
			Key: "relay-canary-3", Component: "relay", Submit: "lmtp+unix:///run/lmtp?rcpt=probe@example.edu",
			Seen: []string{"imap://probe@mail.example.edu"}, PasswordFile: "/etc/howdah/p",
			Every: 5 * time.Minute, Overdue: 30 * time.Minute, Retry: time.Minute,
		},
	})
	equal(t, completed(t, c), c)
}

// Without a word about it, test messages go to the bundled server and to the
// probe's account there.
func TestBundledServerHasACanary(t *testing.T) {
	only := func(change func(*Config)) []Canary {
		c := Default()
		c.Data = "/var/lib/howdah"
		change(&c)
		return completed(t, c).Canaries
	}
	want := Canary{
		Key: "incoming-canary", Component: "incoming",
		Submit:       "smtp://127.0.0.1:1025?insecure=true&rcpt=probe@localhost&from=probe@localhost",
		Seen:         []string{"imap://probe@127.0.0.1:1143?insecure=true", "pop3://probe@127.0.0.1:1110?insecure=true"},
		PasswordFile: "/var/lib/howdah/probe.password",
		Every:        5 * time.Minute, Overdue: 10 * time.Minute, Retry: time.Minute,
	}
	equal(t, only(func(*Config) {}), []Canary{want})
	for _, target := range append(want.Seen, want.Submit) {
		if _, err := probe.ParseTarget(target); err != nil {
			t.Error(err)
		}
	}
	want.Seen = want.Seen[:1]
	equal(t, only(func(c *Config) { c.Mailserver.Listen.POP3, c.Mailserver.Listen.POP3S = "", "" }), []Canary{want})
	equal(t, only(func(c *Config) { c.Mailserver.Listen.SMTP = "" }), []Canary(nil))
	equal(t, only(func(c *Config) { c.Mailserver.Off = true }), []Canary(nil))
	equal(t, only(func(c *Config) { c.Components = []Component{{Key: "incoming"}} }), []Canary(nil))
}
