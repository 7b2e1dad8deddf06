package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/user"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/app"
)

type ctx = context.Context

func postCommand(g *global) *cobra.Command {
	var r app.PostRequest
	var asJSON bool
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
			if len(args) == 1 && args[0] != "-" {
				r.Text = args[0]
			} else {
				text, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 1<<20))
				if err != nil {
					return err
				}
				r.Text = strings.TrimSpace(string(text))
			}
			if r.Incident == "" && r.Title == "" {
				return errors.New("post: name a thread with --incident, or open one with --title")
			}
			if r.By == "" {
				if u, err := user.Current(); err == nil {
					r.By = u.Username
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
	f.StringVar(&r.By, "by", "", "who signs it (default the user of this shell)")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func incidentCommand(g *global) *cobra.Command {
	cmd := &cobra.Command{Use: "incident", Short: "List and show threads"}
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
				fmt.Fprintf(w, "%s\t%s\t%s\t%d outages\t%s\n", in.ID, in.StartedAt.Format(time.RFC3339), in.State, len(in.Outages), in.Title)
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
	return cmd
}

func printIncident(w io.Writer, in app.IncidentInfo) {
	fmt.Fprintf(w, "%s\n%s, %s impact\n%s\n\n", in.Title, in.State, in.Impact, in.URL)
	for _, o := range in.Outages {
		end := "still going on"
		if o.EndedAt != nil {
			end = fmt.Sprintf("%s  (%s)", o.EndedAt.Format(time.RFC3339), o.EndedAt.Sub(o.StartedAt).Round(time.Second))
		}
		fmt.Fprintf(w, "outage  %s  to  %s  %s\n", o.StartedAt.Format(time.RFC3339), end, strings.Join(o.Components, ", "))
	}
	for _, u := range in.Updates {
		by := ""
		if u.By != "" {
			by = ", " + u.By
		}
		fmt.Fprintf(w, "\n%s  %s%s\n%s\n", u.At.Format(time.RFC3339), u.State, by, u.Text)
	}
}

func printJSON(cmd *cobra.Command, v any) error {
	e := json.NewEncoder(cmd.OutOrStdout())
	e.SetIndent("", "  ")
	return e.Encode(v)
}
