//go:build linux

package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/errs"
)

// Server is a running private PostgreSQL. It is safe for concurrent use.
type Server struct {
	cluster
	log     *slog.Logger
	process *process // nil when attached
	lock    *os.File // the same
	lost    chan struct{}

	mu       sync.Mutex
	stopping bool
	stopped  chan struct{} // closed when Stop has let go of everything
}

// run starts the server on a cluster and waits until it answers.
func (o Options) run(ctx context.Context, c cluster) (*Server, error) {
	output := newServerLog(o.Log)
	cmd := command(c.as, c.dir, c.bin.postgres(), append([]string{"-D", childDir}, arguments(o.settings())...)...)
	cmd.Stderr = output
	p, err := start(cmd)
	if err != nil {
		return nil, err
	}
	s := &Server{cluster: c, log: o.Log, process: p, lost: make(chan struct{}), stopped: make(chan struct{})}
	if err := o.awaitReady(ctx, p, output); err != nil {
		return nil, errors.Join(err, s.quit(syscall.SIGQUIT))
	}
	go s.watch()
	return s, nil
}

func (o Options) awaitReady(ctx context.Context, p *process, output *serverLog) error {
	limit := time.NewTimer(o.StartTimeout)
	defer limit.Stop()
	select {
	case <-output.ready:
		return nil
	case <-p.exited:
		return errs.Because(errs.Unavailable,
			"The private PostgreSQL on "+o.Dir+" did not start: "+output.lastTrouble(), p.err)
	case <-limit.C:
		return errs.Newf(errs.Unavailable, "The private PostgreSQL on %s was not ready within %s.", o.Dir,
			o.StartTimeout)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// watch tells of an end that nobody asked for.
func (s *Server) watch() {
	<-s.process.exited
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopping {
		s.log.Error("the private PostgreSQL ended", "error", s.process.err)
		close(s.lost)
	}
}

// Done is closed when the server ended without Stop. The app cannot go on
// then; after the next start all that was committed is there.
func (s *Server) Done() <-chan struct{} { return s.lost }

// Version is the server's own, for example "15.20".
func (s *Server) Version() string { return s.bin.version }

// PoolConfig gives a way to connect as one of the roles to a database. The
// pool's size and limits are pgx's own until the caller sets them.
func (s *Server) PoolConfig(role, database string) (*pgxpool.Config, error) {
	password, ok := s.passwords[role]
	if !ok {
		return nil, fmt.Errorf("the private PostgreSQL has no role %q", role)
	}
	// Everything that pgx would else take from PG* variables of the environment is said here.
	config, err := pgxpool.ParseConfig(fmt.Sprintf("host=/ port=%s sslmode=disable target_session_attrs=any "+
		"options='' user=%s password=%s dbname=%s",
		port, role, password, database))
	if err != nil {
		return nil, err
	}
	config.ConnConfig.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) { return s.dial(ctx) }
	return config, nil
}

// URL is PoolConfig for another process of the same user, for as long as this one runs the server.
func (s *Server) URL(role, database string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(role, s.passwords[role]), Path: "/" + database}
	u.RawQuery = url.Values{
		"host": {fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), s.dir.Fd())}, "port": {port}, "sslmode": {"disable"},
	}.Encode()
	return u.String()
}

// dial reaches the socket through the descriptor of the data folder, because
// the folder's path may be longer than a socket address can be.
func (s *Server) dial(ctx context.Context) (net.Conn, error) {
	select {
	case <-s.stopped:
		return nil, errors.New("the private PostgreSQL is stopped")
	default:
	}
	return new(net.Dialer).DialContext(ctx, "unix", fmt.Sprintf("/proc/self/fd/%d/.s.PGSQL.%s", s.dir.Fd(), port))
}
