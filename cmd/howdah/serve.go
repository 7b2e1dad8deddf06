package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/app"
)

func serveCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the status page, the probes and the mail server",
		Long: `Run the status page, the probes and the bundled mail server until it is stopped.

Without a configuration it listens on loopback only, keeps its data in
./howdah-data and makes a certificate and a demo account.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			log, err := g.logger()
			if err != nil {
				return err
			}
			program, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find our own program, to run it as the mail server: %w", err)
			}
			return app.Serve(cmd.Context(), app.ServeOptions{
				Config: c, Program: program, Out: cmd.OutOrStdout(), Log: log, Debug: g.debug, Version: version(),
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
			log, err := g.logger()
			if err != nil {
				return err
			}
			return app.RunMailserver(cmd.Context(), c, log)
		},
	}
	cmd.Flags().BoolVar(&supervised, "supervised", false, "take settings from the parent")
	if err := cmd.Flags().MarkHidden("supervised"); err != nil {
		panic(err) // the flag is defined above
	}
	return cmd
}
