package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"howdah/probe"
)

// ProbeOptions are those of Probe.
type ProbeOptions struct {
	Target       string // imap://user@host:port and the like
	PasswordFile string // its first line is the password
	Timeout      time.Duration
	JSON         bool      // one object instead of a plugin's line
	Trace        bool      // the conversation, without secrets, to TraceTo
	Out, TraceTo io.Writer // never nil
}

// Probe runs one check now and writes how it went. It returns the exit code of
// a monitoring plugin: 0 ok, 1 slow, 2 failed, 3 could not ask.
func Probe(ctx context.Context, o ProbeOptions) (int, error) {
	t, err := probe.ParseTarget(o.Target)
	if err != nil {
		fmt.Fprintf(o.Out, "UNKNOWN - %v\n", err)
		return 3, nil
	}
	check := probe.Check{Key: "probe", Target: t, Every: o.Timeout + time.Second, Timeout: o.Timeout}
	if o.PasswordFile != "" {
		check.Password = func() (string, error) { return readSecret(o.PasswordFile) }
	}
	r := (&probe.Runner{}).Run(ctx, check)
	if o.JSON {
		fmt.Fprintf(o.Out, "%s\n", probe.JSON(r))
	} else {
		fmt.Fprintln(o.Out, probe.Line(r))
	}
	if o.Trace {
		fmt.Fprintln(o.TraceTo, strings.Join(r.Transcript, "\n"))
	}
	return probe.ExitCode(r), nil
}

// readSecret is the first line of a file.
func readSecret(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	secret := strings.TrimSuffix(string(line), "\r")
	if secret == "" {
		return "", fmt.Errorf("read secret: %q: %w", file, errors.New("its first line is empty"))
	}
	return secret, nil
}
