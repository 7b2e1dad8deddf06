package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/config"
)

func configCommand(g *global) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check a configuration file, or print the reference or the schema"}
	cmd.AddCommand(&cobra.Command{
		Use:   "check [FILE]",
		Short: "Say what is wrong with a configuration file",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := g.configFile
			if len(args) == 1 {
				file = args[0]
			}
			if file == "" {
				return fmt.Errorf("config check: name a file")
			}
			if _, err := config.Load(file, os.Environ()); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: good\n", file)
			return nil
		},
	}, &cobra.Command{
		Use:   "example",
		Short: "Print a configuration file with every key, its default and what it does",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(config.Example())
			return err
		},
	}, &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a configuration file, for editors",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(config.Schema())
			return err
		},
	})
	return cmd
}
