package main

import (
	"time"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/app"
)

func probeCommand() *cobra.Command {
	var o app.ProbeOptions
	cmd := &cobra.Command{
		Use:   "probe URL",
		Short: "Run one check now, like a monitoring plugin",
		Long: `Run one check now and say how it went: first line and exit code are those of a
monitoring plugin (0 ok, 1 slow, 2 failed, 3 could not ask).

URL is scheme://user@host:port with the scheme imap, imaps, pop3, pop3s, smtp,
submission, smtps, lmtp, managesieve, tcp or tls, or lmtp+unix:///path for a
socket. ?insecure=true accepts any certificate; ?rcpt=ADDRESS asks a server for
SMTP or LMTP whether it would take mail for the address, and sends none;
?expect=TEXT is how the first line must begin, for tcp and tls.`,
		Example: "  howdah probe imap://demo@127.0.0.1:1143?insecure=true --password-file howdah-data/demo.password",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Target, o.Out, o.TraceTo = args[0], cmd.OutOrStdout(), cmd.ErrOrStderr()
			code, err := app.Probe(cmd.Context(), o)
			if err == nil && code != 0 {
				err = exitCode(code)
			}
			return err
		},
	}
	f := cmd.Flags()
	f.DurationVarP(&o.Timeout, "timeout", "t", 15*time.Second, "bound of the whole run")
	f.BoolVar(&o.JSON, "json", false, "print one JSON object")
	f.BoolVar(&o.Trace, "trace", false, "print the conversation, without secrets, to standard error")
	f.StringVar(&o.PasswordFile, "password-file", "", "`file` whose first line is the password")
	return cmd
}
