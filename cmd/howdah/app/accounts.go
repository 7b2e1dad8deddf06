package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"howdah/db/maildb"
	"howdah/mailserver"
)

const (
	probeAccount = "probe"
	demoAccount  = "demo"
)

// firstAccounts makes sure that the probe's account exists and accepts the
// password in its file, and on the very first start makes a demo account. The
// demo account's password is returned only then. It runs before the mail
// server does, so that the two never write at once.
func firstAccounts(ctx context.Context, dir string, log *slog.Logger) (demoPassword string, err error) {
	store, err := maildb.Open(ctx, filepath.Join(dir, "mail"))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	svc := mailserver.New(store, mailserver.Limits{}, log)

	accounts, err := svc.Accounts(ctx)
	if err != nil {
		return "", err
	}
	if err := probePassword(ctx, svc, filepath.Join(dir, probeAccount+".password")); err != nil {
		return "", err
	}
	if len(accounts) > 0 {
		return "", nil
	}
	password := newPassword()
	if err := svc.AddAccount(ctx, demoAccount, password); err != nil {
		return "", fmt.Errorf("make the demo account: %w", err)
	}
	if err := writeFile(filepath.Join(dir, demoAccount+".password"), []byte(password+"\n")); err != nil {
		return "", err
	}
	return password, nil
}

// probePassword gives the probe's account the password in the file, making
// both where they are missing.
func probePassword(ctx context.Context, svc *mailserver.Service, file string) error {
	text, err := os.ReadFile(file)
	password := strings.TrimSpace(string(text))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if password == "" {
		password = newPassword()
		if err := writeFile(file, []byte(password+"\n")); err != nil {
			return err
		}
	}
	_, err = svc.Authenticate(ctx, probeAccount, password)
	if err == nil {
		return nil
	}
	err = svc.AddAccount(ctx, probeAccount, password)
	if errors.Is(err, mailserver.ErrExists) {
		err = svc.SetPassword(ctx, probeAccount, password)
	}
	if err != nil {
		return fmt.Errorf("set up account %q: %w", probeAccount, err)
	}
	return nil
}

// newPassword has 100 random bits in letters that can be told apart and typed.
func newPassword() string {
	return strings.ToLower(rand.Text()[:20])
}
