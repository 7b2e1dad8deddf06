package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/app"
	"howdah/cmd/howdah/config"
)

// showEvidence prints what is kept of the outages of a thread, for people or as
// JSON.
func showEvidence(cmd *cobra.Command, c config.Config, id string, asJSON bool) error {
	all, err := app.IncidentEvidence(cmd.Context(), c, id)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd, all)
	}
	printEvidence(cmd.OutOrStdout(), all)
	return nil
}

// printEvidence prints what is kept of the outages of a thread.
func printEvidence(w io.Writer, all []app.Evidence) {
	for _, e := range all {
		end := "lasts"
		if e.EndedAt != nil {
			end = "to " + e.EndedAt.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "\noutage %s of %s  %s  %s, start known by: %s\n", e.Outage, e.Domain, e.StartedAt.Format(time.RFC3339), end, e.Source)
		if r := e.Run; r != nil {
			fmt.Fprintf(w, "\n  %s  check %s (%s) failed after %d ms: %s %s\n", r.StartedAt.Format(time.RFC3339), r.Check, r.Target, r.TookMS, r.Reason, r.Detail)
			indent(w, r.Transcript)
		}
		for _, x := range e.Exits {
			how := fmt.Sprintf("code %d", x.Code)
			if x.Signal != "" {
				how = "signal: " + x.Signal
			}
			fmt.Fprintf(w, "\n  %s  pid %d ended (%s) after %v, known by: %s\n", x.At.Format(time.RFC3339Nano), x.PID, how, time.Duration(x.UptimeMS)*time.Millisecond, x.Source)
			indent(w, x.Log)
		}
		for _, x := range e.Mishaps {
			fmt.Fprintf(w, "\n  %s  %s: %s\n", x.At.Format(time.RFC3339), x.Reason, x.Text)
		}
		for _, x := range e.Exhibits {
			fmt.Fprintf(w, "\n  %s  %s\n", x.At.Format(time.RFC3339), x.Kind)
			indent(w, strings.Split(strings.TrimSpace(x.Text), "\n"))
		}
	}
}

func indent(w io.Writer, lines []string) {
	for _, line := range lines {
		fmt.Fprintf(w, "    %s\n", line)
	}
}
