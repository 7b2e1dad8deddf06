package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"howdah/cmd/howdah/config"
	"howdah/probe"
)

// startMail starts the supervised mail server and tells the prober of an
// earlier unclean stop. It fails only when the settings can't work.
func (in *instance) startMail(last *lastBeat) (childStatus, error) {
	m := in.Config.Mailserver
	if m.Off {
		return childStatus{}, nil
	}
	if last != nil && !last.clean {
		in.Log.Warn("the last run ended uncleanly; the mail server was down since", "last_heartbeat", last.at)
		in.prober.Exit(probe.Exit{At: last.at, Source: probe.SourceUnclean, Host: m.Host, Components: in.served(), Code: -1})
	}
	in.super = &supervisor{
		program:  in.Program,
		settings: in.mail,
		restart:  m.Restart == config.Always,
		delay:    m.RestartDelay,
		log:      in.Log,
		last:     &in.lastExit,
		onExit: func(e probe.Exit) {
			in.life.ended()
			e.Host, e.Components = m.Host, in.served()
			e.LogTail = scrub(e.LogTail, in.secrets())
			in.prober.Exit(e)
		},
		onReady: func() {
			in.life.ready()
			in.prober.Ready()
		},
	}
	st, err := in.super.Start()
	if errors.Is(err, errSetup) {
		return st, err
	}
	in.down.add("mail server", func(context.Context) error { in.super.Stop(); return nil })
	if err != nil {
		in.Log.Error("mail server did not start; the page goes on without it", "error", err)
	}
	return st, nil
}

// mailPID is that of the mail server, 0 while it does not run.
func (in *instance) mailPID() int {
	if in.super == nil {
		return 0
	}
	return in.super.PID()
}

// served are the components that the bundled server's process stands behind:
// those with a check of one of its ports now.
func (in *instance) served() []string {
	l := in.Config.Mailserver.Listen
	ports := map[string]bool{}
	for _, addr := range []string{l.IMAP, l.IMAPS, l.POP3, l.POP3S, l.SMTP, l.LMTP} {
		if _, port, err := net.SplitHostPort(addr); err == nil {
			ports[port] = true
		}
	}
	var keys []string
	for _, c := range in.watched.Load().checks {
		if loopback(c.Target.Host) && ports[fmt.Sprint(c.Target.Port)] && !slices.Contains(keys, c.Component) {
			keys = append(keys, c.Component)
		}
	}
	return keys
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// announce tells a person where to look and how to see a failure.
func (in *instance) announce(webAddr string, mail childStatus) {
	var b strings.Builder
	fmt.Fprintf(&b, "Howdah is ready.\n\n  page         %s/\n  feed         %s/feed.rss\n", in.Config.Site.URL, in.Config.Site.URL)
	if u := "http://" + webAddr; u != in.Config.Site.URL {
		fmt.Fprintf(&b, "  listening    %s\n", u)
	}
	if !in.Config.Mailserver.Off {
		l := mail.Listen
		fmt.Fprintf(&b, "  IMAP         %s (STARTTLS), %s (TLS)\n", orOff(l.IMAP), orOff(l.IMAPS))
		fmt.Fprintf(&b, "  POP3         %s (STLS), %s (TLS)\n", orOff(l.POP3), orOff(l.POP3S))
		fmt.Fprintf(&b, "  mail for     %s by SMTP on %s, by LMTP on %s\n", strings.Join(in.Config.Mailserver.Domains, ", "), orOff(l.SMTP), orOff(l.LMTP))
		demoFile := filepath.Join(in.Config.Data, demoAccount+".password")
		if in.demo != "" {
			fmt.Fprintf(&b, "  account      %s, password %s (also in %s)\n", demoAccount, in.demo, demoFile)
		} else if _, err := os.Stat(demoFile); err == nil {
			fmt.Fprintf(&b, "  account      %s, password in %s\n", demoAccount, demoFile)
		}
		if pid := in.super.PID(); pid != 0 {
			fmt.Fprintf(&b, "  mail server  pid %d; to see an incident: kill -9 %d\n", pid, pid)
		}
	}
	fmt.Fprintf(&b, "  data         %s\n\n", in.data)
	fmt.Fprint(in.Out, b.String())
}

func orOff(addr string) string {
	if addr == "" {
		return "off"
	}
	return addr
}
