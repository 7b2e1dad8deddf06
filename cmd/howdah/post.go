package main

import (
	"errors"
	"fmt"
	"io"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/app"
)

func postCommand(g *global) *cobra.Command {
	var r app.PostRequest
	var asJSON bool
	var expected, at string
	cmd := &cobra.Command{
		Use:   "post [TEXT]",
		Short: "Post a staff update to a thread, or open a thread with it",
		Long: `Post a staff update to a thread, or open a thread with it. Without TEXT, or with
"-", the text is read from standard input. The update is on disk and on the
page when the command returns; its URL is printed.`,
		Example: `  howdah post --title "Slow webmail" "Webmail is slow. We are looking into it."
  howdah post --incident i3k7 --state identified "A disk is failing; it is being replaced."`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			if r.Text, err = written(cmd, args); err != nil {
				return err
			}
			if r.Incident == "" && r.Title == "" {
				return errors.New("post: name a thread with --incident, or open one with --title")
			}
			r.By = signed(r.By)
			moments, err := newClock(c)
			if err != nil {
				return err
			}
			if r.At, err = moments.back(at); err != nil {
				return fmt.Errorf("--at: %w", err)
			}
			if expected != "" {
				if r.ExpectedAt, err = moments.ahead(expected); err != nil {
					return fmt.Errorf("--expected: %w", err)
				}
			}
			reply, err := app.PostUpdate(cmd.Context(), c, r)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd, reply)
			}
			fmt.Fprintln(cmd.OutOrStdout(), reply.URL)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&r.Incident, "incident", "", "`ID` of the thread")
	f.StringVar(&r.Title, "title", "", "title of a new thread")
	f.StringVar(&r.State, "state", "", "investigating, identified, monitoring or resolved")
	f.StringVar(&r.Topic, "topic", "", "what it is about: cause, workaround or fix")
	f.StringVar(&expected, "expected", "", "`time` by which all should work again")
	f.StringVar(&at, "at", "", "`time` when it was so, of a post that is written afterwards")
	f.StringVar(&r.By, "by", "", "who signs it (default the user of this shell)")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// written is the text that a command is given: as an argument, or on standard
// input.
func written(cmd *cobra.Command, args []string) (string, error) {
	if len(args) == 1 && args[0] != "-" {
		return args[0], nil
	}
	text, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 1<<20))
	return strings.TrimSpace(string(text)), err
}

// signed is who signs: the user of this shell when nobody is named.
func signed(by string) string {
	if by != "" {
		return by
	}
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}
