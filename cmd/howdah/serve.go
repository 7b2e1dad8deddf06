package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/app"
)

func serveCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the status page, the probes and the mail server",
		Long: `Run the status page, the probes and the bundled mail server until it is stopped.

SIGHUP makes it read its configuration again. Components, checks, detection,
the site and who may read what change at once; a mistake, or what needs a
restart, is told in the log and leaves everything as it was.

Without a configuration it listens on loopback only, keeps its data in
./howdah-data and makes a certificate and a demo account.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			reload := make(chan os.Signal, 1)
			signal.Notify(reload, syscall.SIGHUP)
			program, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find our own program, to run it as the mail server: %w", err)
			}
			return app.Serve(cmd.Context(), app.ServeOptions{
				Config: c, Read: g.read, Reload: reload, Program: program,
				Out: cmd.OutOrStdout(), Log: app.NewLog(cmd.ErrOrStderr(), c.Log), Version: version(),
			})
		},
	}
}

func mailserverCommand(g *global) *cobra.Command {
	var supervised bool
	cmd := &cobra.Command{
		Use:   "mailserver",
		Short: "Run the mail server alone; serve runs it as its child",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if supervised {
				return app.RunSupervised(cmd.Context())
			}
			c, err := g.load()
			if err != nil {
				return err
			}
			return app.RunMailserver(cmd.Context(), c, app.NewLog(cmd.ErrOrStderr(), c.Log))
		},
	}
	cmd.Flags().BoolVar(&supervised, "supervised", false, "take settings from the parent")
	if err := cmd.Flags().MarkHidden("supervised"); err != nil {
		panic(err) // the flag is defined above
	}
	return cmd
}
