package postgres

import (
	"fmt"
	"net/netip"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/errs"
)

// Guarded refuses a way to a database beyond this machine that may go in the clear: passwords and all records would be
// readable on the way. "prefer", the usual mode, gives TLS up when the other side says it has none.
func Guarded(c *pgxpool.Config) error {
	conn := c.ConnConfig
	ways := []*pgconn.FallbackConfig{{Host: conn.Host, TLSConfig: conn.TLSConfig}}
	for _, w := range append(ways, conn.Fallbacks...) {
		if w.TLSConfig == nil && !onThisMachine(w.Host) {
			return errs.Newf(errs.Invalid,
				"the way to the database at %s may go without TLS (sslmode is disable, allow "+
					"or prefer). Add sslmode=verify-full, or at least require, to the address; or, where the network "+
					"between "+
					"them is yours alone, set SEATLEDGER_DATABASE_IN_THE_CLEAR=true", w.Host)
		}
	}
	return nil
}

// onThisMachine tells whether a host is a socket, or an address that never leaves the machine.
func onThisMachine(host string) bool {
	if host == "localhost" || filepath.IsAbs(host) {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// ParseAddress reads an address of a database, named by the variable that holds it. Without TLS it is taken for this
// machine alone, unless inTheClear says that the network between is trusted.
func ParseAddress(variable, address string, inTheClear bool) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("SEATLEDGER_%s is not a PostgreSQL address",
			variable) // the cause would show a password
	}
	if inTheClear {
		return c, nil
	}
	if err := Guarded(c); err != nil {
		return nil, fmt.Errorf("SEATLEDGER_%s: %s", variable, errs.Public(err))
	}
	return c, nil
}
