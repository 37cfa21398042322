package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"seatledger/internal/errs"
)

// Trouble is what is wrong with the database itself, apart from what was asked of it.
type Trouble int

// The troubles.
const (
	None   Trouble = iota
	Away           // it cannot be reached, or the connection broke off
	Locked         // other work holds what was needed, or all connections, longer than the limits allow
	Full           // its disk
)

// TroubleOf tells what is wrong with the database when err came of that, else None.
func TroubleOf(err error) Trouble {
	if errors.Is(err, errNoneFree) {
		return Locked
	}
	if errors.Is(err, context.Canceled) {
		return None // somebody did not want to wait any longer
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return Away
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return troubleOf(pg.Code)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return None
	}
	var broken *lineError
	var unsent interface{ SafeToRetry() bool } // pgconn's mark of a connection that was closed before
	if errors.As(err, &broken) || errors.As(err, &unsent) && unsent.SafeToRetry() ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return Away
	}
	return None
}

func troubleOf(code string) Trouble {
	switch {
	case code == "53100":
		return Full
	case code == "55P03", code == "57014":
		return Locked
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "57P"), code == "53300", code == "25P03",
		code == "25006": // the last two: the session was ended as too long silent; a server that only reads
		return Away
	}
	return None
}

// troubled says to a person what is wrong with the database. A connection may break off at the very commit, so
// only where nothing can have been stored it says so.
func troubled(err error) error {
	switch TroubleOf(err) {
	case Away:
		return errs.Because(errs.Unavailable, "The database cannot be reached just now. What was stored before is "+
			"kept; whether this step was, shows when it is back. Try again in a minute.", err)
	case Locked:
		return errs.Because(errs.Unavailable, "The database is held by other work just now, longer than this page "+
			"waits. Nothing was changed by this step. Try again in a minute; if it lasts, look for what locks it.", err)
	case Full:
		return errs.Because(errs.Unavailable,
			"The disk of the database is full. Nothing was changed by this step, and "+
				"what was stored before is kept. Free space on that disk, then try again.", err)
	}
	return err
}
