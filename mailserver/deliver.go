package mailserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// postmaster is the name that every mail domain takes mail for (RFC 5321,
// section 4.5.1).
const postmaster = "postmaster"

// Delivery is a message that another server brings.
type Delivery struct {
	// Trace is put before the message: header lines, each with its CRLF. It
	// does not count against the size that a message may have.
	Trace string
	Body  io.Reader // read to its end, once
}

// Deliver stores a message in the account's INBOX. Errors are those of Append.
func (s *Service) Deliver(ctx context.Context, account string, d Delivery) (Placed, error) {
	body := &limited{r: newCRLFReader(d.Body), left: s.limits.MessageSize}
	p, err := s.store.Append(ctx, account, Inbox, NewMessage{
		InternalDate: time.Now().UTC(),
		Body:         io.MultiReader(strings.NewReader(d.Trace), body),
	})
	if err != nil {
		return Placed{}, fmt.Errorf("deliver to %q: %w", account, err)
	}
	s.watchers.wakeMailbox(account, p.Mailbox)
	return p, nil
}

// Recipient returns the name of the account that gets mail for local@domain:
// the one of that name, else the one named as the local part; then the same
// without what follows a "+" in the local part. Case does not matter. Mail for
// the postmaster goes to the first account when no account has that name. A
// recipient who has no account is ErrNoAccount; whether the domain is ours is
// for the caller to know.
func (s *Service) Recipient(ctx context.Context, local, domain string) (string, error) {
	local, domain = strings.ToLower(local), strings.ToLower(domain)
	missing := fmt.Errorf("find recipient %q: %w", local+"@"+domain, ErrNoAccount)
	// An "@" from a quoted local part would name an account of another domain.
	if strings.Contains(local, "@") {
		return "", missing
	}
	names := []string{local + "@" + domain, local}
	if base, _, tagged := strings.Cut(local, "+"); tagged {
		names = append(names, base+"@"+domain, base)
	}
	for _, name := range names {
		a, err := s.account(ctx, name)
		if err == nil {
			return a.Name, nil
		}
		if !errors.Is(err, ErrNoAccount) && !errors.Is(err, ErrInvalidName) {
			return "", fmt.Errorf("find recipient %q: %w", name, err)
		}
	}
	if local != postmaster {
		return "", missing
	}
	accounts, err := s.store.Accounts(ctx)
	if err != nil {
		return "", fmt.Errorf("find recipient %q: %w", local, err)
	}
	if len(accounts) == 0 {
		return "", missing
	}
	return accounts[0].Name, nil
}
