package mailserver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

// TestKeysOfRFC7677 checks the keys against the exchange that RFC 7677,
// section 3 prints.
func TestKeysOfRFC7677(t *testing.T) {
	const (
		auth = "n=user,r=rOprNGfwEbeRWgbNEkqO," +
			"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096," +
			"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
		proof     = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
		signature = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
	)
	salt, _ := base64.StdEncoding.DecodeString("W22ZaJ0SNY7soEsUEjb6gQ==")
	k, err := deriveKeys("pencil", salt, 4096)
	if err != nil {
		t.Fatal(err)
	}
	clientKey, _ := base64.StdEncoding.DecodeString(proof)
	for i, b := range keyed(k.stored, auth) {
		clientKey[i] ^= b
	}
	if sum := sha256.Sum256(clientKey); !hmac.Equal(sum[:], k.stored) {
		t.Error("StoredKey does not verify the RFC's client proof")
	}
	if got := base64.StdEncoding.EncodeToString(keyed(k.server, auth)); got != signature {
		t.Errorf("server signature is %s, want %s", got, signature)
	}
}

func TestSecret(t *testing.T) {
	a, err := newSecret("open sesame")
	if err != nil {
		t.Fatal(err)
	}
	b, err := newSecret("open sesame")
	if err != nil {
		t.Fatal(err)
	}
	if a == b {
		t.Error("two secrets of one password are equal: no salt")
	}
	if !strings.HasPrefix(a, "SCRAM-SHA-256$4096:") || strings.Contains(a, "sesame") {
		t.Errorf("secret %q is not in the form of RFC 5803", a)
	}
	k, err := parseSecret(a)
	if err != nil {
		t.Fatal(err)
	}
	if !k.matches("open sesame") || k.matches("open sesam") || k.matches("") {
		t.Error("secret matches the wrong passwords")
	}
}

func TestSecretRefused(t *testing.T) {
	for _, p := range []string{"", "a\x00b", "a\r\nb", strings.Repeat("p", 1025)} {
		if _, err := newSecret(p); !errors.Is(err, ErrBadPassword) {
			t.Errorf("newSecret(%q): %v, want ErrBadPassword", p, err)
		}
	}
	for _, s := range []string{"", "pencil", "SCRAM-SHA-256$4096:AA==", "SCRAM-SHA-256$0:AA==$AA==:AA==", "SCRAM-SHA-1$4096:AA==$AA==:AA=="} {
		if _, err := parseSecret(s); err == nil {
			t.Errorf("parseSecret(%q) accepted it", s)
		}
	}
}
