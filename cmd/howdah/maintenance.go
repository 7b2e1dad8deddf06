package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/app"
)

func maintenanceCommand(g *global) *cobra.Command {
	cmd := &cobra.Command{Use: "maintenance", Short: "Announce planned downtime, and say how it goes on"}
	cmd.AddCommand(
		planCommand(g),
		plansCommand(g),
		steerCommand(g, "start", "Say that the work has begun, before its time", asAnnounced),
		steerCommand(g, "end", "Say that the work is over, before its time", asAnnounced),
		moveCommand(g),
		steerCommand(g, "cancel", "Say that it will not take place", asAnnounced),
		steerCommand(g, "post", "Add what there is to say of it", asAnnounced),
	)
	return cmd
}

func planCommand(g *global) *cobra.Command {
	var r app.PlanRequest
	var start, end string
	var lasts time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "add TITLE [TEXT]",
		Short: "Announce planned downtime",
		Long: `Announce planned downtime. It begins and ends by itself at the times announced;
what it covers is shown as under maintenance meanwhile and opens no incident.
What is broken when it should be over does.`,
		Example: `  howdah maintenance add "A new kernel" --component imap,webmail --start "2026-08-02 12:00" --for 20m`,
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			moments, err := newClock(c)
			if err != nil {
				return err
			}
			r.Title = args[0]
			if len(args) == 2 {
				r.Text = args[1]
			}
			r.By = signed(r.By)
			if r.Start, err = moments.ahead(start); err != nil {
				return fmt.Errorf("--start: %w", err)
			}
			if r.End = r.Start.Add(lasts); end != "" {
				if r.End, err = moments.ahead(end); err != nil {
					return fmt.Errorf("--end: %w", err)
				}
			}
			m, err := app.PlanMaintenance(cmd.Context(), c, r)
			if err != nil {
				return err
			}
			return printMaintenance(cmd, m, asJSON)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&r.Components, "component", nil, "`keys` of the components that may not work")
	f.StringVar(&start, "start", "", "`time` when it begins")
	f.StringVar(&end, "end", "", "`time` when it ends")
	f.DurationVar(&lasts, "for", 0, "how long it takes, instead of --end")
	f.StringVar(&r.By, "by", "", "who announces it (default the user of this shell)")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	cmd.MarkFlagsMutuallyExclusive("end", "for")
	cmd.MarkFlagsOneRequired("end", "for")
	for _, name := range []string{"component", "start"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is defined above
		}
	}
	return cmd
}

func plansCommand(g *global) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List what is and was announced, the last to start first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			all, err := app.Maintenances(cmd.Context(), c)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd, all)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, m := range all {
				state := m.State
				if m.Canceled {
					state = "canceled"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.ID, m.Start.Format(time.RFC3339), m.End.Format(time.RFC3339), state, m.Title)
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// asAnnounced leaves a maintenance its times.
func asAnnounced(*app.SteerRequest) error { return nil }

func moveCommand(g *global) *cobra.Command {
	var from, to string
	cmd := steerCommand(g, "move", "Announce other times", func(r *app.SteerRequest) error {
		c, err := g.load()
		if err != nil {
			return err
		}
		moments, err := newClock(c)
		if err != nil {
			return err
		}
		for _, f := range []struct {
			flag, text string
			to         *time.Time
		}{{"--from", from, &r.Start}, {"--to", to, &r.End}} {
			if f.text == "" {
				continue
			}
			if *f.to, err = moments.ahead(f.text); err != nil {
				return fmt.Errorf("%s: %w", f.flag, err)
			}
		}
		return nil
	})
	cmd.Long = `Announce other times; both are told. With --from alone it keeps its length. Of
work that goes on, or whose time has just run out, --to moves the end.`
	cmd.Example = `  howdah maintenance move m5k2 --to 13:00 "The disks take longer than planned."`
	cmd.Flags().StringVar(&from, "from", "", "`time` when it begins")
	cmd.Flags().StringVar(&to, "to", "", "`time` when it ends")
	cmd.MarkFlagsOneRequired("from", "to")
	return cmd
}

// steerCommand is a command that does the act of its name. fill puts what its
// own flags say into the request.
func steerCommand(g *global, act, short string, fill func(*app.SteerRequest) error) *cobra.Command {
	var r app.SteerRequest
	var asJSON bool
	cmd := &cobra.Command{
		Use:   act + " ID [TEXT]",
		Short: short,
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			if err := fill(&r); err != nil {
				return err
			}
			r.ID, r.By = args[0], signed(r.By)
			if len(args) == 2 {
				r.Text = args[1]
			}
			m, err := app.SteerMaintenance(cmd.Context(), c, act, r)
			if err != nil {
				return err
			}
			return printMaintenance(cmd, m, asJSON)
		},
	}
	cmd.Flags().StringVar(&r.By, "by", "", "who says so (default the user of this shell)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printMaintenance(cmd *cobra.Command, m app.MaintenanceInfo, asJSON bool) error {
	if asJSON {
		return printJSON(cmd, m)
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", m.ID, m.State)
	return err
}
