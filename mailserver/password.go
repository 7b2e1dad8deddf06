package mailserver

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// A login costs about a millisecond with these iterations, so that a server
// of many users is not slowed down by its own logins; RFC 7677 asks for at
// least as many.
const (
	scramIterations = 4096
	scramSalt       = 16
	scramScheme     = "SCRAM-SHA-256"
)

const maxPassword = 1024

// scram is what is kept of a password: RFC 5802's keys under SHA-256.
type scram struct {
	iterations int
	salt       []byte
	stored     []byte
	server     []byte
}

// newSecret derives the secret to be stored for a password, in the form
// SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey of RFC 5803, base64.
func newSecret(password string) (string, error) {
	if password == "" || len(password) > maxPassword || strings.ContainsAny(password, "\x00\r\n") {
		return "", fmt.Errorf("derive secret: %w", ErrBadPassword)
	}
	salt := make([]byte, scramSalt)
	rand.Read(salt) // never fails, by its contract
	k, err := deriveKeys(password, salt, scramIterations)
	if err != nil {
		return "", err
	}
	return k.String(), nil
}

func deriveKeys(password string, salt []byte, iterations int) (scram, error) {
	salted, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	if err != nil {
		return scram{}, fmt.Errorf("derive secret: %w", err)
	}
	stored := sha256.Sum256(keyed(salted, "Client Key"))
	return scram{iterations: iterations, salt: salt, stored: stored[:], server: keyed(salted, "Server Key")}, nil
}

func keyed(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func (k scram) String() string {
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("%s$%d:%s$%s:%s", scramScheme, k.iterations, b64(k.salt), b64(k.stored), b64(k.server))
}

func parseSecret(s string) (scram, error) {
	bad := fmt.Errorf("parse secret: not in the form of RFC 5803")
	parts := strings.Split(s, "$")
	if len(parts) != 3 || parts[0] != scramScheme {
		return scram{}, bad
	}
	iterations, salt, ok1 := strings.Cut(parts[1], ":")
	stored, server, ok2 := strings.Cut(parts[2], ":")
	var k scram
	var errs [4]error
	k.iterations, errs[0] = strconv.Atoi(iterations)
	k.salt, errs[1] = base64.StdEncoding.DecodeString(salt)
	k.stored, errs[2] = base64.StdEncoding.DecodeString(stored)
	k.server, errs[3] = base64.StdEncoding.DecodeString(server)
	for _, err := range errs {
		if err != nil {
			return scram{}, bad
		}
	}
	if !ok1 || !ok2 || k.iterations < 1 || len(k.stored) != sha256.Size || len(k.server) != sha256.Size {
		return scram{}, bad
	}
	return k, nil
}

// matches reports whether the password gives the same keys, in time that does
// not depend on where they differ.
func (k scram) matches(password string) bool {
	if len(password) > maxPassword {
		return false
	}
	got, err := deriveKeys(password, k.salt, k.iterations)
	return err == nil && subtle.ConstantTimeCompare(got.stored, k.stored) == 1
}
