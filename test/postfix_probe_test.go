package test

import (
	"fmt"
	"testing"
	"time"
)

// submissionPostfix takes mail from accounts of a Dovecot only, behind
// encryption.
const submissionPostfix = `
smtpd_tls_cert_file = DIR/cert.pem
smtpd_tls_key_file = DIR/key.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:%d
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = reject_unlisted_recipient, permit_sasl_authenticated, reject
relay_recipient_maps = inline:{{probe@example.edu = ok}}
`

const saslDovecot = `
auth_mechanisms = plain login scram-sha-256 xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = %s/oauth2.conf
}
service auth {
  inet_listener {
    address = 127.0.0.1
    port = %d
  }
}
`

// The probe submits mail to a Postfix as a mail program does, and tells what it
// is not let do.
func TestProbePostfix(t *testing.T) {
	t.Parallel()
	i, sasl := newIssuer(t), freePort(t)
	d := startDovecot(t, fmt.Sprintf(saslDovecot, i.dir, sasl))
	p := startPostfix(t, d.port["lmtp"], fmt.Sprintf(submissionPostfix, sasl))
	const encrypted = "connect greeting ehlo starttls tls ehlo "
	const in = encrypted + "auth "
	user, nobody := "probe@", ""
	for _, tt := range []struct {
		user, options, password   string
		reason, mechanism, phases string
	}{
		{nobody, "", "", "", "", encrypted + "logout"},
		{user, "", "pass", "", "SCRAM-SHA-256", in + "logout"},
		{user, "&auth=plain", "pass", "", "PLAIN", in + "logout"},
		{user, "&auth=login", "pass", "", "LOGIN", in + "logout"},
		{user, "&auth=xoauth2", i.token("probe", time.Hour), "", "XOAUTH2", in + "logout"},
		{user, "&auth=oauthbearer", i.token("probe", time.Hour), "", "OAUTHBEARER", in + "logout"},
		{user, "&auth=scram-sha-1", "pass", "auth.nomech", "", in[:len(in)-1]},
		{user, "", "wrong", "auth.no", "SCRAM-SHA-256", in[:len(in)-1]},
		{user, "&auth=plain", "wrong", "auth.no", "PLAIN", in[:len(in)-1]},
		{user, "&auth=login", "wrong", "auth.no", "LOGIN", in[:len(in)-1]},
		{user, "&auth=oauthbearer", i.token("probe", -time.Hour), "auth.no", "OAUTHBEARER", in[:len(in)-1]},
		{user, "&rcpt=probe@example.edu", "pass", "", "SCRAM-SHA-256", in + "mail rcpt rset logout"},
		{user, "&rcpt=nobody@example.edu", "pass", "rcpt.no", "SCRAM-SHA-256", in + "mail rcpt"},
		{nobody, "&rcpt=probe@example.edu", "", "rcpt.no", "", encrypted + "mail rcpt"},
		{user, "&rcpt=probe@example.edu&from=probe@example.edu&data=true", "pass", "", "SCRAM-SHA-256", in + "mail rcpt data logout"},
	} {
		target := fmt.Sprintf("submission://%s127.0.0.1:%d?insecure=true%s", tt.user, p.port, tt.options)
		r := runProbe(t, target, tt.password)
		if r.Reason != tt.reason || r.Mechanism != tt.mechanism || r.phases() != tt.phases {
			t.Errorf("%s: %s %q (%s) by %q after %q, want %q by %q after %q\n%s", target, r.Verdict, r.Reason, r.Detail, r.Mechanism, r.phases(), tt.reason, tt.mechanism, tt.phases, r.trace)
		}
	}
	within(t, 10*time.Second, "the one message that was sent arrives", func() bool { return d.count("INBOX") == 1 })

	// A Postfix that finds no Dovecot lets nobody in, and that is no wrong
	// password.
	p.stop()
	d.stop()
	p.start()
	target := fmt.Sprintf("submission://probe@127.0.0.1:%d?insecure=true", p.port)
	within(t, 20*time.Second, "Postfix listens", func() bool { return runProbe(t, target, "pass").Reason != "connect.refused" })
	if r := runProbe(t, target, "pass"); r.Verdict != "fail" || r.Reason == "auth.no" {
		t.Errorf("without a password store: %s %q (%s)\n%s", r.Verdict, r.Reason, r.Detail, r.trace)
	}
}
