// Howdah is a status page and incident notice service with a mail server and
// a mail probe of its own. See README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	_ "time/tzdata" // zones by name on machines that have no zone files

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/config"
)

func main() {
	syscall.Umask(0o077) // everything that we write is the service's own
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	err := command().ExecuteContext(ctx)
	cancel()
	var code exitCode
	switch {
	case err == nil:
	case errors.As(err, &code):
		os.Exit(int(code))
	default:
		fmt.Fprintln(os.Stderr, "howdah:", err)
		os.Exit(1)
	}
}

// exitCode is an error that has been told already and only sets the exit code.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// global are the flags of every command.
type global struct {
	configFile string
	data       string
	debug      bool
	logFormat  string
}

func command() *cobra.Command {
	g := &global{}
	root := &cobra.Command{
		Use:           "howdah",
		Short:         "A status page that watches a mail system and writes its own incident notices",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	f := root.PersistentFlags()
	f.StringVar(&g.configFile, "config", os.Getenv("HOWDAH_CONFIG"), "configuration `file`")
	f.StringVar(&g.data, "data", "", "data `folder`, instead of the configuration's")
	f.BoolVar(&g.debug, "debug", false, "log more")
	f.StringVar(&g.logFormat, "log", "text", "log as `text` or json")
	root.AddCommand(
		serveCommand(g),
		mailserverCommand(g),
		probeCommand(),
		postCommand(g),
		incidentCommand(g),
		accountCommand(g),
		backupCommand(g),
		restoreCommand(g),
		healthcheckCommand(g),
		configCommand(g),
		versionCommand(),
		manCommand(),
	)
	return root
}

// load reads the configuration in its order: file, environment, flags.
func (g *global) load() (config.Config, error) {
	env := os.Environ()
	if g.data != "" {
		dir, err := filepath.Abs(g.data)
		if err != nil {
			return config.Config{}, fmt.Errorf("--data: %w", err)
		}
		env = append(env, "HOWDAH_DATA="+dir) // the last one counts
	}
	c, err := config.Load(g.configFile, env)
	if err != nil {
		return c, err
	}
	return c.Complete()
}

func (g *global) logger() (*slog.Logger, error) {
	o := &slog.HandlerOptions{Level: slog.LevelInfo}
	if g.debug {
		o.Level = slog.LevelDebug
	}
	switch g.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(os.Stderr, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(os.Stderr, o)), nil
	}
	return nil, fmt.Errorf("--log %q: must be text or json", g.logFormat)
}
