package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/app"
)

// actCommands are what staff can do to a thread.
func actCommands(g *global) []*cobra.Command {
	textOf := func(cmd *cobra.Command, args []string, r *app.ActRequest) (err error) {
		r.Text, err = written(cmd, args[1:])
		return err
	}
	words := func(_ *cobra.Command, args []string, r *app.ActRequest) error {
		if len(args) == 2 {
			r.Text = args[1]
		}
		return nil
	}
	nothing := func(*cobra.Command, []string, *app.ActRequest) error { return nil }
	return []*cobra.Command{
		editCommand(g, textOf),
		actCommand(g, "rename", "ID TITLE", "Give a thread another title", cobra.ExactArgs(2), words),
		actCommand(g, "impact", "ID none|minor|major|critical", "Say how bad it is", cobra.ExactArgs(2), words),
		actCommand(g, "merge", "ID INTO", "Tell a thread in another one from now on; its links go on working", cobra.ExactArgs(2),
			func(_ *cobra.Command, args []string, r *app.ActRequest) error { r.Into = args[1]; return nil }),
		actCommand(g, "split", "OUTAGE", "Give an outage, by its ID, a thread of its own", cobra.ExactArgs(1), nothing),
		actCommand(g, "silence", "ID", "Have the machine say nothing in a thread, until lift", cobra.ExactArgs(1), nothing),
		actCommand(g, "lift", "ID", "End a silence: the machine tells of what has happened meanwhile", cobra.ExactArgs(1), nothing),
		actCommand(g, "take", "ID", "Take a thread over: the machine goes on recording and says nothing", cobra.ExactArgs(1), nothing),
		actCommand(g, "release", "ID", "Hand a thread back to the machine", cobra.ExactArgs(1), nothing),
		actCommand(g, "resolve", "ID [TEXT]", "Resolve a thread, early or late", cobra.RangeArgs(1, 2), words),
		actCommand(g, "reopen", "ID [TEXT]", "Open a thread again", cobra.RangeArgs(1, 2), words),
		expectCommand(g),
		timesCommand(g),
	}
}

// actCommand is a command that does the act of its name. fill puts the
// arguments behind the first into the request.
func actCommand(g *global, act, args, short string, count cobra.PositionalArgs, fill func(*cobra.Command, []string, *app.ActRequest) error) *cobra.Command {
	var r app.ActRequest
	var asJSON bool
	cmd := &cobra.Command{
		Use:   act + " " + args,
		Short: short,
		Args:  count,
		RunE: func(cmd *cobra.Command, args []string) error {
			r.ID = args[0]
			if err := fill(cmd, args, &r); err != nil {
				return err
			}
			return runAct(cmd, g, act, r, asJSON)
		},
	}
	cmd.Flags().StringVar(&r.By, "by", "", "who does it (default the user of this shell)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the thread as JSON")
	return cmd
}

func runAct(cmd *cobra.Command, g *global, act string, r app.ActRequest, asJSON bool) error {
	c, err := g.load()
	if err != nil {
		return err
	}
	r.By = signed(r.By)
	in, err := app.Act(cmd.Context(), c, act, r)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd, in)
	}
	fmt.Fprintln(cmd.OutOrStdout(), in.URL)
	return nil
}

func editCommand(g *global, fill func(*cobra.Command, []string, *app.ActRequest) error) *cobra.Command {
	cmd := actCommand(g, "edit", "UPDATE [TEXT]", "Give an update another text", cobra.RangeArgs(1, 2), fill)
	cmd.Long = `Give an update, by its ID, another text. Without TEXT, or with "-", it is read
from standard input. The earlier text stays to be read on the page.`
	return cmd
}

func expectCommand(g *global) *cobra.Command {
	cmd := actCommand(g, "expect", "ID TIME|none [TEXT]", "Say when all should work again", cobra.RangeArgs(2, 3),
		func(_ *cobra.Command, args []string, r *app.ActRequest) error {
			if len(args) == 3 {
				r.Text = args[2]
			}
			if args[1] == "none" {
				return nil
			}
			c, err := g.load()
			if err != nil {
				return err
			}
			moments, err := newClock(c)
			if err != nil {
				return err
			}
			r.At, err = moments.ahead(args[1])
			return err
		})
	cmd.Long = `Say when all should work again, as "15:04", "2006-01-02 15:04" (in the site's
zone) or RFC 3339; or, with none, that nobody can say. Readers see it, staff are
reminded when it is overdue, and the recovery is held against it.`
	return cmd
}

func timesCommand(g *global) *cobra.Command {
	var start, end string
	var how string
	cmd := actCommand(g, "times", "OUTAGE", "Put right when an outage, by its ID, began and ended, and say how", cobra.ExactArgs(1),
		func(_ *cobra.Command, _ []string, r *app.ActRequest) error {
			r.Text = how
			c, err := g.load()
			if err != nil {
				return err
			}
			moments, err := newClock(c)
			if err != nil {
				return err
			}
			if r.Start, err = moments.back(start); err != nil {
				return fmt.Errorf("--start: %w", err)
			}
			if r.End, err = moments.back(end); err != nil {
				return fmt.Errorf("--end: %w", err)
			}
			return nil
		})
	cmd.Long = `Put right when an outage, by its ID, began and ended, as a dated correction. What
is left out is as the machine knows it; what it knows is kept beside. --how says
in your words how it ended, for all to read: "rebooted by staff".`
	cmd.Flags().StringVar(&start, "start", "", "`time` when it began")
	cmd.Flags().StringVar(&end, "end", "", "`time` when it ended")
	cmd.Flags().StringVar(&how, "how", "", "how it ended, in `words`")
	return cmd
}
