//go:build !linux

package embedded

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/errs"
)

// Server is a running private PostgreSQL; there is none on this system.
type Server struct{}

// Start refuses: only Linux has the means to tie the server to the app.
func Start(context.Context, Options) (*Server, error) {
	return nil, errs.New(errs.Unavailable,
		"The private PostgreSQL runs on Linux only. Set SEATLEDGER_DATABASE_URL to a PostgreSQL server of your own.")
}

// Attach refuses like Start.
func Attach(ctx context.Context, o Options) (*Server, error) { return Start(ctx, o) }

// FindVersion refuses like Start.
func FindVersion(ctx context.Context, o Options) (string, error) {
	_, err := Start(ctx, o)
	return "", err
}

// URL is empty.
func (*Server) URL(string, string) string { return "" }

// Stop does nothing.
func (*Server) Stop(context.Context) error { return nil }

// Done is never closed.
func (*Server) Done() <-chan struct{} { return nil }

// Version is unknown.
func (*Server) Version() string { return "" }

// PoolConfig refuses.
func (*Server) PoolConfig(string, string) (*pgxpool.Config, error) {
	return nil, errors.New("no private PostgreSQL on this system")
}
