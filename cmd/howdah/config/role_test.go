package config

import "testing"

func TestRoleIsGuessedFromChecks(t *testing.T) {
	for _, c := range []struct {
		want    string
		targets []string
	}{
		{Other, nil},
		{Reading, []string{"imap://a@b"}},
		{Reading, []string{"imaps://a@b", "tls://b:993", "imap://a@b"}},
		{Fetching, []string{"POP3S://a@b"}},
		{Sending, []string{"submission://a@b?rcpt=c@d"}},
		{Sending, []string{"smtp://a@b:587"}},
		{Receiving, []string{"smtp://b?insecure=true&rcpt=c@d"}},
		{Receiving, []string{"lmtp+unix:///run/lmtp?rcpt=c@d"}},
		{Webmail, []string{"horde+https://a@b/imp"}},
		{Other, []string{"smtp://b"}},
		{Other, []string{"https://b"}},
		{Other, []string{"imap://a@b", "pop3://a@b"}},
	} {
		var conf Config
		for _, target := range c.targets {
			conf.Checks = append(conf.Checks, Check{Component: "mail", Target: target})
		}
		conf.Checks = append(conf.Checks, Check{Component: "another", Target: "imap://a@b"})
		if got := conf.guessRole("mail"); got != c.want {
			t.Errorf("%v: %q, want %q", c.targets, got, c.want)
		}
	}
	conf := Config{Canaries: []Canary{{Component: "mail"}}}
	if got := conf.guessRole("mail"); got != Receiving {
		t.Errorf("with a canary %q", got)
	}
}

func TestRoleThatIsSetStays(t *testing.T) {
	c, err := Parse("howdah.yaml", []byte(`
components: [{key: mail, role: other}, {key: post}]
checks:
  - {component: mail, target: "imap://b"}
  - {component: post, target: "imap://b"}
`))
	if err != nil {
		t.Fatal(err)
	}
	full, err := c.Complete()
	if err != nil {
		t.Fatal(err)
	}
	if full.Components[0].Role != Other || full.Components[1].Role != Reading {
		t.Errorf("%+v", full.Components)
	}
}
