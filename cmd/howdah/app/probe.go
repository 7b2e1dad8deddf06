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
	PasswordEnv  string // or the variable of the environment that holds it
	Timeout      time.Duration
	Warning      []string // limits as probe.ParseLimits reads them
	Critical     []string
	JSON         bool      // one object instead of a plugin's line
	Trace        bool      // the conversation, without secrets, to TraceTo
	Out, TraceTo io.Writer // never nil
}

// Probe runs one check now and writes how it went. It returns the exit code of
// a monitoring plugin: 0 ok, 1 slow, 2 failed, 3 could not ask, also because
// the options make no sense.
func Probe(ctx context.Context, o ProbeOptions) int {
	t, err := probe.ParseTarget(o.Target)
	if err != nil {
		return o.misused(err)
	}
	l, err := o.limits()
	if err != nil {
		return o.misused(err)
	}
	password, err := o.password()
	switch {
	case err != nil:
	case t.User != "" && password == nil:
		err = fmt.Errorf("the URL names the user %q: name a --password-file too, or leave the user out", t.User)
	case t.User == "" && password != nil:
		err = errors.New("a password is of no use, because the URL names no user")
	}
	if err != nil {
		return o.misused(err)
	}
	return o.tell((&probe.Runner{}).RunTarget(ctx, t, password, o.Timeout), l)
}

// ProbeMisused says what is wrong with how a probe was asked for, as a plugin
// does, and returns its exit code for that.
func ProbeMisused(out io.Writer, err error) int {
	line, _, _ := strings.Cut(err.Error(), "\n")
	fmt.Fprintf(out, "UNKNOWN - %s\n", strings.ReplaceAll(line, "|", "/"))
	return 3
}

// misused keeps what was meant to be JSON free of anything else.
func (o ProbeOptions) misused(err error) int {
	if o.JSON {
		return ProbeMisused(o.TraceTo, err)
	}
	return ProbeMisused(o.Out, err)
}

// tell writes how it went.
func (o ProbeOptions) tell(r probe.Result, l probe.Limits) int {
	r = l.Judge(r)
	if o.JSON {
		fmt.Fprintf(o.Out, "%s\n", probe.JSON(r))
	} else {
		fmt.Fprintln(o.Out, l.Line(r))
	}
	if o.Trace && len(r.Transcript) > 0 {
		fmt.Fprintln(o.TraceTo, strings.Join(r.Transcript, "\n"))
	}
	return probe.ExitCode(r)
}

func (o ProbeOptions) limits() (probe.Limits, error) {
	l := probe.Limits{Timeout: o.Timeout}
	for _, from := range []struct {
		option string
		texts  []string
		to     *[]probe.Limit
	}{{"--warning", o.Warning, &l.Warning}, {"--critical", o.Critical, &l.Critical}} {
		for _, text := range from.texts {
			more, err := probe.ParseLimits(text)
			if err != nil {
				return l, fmt.Errorf("%s: %w", from.option, err)
			}
			*from.to = append(*from.to, more...)
		}
	}
	return l, nil
}

// password is nil when nobody is to be logged in.
func (o ProbeOptions) password() (func() (string, error), error) {
	switch {
	case o.PasswordFile != "" && o.PasswordEnv != "":
		return nil, errors.New("--password-file and --password-env: one of the two")
	case o.PasswordFile != "":
		return func() (string, error) { return readSecret(o.PasswordFile) }, nil
	case o.PasswordEnv != "":
		return func() (string, error) {
			secret := os.Getenv(o.PasswordEnv)
			if secret == "" {
				return "", fmt.Errorf("the variable %q of the environment is not set", o.PasswordEnv)
			}
			return secret, nil
		}, nil
	}
	return nil, nil
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
