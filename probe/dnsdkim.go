package probe

import (
	"context"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// leastRSA is what a verifier must not go below (RFC 8301, section 3.2).
const leastRSA = 1024

// dkim asks for the domain's keys, by each selector (RFC 6376, section 3.6.1).
func (d *domain) dkim(ctx context.Context) error {
	for selector := range strings.SplitSeq(d.target.Selectors, ",") {
		at := selector + "._domainkey." + d.target.Host
		text, err := d.record(ctx, at, func(string) bool { return true })
		if err != nil {
			return err
		}
		list, err := parseTags(text)
		if err != nil {
			return &fault{"syntax", fmt.Sprintf("at %s: %v", at, err)}
		}
		if f := checkKey(list); f != nil {
			return &fault{f.cause, fmt.Sprintf("at %s: %s", at, f.detail)}
		}
		if t, _ := list.find("t"); listHas(t, "y") {
			d.warn("at %s: the key is marked as a test (t=y)", at)
		}
	}
	return nil
}

// checkKey says what is wrong with a key, nil for nothing.
func checkKey(list tags) *fault {
	if v, ok := list.find("v"); ok && (v != "DKIM1" || list[0].name != "v") {
		return &fault{"syntax", "v=DKIM1 must come first, or no version at all"}
	}
	if s, ok := list.find("s"); ok && !listHas(s, "*", "email") {
		return &fault{"service", fmt.Sprintf("s=%s: the key is not for mail", s)}
	}
	if h, ok := list.find("h"); ok && !listHas(h, "sha256") {
		return &fault{"hash", fmt.Sprintf("h=%s: SHA-256 is not allowed", h)}
	}
	p, ok := list.find("p")
	switch {
	case !ok:
		return &fault{"syntax", "there is no key (p)"}
	case p == "":
		return &fault{"revoked", "the key is withdrawn (p is empty)"}
	}
	// White space may stand anywhere in base64.
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(p), ""))
	if err != nil {
		return &fault{"key", "the key is not in base64"}
	}
	kind, ok := list.find("k")
	if !ok {
		kind = "rsa"
	}
	switch kind {
	case "rsa":
		return checkRSA(raw)
	case "ed25519": // RFC 8463, section 3
		if len(raw) != ed25519.PublicKeySize {
			return &fault{"key", fmt.Sprintf("an Ed25519 key of %d bytes", len(raw))}
		}
		return nil
	}
	return &fault{"key", fmt.Sprintf("the kind %q of key is not known", kind)}
}

// checkRSA takes both forms in which keys are published: that of X.509, and as
// RFC 6376 would have it that of PKCS #1.
func checkRSA(raw []byte) *fault {
	key, err := x509.ParsePKIXPublicKey(raw)
	if err != nil {
		key, err = x509.ParsePKCS1PublicKey(raw)
	}
	public, ok := key.(*rsa.PublicKey)
	switch {
	case err != nil || !ok:
		return &fault{"key", "not an RSA key"}
	case public.N.BitLen() < leastRSA:
		return &fault{"weak", fmt.Sprintf("an RSA key of %d bits, and below %d nobody may believe it", public.N.BitLen(), leastRSA)}
	}
	return nil
}

// listHas reports whether a list divided by colons has one of the words.
func listHas(list string, words ...string) bool {
	return slices.ContainsFunc(strings.Split(list, ":"), func(w string) bool { return slices.Contains(words, strings.TrimSpace(w)) })
}
