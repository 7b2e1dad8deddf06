package probe

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"
)

const schemeExec = "exec"

var execSchemes = []scheme{
	{name: schemeExec, options: []string{"arg"}, local: true, locate: (*Target).locateProgram, agree: fewArgs, speak: runProgram},
}

// budgetRun leaves it to the run's own timeout to end a step.
const budgetRun = 24 * time.Hour

const (
	maxProgram = 4 << 10 // bytes of its path
	maxArgs    = 4 << 10 // bytes of all
)

// locateProgram takes the path of a program from the URL.
func (t *Target) locateProgram(u *url.URL) error {
	t.Path = u.Path
	if u.Host != "" || u.Fragment != "" || path.Clean(t.Path) != t.Path || !strings.HasPrefix(t.Path, "/") || t.Path == "/" {
		return errors.New("want the absolute path of a program behind ://, such as exec:///usr/lib/nagios/plugins/check_disk")
	}
	if len(t.Path) > maxProgram || strings.ContainsFunc(t.Path, unicode.IsControl) {
		return fmt.Errorf("want a path of at most %d bytes, all printable", maxProgram)
	}
	return nil
}

func checkArg(value string) error {
	if strings.ContainsFunc(value, unicode.IsControl) {
		return errors.New("wants printable text")
	}
	return nil
}

func fewArgs(t Target) error {
	if len(t.Args) > maxArgs {
		return fmt.Errorf("want at most %d bytes in all arguments", maxArgs)
	}
	return nil
}

func runProgram(c *conn) error {
	return c.step("exec", budgetRun, func(ctx context.Context) error { return (&plugin{conn: c}).run(ctx) })
}

// plugin runs a monitoring plugin and believes what it says, by its exit code
// and its first line as the Monitoring Plugins guidelines have them.
//
// There is no shell: the program gets its arguments as they stand in the
// target. It gets an empty standard input, the folder "/" and PATH and LANG
// only, none of our own environment, and it gets no secret: arguments can be
// read by everybody on the machine, so a program that needs a password reads it
// from a file of its own. At the run's end it is killed with all that it
// started, unless that left its process group.
type plugin struct{ *conn }

// run judges how the program ended. A warning passes, as Slow. What the program
// could not find out, and a program that does not work, say nothing about what
// it asks.
func (p *plugin) run(ctx context.Context) error {
	c := p.conn
	c.log.add("C", strings.Join(append([]string{c.target.Path}, ended(c.target.Args)...), " "))
	e, err := execute(ctx, c.target.Path, ended(c.target.Args))
	line := e.firstLine()
	if line != "" {
		c.log.add("S", line)
	}
	unable := func(cause, detail string) error {
		return &stepError{Reason("exec." + cause), Inconclusive, detail}
	}
	switch {
	case err == nil && e.signal != "" && ctx.Err() != nil:
		return &fault{causeOf(ctx, ctx.Err()), strings.TrimSuffix("killed before it had ended: "+line, ": ")}
	case err != nil:
		return unable(startCause(err), err.Error())
	case e.signal != "":
		return unable("signal", e.signal+": "+line)
	}
	switch e.code {
	case 0:
		c.note = line
		return nil
	case 1:
		c.note, c.warned = line, true
		return nil
	case 2:
		return &fault{"critical", line}
	case 3:
		return unable("unknown", line)
	}
	return unable("code", fmt.Sprintf("exit code %d is none of a plugin's: %s", e.code, line))
}
