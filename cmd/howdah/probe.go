package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/app"
)

func probeCommand(g *global) *cobra.Command {
	o := app.ProbeOptions{Timeout: 15 * time.Second}
	var check string
	cmd := &cobra.Command{
		Use:   "probe {URL | --check KEY}",
		Short: "Run one check now, like a monitoring plugin",
		Long: `Run one check now and say how it went, as a monitoring plugin does: a first
line with performance data, and the exit code 0 for ok, 1 for a warning, 2 for
critical and 3 for unknown: we could not ask, or were asked wrongly.

URL is what a check's target is, scheme://user@host:port with a default port:

  imap, imaps              log in, open the inbox; ?append=FOLDER puts a message
                           into a folder of the probe's own and takes it out
                           again, ?idle=true times how soon one is announced
  pop3, pop3s              log in, look at the inbox; ?retr=true reads a message
  smtp, submission, smtps  log in; ?rcpt=ADDRESS asks whether mail to it would be
                           taken, and &data=true sends one
  lmtp, lmtp+unix:///PATH  ?rcpt=ADDRESS likewise
  managesieve              log in
  horde+https, roundcube+https, webmail+https
                           log in to webmail by its form and log out
  http, https              get a page; #expect=TEXT is on it, #status=CODE is its
                           code
  tcp, tls                 connect; ?expect=TEXT begins the server's first line
  dns://DOMAIN             ask for what mail needs; ?ask=mx,spf,dkim,dmarc,...
  exec:///PROGRAM          run a monitoring plugin; ?arg=TEXT once or more

?insecure=true (#insecure=true for a web page) accepts any certificate;
?plaintext=true lets the password go in the clear, which it else does only on
this machine; ?auth=NAME logs in by that mechanism only, and the password is the
token for xoauth2 and oauthbearer. Without a user in the URL nobody logs in.

A limit is RANGE, for the whole time, or FIGURE=RANGE, where the figure is
total, cert_days or a phase such as connect, tls or auth; several have commas
between them. RANGE is a plugin's [@]start:end in seconds or days: 5 alerts above
5, 14: below 14, @1:2 between 1 and 2. Left out: -w 5,cert_days=14: and
-c cert_days=3:, the days only where the certificate is verified.

A failure says where it happened and why: connect.refused, greeting.timeout,
auth.no.

With --check the running howdah runs one of its own checks at once, whatever the
time for it is; its result counts there like any other.`,
		Example: `  howdah probe imaps://ada@mail.example.edu --password-file ada.password
  howdah probe imaps://ada@mail.example.edu --password-file ada.password -w 2,auth=0.5 -c 5,cert_days=7: -t 10
  howdah probe 'smtp://mx.example.edu?rcpt=ada@example.edu' --json
  howdah probe 'imap://demo@127.0.0.1:1143?insecure=true' --password-file howdah-data/demo.password --trace
  howdah probe roundcube+https://ada@webmail.example.edu/ --password-env ADA_PASSWORD
  howdah probe 'dns://example.edu?ask=mx,spf,dkim,dmarc&selector=mail'
  howdah probe 'exec:///usr/lib/nagios/plugins/check_disk?arg=-w&arg=10%25&arg=/var'
  howdah probe --check imap`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Out, o.TraceTo = cmd.OutOrStdout(), cmd.ErrOrStderr()
			if check != "" {
				return probeCheck(cmd, g, check, o)
			}
			o.Target = args[0]
			return exitWith(app.Probe(cmd.Context(), o))
		},
	}
	// A monitoring system takes any other exit code for a state of the target.
	misused := func(cmd *cobra.Command, err error) error {
		return exitWith(app.ProbeMisused(cmd.OutOrStdout(), err))
	}
	cmd.SetFlagErrorFunc(misused)
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		for _, own := range []string{"timeout", "password-file", "password-env"} {
			if check != "" && cmd.Flags().Changed(own) {
				return misused(cmd, fmt.Errorf("--%s is of no use with --check: a check has its own in the configuration", own))
			}
		}
		if len(args) == 1 && check == "" || len(args) == 0 && check != "" {
			return nil
		}
		return misused(cmd, fmt.Errorf("want one URL or --check, got %d; see howdah probe --help", len(args)))
	}
	f := cmd.Flags()
	f.StringVar(&check, "check", "", "run the check with this `key` in the running howdah, where its result counts")
	f.VarP((*seconds)(&o.Timeout), "timeout", "t", "bound of the whole run, `30s` or 30")
	f.StringArrayVarP(&o.Warning, "warning", "w", nil, "warn beyond these `limits`")
	f.StringArrayVarP(&o.Critical, "critical", "c", nil, "be critical beyond these `limits`")
	f.BoolVar(&o.JSON, "json", false, "print one JSON object")
	f.BoolVar(&o.Trace, "trace", false, "print the conversation, without secrets, to standard error")
	f.StringVar(&o.PasswordFile, "password-file", "", "`file` whose first line is the password")
	f.StringVar(&o.PasswordEnv, "password-env", "", "`variable` of the environment that holds the password")
	return cmd
}

func probeCheck(cmd *cobra.Command, g *global, check string, o app.ProbeOptions) error {
	c, err := g.load()
	if err != nil {
		return exitWith(app.ProbeMisused(cmd.OutOrStdout(), err))
	}
	return exitWith(app.ProbeCheck(cmd.Context(), c, check, o))
}

func exitWith(code int) error {
	if code == 0 {
		return nil
	}
	return exitCode(code)
}

// seconds is a duration, or a number of seconds as plugins take it.
type seconds time.Duration

func (s *seconds) Set(text string) error {
	d, err := time.ParseDuration(text)
	if n, plain := strconv.ParseUint(text, 10, 16); plain == nil {
		d, err = time.Duration(n)*time.Second, nil
	}
	if err != nil || d <= 0 {
		return errors.New("want a time such as 30s or 30")
	}
	*s = seconds(d)
	return nil
}

func (s *seconds) String() string { return time.Duration(*s).String() }

func (s *seconds) Type() string { return "time" }
