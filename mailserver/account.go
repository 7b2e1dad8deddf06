package mailserver

import (
	"fmt"
	"strings"
	"time"
)

// Account is a mail user.
type Account struct {
	Name      string // lower case, as ParseAccountName returns it
	Secret    string // SCRAM keys in the form of RFC 5803, never the password
	CreatedAt time.Time
}

const (
	maxLocalPart   = 64
	maxAccountName = 192 // leaves room for a file name made from it
)

// ParseAccountName returns the canonical form of an account's name: a local
// part or local@domain, in lower case. A local part has letters, digits and
// ".", "_", "-", "+", and neither begins nor ends with a dot nor has two in a
// row. Anything else is ErrInvalidName.
func ParseAccountName(s string) (string, error) {
	name := strings.ToLower(s)
	local, domain, hasDomain := strings.Cut(name, "@")
	ok := len(name) <= maxAccountName && len(local) <= maxLocalPart && dotted(local, "_-+")
	if hasDomain {
		ok = ok && dotted(domain, "-")
	}
	if !ok {
		return "", fmt.Errorf("parse account name %q: %w", s, ErrInvalidName)
	}
	return name, nil
}

// dotted reports whether s is made of non-empty atoms with dots between them,
// and each atom of letters, digits and the extra bytes.
func dotted(s, extra string) bool {
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" {
			return false
		}
		for i := range len(atom) {
			c := atom[i]
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && strings.IndexByte(extra, c) < 0 {
				return false
			}
		}
	}
	return true
}
