package config

import (
	"testing"
	"time"
)

// Checks that ask no mail server have what they need, and no more.
func TestKindsOfChecks(t *testing.T) {
	c := completed(t, parsed(t, "/etc/howdah/howdah.yaml", `
components: [{key: backup}, {key: dns}, {key: disk}]
checks:
  - {component: backup, target: "push://nightly-copy", password_file: nightly.token, every: 9600h}
  - {component: backup, target: "push://hourly-copy", password_file: /run/token, every: 10s}
  - {component: dns, target: "dns://example.edu?ask=mx,dkim&selector=s1&resolver=127.0.0.1:53", every: 10m}
  - {component: disk, target: "exec:///usr/lib/nagios/plugins/check_disk?arg=-w&arg=10%25", every: 5m}
`))
	equal(t, c.Checks, []Check{
		{Key: "backup", Component: "backup", Target: "push://nightly-copy", PasswordFile: "/etc/howdah/nightly.token", Every: 400 * 24 * time.Hour},
		{Key: "backup-2", Component: "backup", Target: "push://hourly-copy", PasswordFile: "/run/token", Every: 10 * time.Second},
		{Key: "dns", Component: "dns", Target: "dns://example.edu?ask=mx,dkim&selector=s1&resolver=127.0.0.1:53", Every: 10 * time.Minute, Timeout: defaultTimeout},
		{Key: "disk", Component: "disk", Target: "exec:///usr/lib/nagios/plugins/check_disk?arg=-w&arg=10%25", Every: 5 * time.Minute, Timeout: defaultTimeout},
	})
	again, err := c.Complete()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, again, c)
}
