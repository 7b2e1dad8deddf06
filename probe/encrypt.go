package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"slices"
	"time"
)

// encrypt begins TLS. The certificate is noted also when it is refused, so
// that one that has run out can be seen to have.
func (c *conn) encrypt(ctx context.Context) error {
	w := tls.Client(c.raw, &tls.Config{
		ServerName: c.target.Host,
		MinVersion: c.target.offeredTLS(),
		// VerifyConnection below verifies, unless the target says not to.
		InsecureSkipVerify: true, // #nosec G402 -- VerifyConnection does it, and says what is wrong
		VerifyConnection:   c.verify,
	})
	if err := w.HandshakeContext(ctx); err != nil {
		return err
	}
	c.encrypted = true
	c.use(w)
	return nil
}

func (c *conn) verify(state tls.ConnectionState) error {
	leaf := state.PeerCertificates[0]
	options := x509.VerifyOptions{DNSName: c.target.Host, Roots: c.runner.RootCAs, Intermediates: x509.NewCertPool(), CurrentTime: time.Now()}
	for _, cert := range state.PeerCertificates[1:] {
		options.Intermediates.AddCert(cert)
	}
	chains, err := leaf.Verify(options)
	c.tls = &TLSInfo{
		Version:  tls.VersionName(state.Version),
		Cipher:   tls.CipherSuiteName(state.CipherSuite),
		NotAfter: endOf(leaf, chains).UTC(),
		Verified: err == nil,
	}
	if c.target.Insecure {
		err = nil
	}
	if err == nil && state.Version < c.target.minTLS() {
		return &fault{"version", tls.VersionName(state.Version) + " and no newer one is spoken"}
	}
	return err
}

// endOf is when the verification fails from then on: the first end of a
// certificate in the chain that lasts longest, the root's among them. Without
// a chain it is the leaf's.
func endOf(leaf *x509.Certificate, chains [][]*x509.Certificate) time.Time {
	var end time.Time
	for _, chain := range chains {
		first := slices.MinFunc(chain, func(a, b *x509.Certificate) int { return a.NotAfter.Compare(b.NotAfter) })
		end = later(end, first.NotAfter)
	}
	if end.IsZero() {
		return leaf.NotAfter
	}
	return end
}

// renewWithin is when a certificate should have been renewed.
const renewWithin = 14 * 24 * time.Hour

// renewalDue reports whether the certificate ends within 14 days, where
// certificates are checked.
func (c *conn) renewalDue() bool {
	return c.tls != nil && !c.target.Insecure && c.tls.NotAfter.Sub(c.begun) < renewWithin
}
