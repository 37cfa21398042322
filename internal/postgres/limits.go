package postgres

import (
	"context"
	"errors"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// The limits of every pool. They stand here and nowhere else; what one request may wait in all is WaitLimit. A process that is stopped or cut off in the middle
// of a transaction loses its session, and with it all locks, after IdleLimit: less than the time of a run's lease.
const (
	StatementLimit = 60 * time.Second // one statement
	LockLimit      = 10 * time.Second // waiting for a lock
	IdleLimit      = 15 * time.Second // a transaction in which its process says nothing
	connectLimit   = 5 * time.Second
	freeLimit      = 10 * time.Second // waiting for a connection of the pool

	// A peer that is silent is asked after quietTime, then every askEvery, and given up after unheard. What was
	// sent and not acknowledged for unheard ends the connection too.
	quietTime = 10 * time.Second
	askEvery  = 5 * time.Second
	askTimes  = 3
	unheard   = 20 * time.Second

	ownerLockLimit = 30 * time.Second // a migration rather gives up than holds every reader back
	ownerIdleLimit = 5 * time.Minute

	reservedConns = 3 // of the small pool beside the large one
	queueConns    = 4 // of the job queue's own, one of which listens
)

// Limited gives a pool's configuration the limits, those of the server and those of this side. What the
// address itself says stands.
func Limited(cfg *pgxpool.Config) *pgxpool.Config {
	return limited(cfg, map[string]time.Duration{"statement_timeout": StatementLimit, "lock_timeout": LockLimit,
		"idle_in_transaction_session_timeout": IdleLimit})
}

// LimitedOwner is Limited for migrations, whose statements may take their time.
func LimitedOwner(cfg *pgxpool.Config) *pgxpool.Config {
	return limited(cfg, map[string]time.Duration{"lock_timeout": ownerLockLimit,
		"idle_in_transaction_session_timeout": ownerIdleLimit})
}

func limited(cfg *pgxpool.Config, server map[string]time.Duration) *pgxpool.Config {
	cfg = cfg.Copy()
	said := cfg.ConnConfig.RuntimeParams
	set := func(name, value string) {
		if _, ok := said[name]; !ok {
			said[name] = value
		}
	}
	for name, limit := range server {
		set(name, strconv.FormatInt(limit.Milliseconds(), 10))
	}
	seconds := func(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }
	set("tcp_keepalives_idle", seconds(quietTime))
	set("tcp_keepalives_interval", seconds(askEvery))
	set("tcp_keepalives_count", strconv.Itoa(askTimes))
	set("tcp_user_timeout", strconv.FormatInt(unheard.Milliseconds(), 10))
	cfg.ConnConfig.ConnectTimeout = connectLimit
	dial := cfg.ConnConfig.DialFunc
	cfg.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			err = errors.Join(tcp.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: quietTime,
				Interval: askEvery, Count: askTimes}), giveUpAfter(tcp, unheard))
		}
		return line{conn}, err
	}
	return cfg
}

// line marks what goes wrong on the way to the database, so that it is never taken for another failure.
type line struct{ net.Conn }

func (l line) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	return n, marked(err)
}

func (l line) Write(p []byte) (int, error) {
	n, err := l.Conn.Write(p)
	return n, marked(err)
}

func marked(err error) error {
	if err == nil {
		return nil
	}
	return &lineError{err}
}

// lineError is a failure of a connection to the database.
type lineError struct{ cause error }

func (e *lineError) Error() string { return "connection to the database: " + e.cause.Error() }

// Unwrap gives the cause.
func (e *lineError) Unwrap() error { return e.cause }

// Timeout tells whether a deadline of this side ended it, as net.Error does.
func (e *lineError) Timeout() bool {
	var n net.Error
	return errors.As(e.cause, &n) && n.Timeout()
}

// Temporary is of net.Error.
func (e *lineError) Temporary() bool { return false }
