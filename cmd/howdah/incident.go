package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/app"
)

type ctx = context.Context

func incidentCommand(g *global) *cobra.Command {
	cmd := &cobra.Command{Use: "incident", Short: "List, show and change threads"}
	var listJSON, showJSON, withEvidence bool
	list := &cobra.Command{
		Use:   "list",
		Short: "List the threads, newest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			all, err := app.Incidents(cmd.Context(), c)
			if err != nil {
				return err
			}
			if listJSON {
				return printJSON(cmd, all)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, in := range all {
				fmt.Fprintf(w, "%s\t%s\t%s\t%d outages\t%s%s\n", in.ID, in.StartedAt.Format(time.RFC3339), in.State, len(in.Outages), in.Title, waiting(in))
			}
			return w.Flush()
		},
	}
	show := &cobra.Command{
		Use:   "show ID",
		Short: "Show a thread with its outages and updates",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			if withEvidence {
				return showEvidence(cmd, c, args[0], showJSON)
			}
			in, err := app.Incident(cmd.Context(), c, args[0])
			if err != nil {
				return err
			}
			if showJSON {
				return printJSON(cmd, in)
			}
			printIncident(cmd.OutOrStdout(), in)
			return nil
		},
	}
	list.Flags().BoolVar(&listJSON, "json", false, "print JSON")
	show.Flags().BoolVar(&showJSON, "json", false, "print JSON")
	show.Flags().BoolVar(&withEvidence, "evidence", false, "show what is kept of its outages instead: conversations, ends of the process, the machine")
	cmd.AddCommand(list, show)
	cmd.AddCommand(actCommands(g)...)
	return cmd
}

// waiting is what of the thread waits for staff.
func waiting(in app.IncidentInfo) string {
	words := map[string]string{
		"restoration": "the expected restoration is overdue", "mail": "test messages are missing", "overran": "a maintenance has overrun",
	}
	var all string
	for _, r := range in.Reminders {
		all += "; " + words[r]
	}
	return all
}

func printIncident(w io.Writer, in app.IncidentInfo) {
	fmt.Fprintf(w, "%s\n%s, %s impact%s\n%s\n", in.Title, in.State, in.Impact, standing(in)+waiting(in), in.URL)
	if in.ExpectedAt != nil {
		fmt.Fprintf(w, "expected by %s\n", in.ExpectedAt.Format(time.RFC3339))
	}
	if m := in.Messages; m != nil {
		fmt.Fprintf(w, "%d of %d test messages have arrived\n", m.Arrived, m.Sent)
	}
	fmt.Fprintln(w)
	for _, o := range in.Outages {
		end := "still going on"
		if o.EndedAt != nil {
			end = fmt.Sprintf("%s  (%s)", o.EndedAt.Format(time.RFC3339), o.EndedAt.Sub(o.StartedAt).Round(time.Second))
		}
		if o.HowEnded != "" {
			end += "  " + o.HowEnded
		}
		fmt.Fprintf(w, "outage %s  %s  to  %s  %s\n", o.ID, o.StartedAt.Format(time.RFC3339), end, strings.Join(o.Components, ", "))
		if o.Measured != nil {
			fmt.Fprintf(w, "  as stated by %s; measured from %s\n", o.StatedBy, o.Measured.StartedAt.Format(time.RFC3339))
		}
	}
	for _, c := range in.Changes {
		fmt.Fprintf(w, "%s  %s by %s: %s\n", c.At.Format(time.RFC3339), c.What, orMachine(c.By), strings.Trim(c.Was+" -> "+c.Now, " ->"))
	}
	for _, u := range in.Updates {
		fmt.Fprintf(w, "\n%s  %s  %s, %s", u.At.Format(time.RFC3339), u.ID, u.State, orMachine(u.By))
		if u.Topic != "" {
			fmt.Fprintf(w, ", on the %s", u.Topic)
		}
		fmt.Fprintf(w, "\n%s\n", u.Text)
		for _, e := range u.Edits {
			fmt.Fprintf(w, "  until %s, when %s changed it: %s\n", e.At.Format(time.RFC3339), orMachine(e.By), e.Text)
		}
	}
}

// standing says who speaks in the thread, when that is not as usual.
func standing(in app.IncidentInfo) string {
	switch {
	case in.Taken:
		return ", taken over by staff"
	case in.Silent:
		return ", silenced"
	}
	return ""
}

func orMachine(by string) string {
	if by == "" {
		return "the machine"
	}
	return by
}

func printJSON(cmd *cobra.Command, v any) error {
	e := json.NewEncoder(cmd.OutOrStdout())
	e.SetIndent("", "  ")
	return e.Encode(v)
}
