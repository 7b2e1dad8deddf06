package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"howdah/cmd/howdah/app"
)

func accountCommand(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "account",
		Short: "Mail accounts of the bundled mail server",
		Long: `Mail accounts of the bundled mail server. While it runs it does the work itself;
otherwise the data folder is changed.`,
	}
	cmd.AddCommand(
		accountSecretCommand(g, "add NAME", "Add a mail account", app.AddAccount, "added"),
		accountSecretCommand(g, "passwd NAME", "Set a mail account's password", app.SetAccountPassword, "has a new password"),
		accountRemoveCommand(g),
		accountListCommand(g),
	)
	return cmd
}

// accountSecretCommand is a command that takes a name and a password. The
// password is never an argument: every user of a machine can read those.
func accountSecretCommand(g *global, use, short string, do func(ctx ctx, data, name, password string) error, done string) *cobra.Command {
	var fromStdin bool
	var file string
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			password, err := readPassword(cmd, fromStdin, file)
			if err != nil {
				return err
			}
			if err := do(cmd.Context(), c.Data, args[0], password); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "account %s %s\n", args[0], done)
			return nil
		},
	}
	cmd.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from the first line of standard input")
	cmd.Flags().StringVar(&file, "password-file", "", "`file` whose first line is the password")
	cmd.MarkFlagsMutuallyExclusive("password-stdin", "password-file")
	return cmd
}

func readPassword(cmd *cobra.Command, fromStdin bool, file string) (string, error) {
	var password string
	switch {
	case file != "":
		f, err := os.Open(file)
		if err != nil {
			return "", err
		}
		defer f.Close()
		password, err = firstLine(f)
		if err != nil {
			return "", err
		}
	case fromStdin:
		var err error
		if password, err = firstLine(cmd.InOrStdin()); err != nil {
			return "", err
		}
	default:
		if !term.IsTerminal(int(os.Stdin.Fd())) {
			return "", errors.New("no password: use --password-stdin or --password-file, or run this on a terminal")
		}
		fmt.Fprint(cmd.ErrOrStderr(), "Password: ")
		typed, err := term.ReadPassword(int(os.Stdin.Fd()))
		fmt.Fprintln(cmd.ErrOrStderr())
		if err != nil {
			return "", err
		}
		password = string(typed)
	}
	if password == "" {
		return "", errors.New("the password is empty")
	}
	return password, nil
}

func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func accountRemoveCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove a mail account with all its mail, for good",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			if err := app.RemoveAccount(cmd.Context(), c.Data, args[0]); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "account %s removed\n", args[0])
			return nil
		},
	}
}

func accountListCommand(g *global) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the mail accounts",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := g.load()
			if err != nil {
				return err
			}
			all, err := app.Accounts(cmd.Context(), c.Data)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd, all)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, a := range all {
				fmt.Fprintf(w, "%s\tadded %s\n", a.Name, a.CreatedAt.Format(time.RFC3339))
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
