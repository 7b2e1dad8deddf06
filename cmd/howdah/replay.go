package main

import (
	"github.com/spf13/cobra"

	"howdah/cmd/howdah/app"
)

func replayCommand(g *global) *cobra.Command {
	o := app.ReplayOptions{Version: version()}
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Tell a past from a file, and show the site that comes of it",
		Long: `Run a timeline of failures, recoveries and staff posts through the real state
machine, desk, narrator and store on a simulated clock, and serve the site that
comes of it (on web.listen), or write it as files. It shows what Howdah would
have told, with the settings of the configuration's detection section; nothing
in the data folder is touched.

The file says when a host went down (host_down) and came back (host_up), when
one component did (down, up), and what staff wrote:

  time_zone: Africa/Johannesburg
  host: elephant
  components:
    imap:     {name: "Reading mail (IMAP)", group: Mail, depends_on: [elephant]}
    outgoing: {name: "Sending mail (SMTP)"}
  canary: {component: imap, every: 5m, retry: 30m}
  events:
    - {at: "2005-08-01 17:03", host_down: elephant}
    - {at: "2005-08-01 17:20", staff: identified, text: "A disk is full.",
       topic: cause, expected_restore: "2005-08-01 18:00"}
    - {at: "2005-08-01 18:21", host_up: elephant, how: rebooted by staff}`,
		Example: `  howdah replay august.yaml
  howdah replay august.yaml --export site`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			o.Config, o.File, o.Out = c, args[0], cmd.OutOrStdout()
			return app.Replay(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&o.Export, "export", "", "write the site to this `folder` instead of serving it")
	return cmd
}
