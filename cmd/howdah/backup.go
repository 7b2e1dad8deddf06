package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/app"
)

func backupCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Write everything in the data folder to one file, also while it runs",
		Long: `Write everything in the data folder (threads, facts, mail, accounts, certificate)
to one new file, also while Howdah runs. The file holds secrets; only you can
read it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			began := time.Now()
			size, err := app.Backup(cmd.Context(), c.Data, args[0], version())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d bytes in %s, checked\n", args[0], size, time.Since(began).Round(time.Millisecond))
			return nil
		},
	}
}

func restoreCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Make an empty data folder of a backup",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			n, err := app.Restore(cmd.Context(), c.Data, args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d files restored and checked\n", c.Data, n)
			return nil
		},
	}
}

func exportCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "export DIR",
		Short: "Write the public site as files, also while it runs",
		Long: `Write the public site as files with relative links, as the data folder has it,
for a web server to serve while this machine is down. DIR is made when it is
not there; a folder that holds anything else than an earlier export is refused.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			return app.Export(cmd.Context(), c, args[0], version())
		},
	}
}

func healthcheckCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask the running instance whether it is ready; exit code 0 when it is",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			if err := app.Healthcheck(cmd.Context(), c); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), "ready")
			return nil
		},
	}
}
