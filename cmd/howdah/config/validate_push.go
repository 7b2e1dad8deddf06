package config

import (
	"fmt"
	"time"

	"howdah/probe"
)

// maxSilence is the longest that a job may be waited for.
const maxSilence = 400 * 24 * time.Hour

// awaited is the name that the check waits for reports under; empty when it
// asks something.
func (k Check) awaited() string {
	t, err := probe.ParseTarget(k.Target)
	if err != nil || t.Scheme != "push" {
		return ""
	}
	return t.Host
}

// validatePush looks at the period and the token of a check that waits for
// reports: nothing is asked, so nothing else counts.
func (k Check) validatePush(at string, wrong report) {
	if k.PasswordFile == "" {
		wrong(at+".password_file", "is missing, so anybody could report", "name a file whose first line is the token that the job sends")
	}
	switch {
	case k.Schedule != "":
		wrong(at+".schedule", "is of no use, because the job itself reports", "write its longest silence as every")
	case k.Every == 0:
		wrong(at+".every", "is missing", `write how often the job reports, such as "24h"`)
	case k.Every > maxSilence:
		wrong(at+".every", fmt.Sprintf("is %v, and nothing is waited for longer than 400 days", k.Every), "write less")
	}
	if k.Timeout != 0 {
		wrong(at+".timeout", "is of no use, because the job itself reports", "leave it out")
	}
}

// validatePushNames refuses one name for two checks.
func (c Config) validatePushNames(wrong report) {
	first := map[string]int{}
	for i, k := range c.Checks {
		name := k.awaited()
		if name == "" {
			continue
		}
		if j, twice := first[name]; twice {
			wrong(fmt.Sprintf("checks[%d].target", i), fmt.Sprintf("checks[%d] waits for %q too", j, name), "give each a name of its own")
			continue
		}
		first[name] = i
	}
}
