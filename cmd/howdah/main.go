// Howdah is a status page and incident notice service with a mail server and
// a mail probe of its own. See README.md.
package main

import (
	"context"
	"errors"
	"fmt"
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
	err := command().ExecuteContext(untilTold())
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

// untilTold is a context that ends when we are told to stop. Told again, the
// process ends at once.
func untilTold() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	told := make(chan os.Signal, 2)
	signal.Notify(told, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-told
		cancel()
		<-told
		fmt.Fprintln(os.Stderr, "howdah: told to stop twice, so this is no clean stop")
		os.Exit(1)
	}()
	return ctx
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
	f.BoolVar(&g.debug, "debug", false, "log more, whatever the configuration says")
	f.StringVar(&g.logFormat, "log", "", "log as `text` or json, instead of the configuration's")
	root.AddCommand(
		serveCommand(g),
		mailserverCommand(g),
		probeCommand(g),
		postCommand(g),
		incidentCommand(g),
		maintenanceCommand(g),
		accountCommand(g),
		replayCommand(g),
		backupCommand(g),
		restoreCommand(g),
		exportCommand(g),
		healthcheckCommand(g),
		configCommand(g),
		versionCommand(),
		manCommand(),
	)
	return root
}

// load is read with everything in it that follows from other keys.
func (g *global) load() (config.Config, error) {
	c, err := g.read()
	if err != nil {
		return c, err
	}
	return c.Complete()
}

// read reads the configuration in its order: file, environment, flags. It is
// still to be completed.
func (g *global) read() (config.Config, error) {
	c, err := config.Load(g.configFile, os.Environ())
	if err != nil {
		return c, err
	}
	if g.data != "" {
		if c.Data, err = filepath.Abs(g.data); err != nil {
			return c, fmt.Errorf("--data: %w", err)
		}
	}
	if g.debug {
		c.Log.Level = config.Debug
	}
	switch g.logFormat {
	case "":
	case config.Text, config.JSON:
		c.Log.Format = g.logFormat
	default:
		return c, fmt.Errorf("--log %q: must be text or json", g.logFormat)
	}
	return c, nil
}
