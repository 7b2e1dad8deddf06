package incidents

import (
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
)

var idAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// identity is a prefix and 12 characters of a hash: the same facts give the
// same ID again, so that a replay or a retry doubles nothing.
func identity(prefix string, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return prefix + idAlphabet.EncodeToString(sum[:])[:12]
}

func incidentID(firstOutage string) string { return identity("i", "outage", firstOutage) }

func updateID(incident string, k Kind, outage string, ordinal int) string {
	return identity("u", incident, string(k), outage, strconv.Itoa(ordinal))
}
