package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"howdah/db/maildb"
	"howdah/mailserver"
)

// Operations of mail accounts. The mail server itself carries them out while
// it runs, because it holds the accounts' files open; without it they are
// done on the files.

type accountRequest struct {
	Name     string `json:"name"`
	Password string `json:"password,omitempty"`
}

// AccountInfo is a mail account as it is listed.
type AccountInfo struct {
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
}

type none struct{}

// accountOps are the operations on a mail server's accounts, by name.
func accountOps(svc *mailserver.Service) map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"account.add": rpcHandler(func(ctx context.Context, r accountRequest) (none, error) {
			return none{}, svc.AddAccount(ctx, r.Name, r.Password)
		}),
		"account.passwd": rpcHandler(func(ctx context.Context, r accountRequest) (none, error) {
			return none{}, svc.SetPassword(ctx, r.Name, r.Password)
		}),
		"account.remove": rpcHandler(func(ctx context.Context, r accountRequest) (none, error) {
			return none{}, svc.RemoveAccount(ctx, r.Name)
		}),
		"account.list": rpcHandler(func(ctx context.Context, _ none) ([]AccountInfo, error) {
			return listAccounts(ctx, svc)
		}),
	}
}

func listAccounts(ctx context.Context, svc *mailserver.Service) ([]AccountInfo, error) {
	all, err := svc.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	infos := make([]AccountInfo, len(all))
	for i, a := range all {
		infos[i] = AccountInfo{Name: a.Name, CreatedAt: a.CreatedAt}
	}
	return infos, nil
}

// AddAccount makes a mail account in the data folder. It can be used when the
// function returns.
func AddAccount(ctx context.Context, data, name, password string) error {
	return onAccounts(ctx, data, "account.add", accountRequest{name, password}, func(svc *mailserver.Service) error {
		return svc.AddAccount(ctx, name, password)
	})
}

// SetAccountPassword replaces a mail account's password.
func SetAccountPassword(ctx context.Context, data, name, password string) error {
	return onAccounts(ctx, data, "account.passwd", accountRequest{name, password}, func(svc *mailserver.Service) error {
		return svc.SetPassword(ctx, name, password)
	})
}

// RemoveAccount removes a mail account with all its mail, for good.
func RemoveAccount(ctx context.Context, data, name string) error {
	return onAccounts(ctx, data, "account.remove", accountRequest{Name: name}, func(svc *mailserver.Service) error {
		return svc.RemoveAccount(ctx, name)
	})
}

// Accounts lists the mail accounts by name.
func Accounts(ctx context.Context, data string) ([]AccountInfo, error) {
	infos, err := call[[]AccountInfo](ctx, data, mailSocket, "account.list", none{})
	if !errors.Is(err, errNotRunning) {
		return infos, err
	}
	err = withMailStore(ctx, data, func(svc *mailserver.Service) error {
		infos, err = listAccounts(ctx, svc)
		return err
	})
	return infos, err
}

func onAccounts(ctx context.Context, data, op string, r accountRequest, do func(*mailserver.Service) error) error {
	_, err := call[none](ctx, data, mailSocket, op, r)
	if !errors.Is(err, errNotRunning) {
		return err
	}
	return withMailStore(ctx, data, do)
}

// withMailStore opens the mail store for one operation.
func withMailStore(ctx context.Context, data string, do func(*mailserver.Service) error) (err error) {
	store, err := maildb.Open(ctx, filepath.Join(data, "mail"))
	if err != nil {
		return fmt.Errorf("mail store: %w", err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return do(mailserver.New(store, mailserver.Limits{}, nil))
}
