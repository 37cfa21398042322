// Package webtest starts the whole site on a database of its own, with a stand-in
// distributor beside it, and drives it over real HTTP as a browser does: it follows
// links, fills the forms it finds and keeps cookies. It knows no rule of the
// product; what must hold stands in the tests that use it.
package webtest

import (
	"context"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/app"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/config"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/obs"
	"seatledger/internal/secret"
	"seatledger/internal/testkit/pgtest"
	"seatledger/web/site"
)

// Options says what a test wants beyond the bare site.
type Options struct {
	Workers bool                // start the queue and the clockwork; else WaitRun does their work
	Far     sandbox.DataOptions // the distributor's data; zero: no customers
	Env     map[string]string   // further variables, without their prefix
	At      time.Time           // where the site's clock starts; zero: the true time. Site.Clock moves it on
	// Both is the clock of the site and of the distributor, for a test that moves both; At is not looked at then.
	Both clock.Clock
	Pool func(*pgxpool.Config) // changes how the site reaches its database
	// Patience is how long one request may wait for the database in all; 0: as long as usual.
	Patience time.Duration
}

// Site is the running site of one test. Its database, server and distributor end with the test.
type Site struct {
	URL    string // without a slash at its end
	App    *app.App
	DB     *pgtest.DB
	Far    *sandbox.Server
	FarURL string
	Log    *Log         // everything logged so far
	Clock  *clock.Moved // the site's clock, with Options.At; else nil

	t       testing.TB
	clk     clock.Clock // nil: the true one
	workers bool
	signed  map[auth.Role]string // e-mail addresses of the users made by SignIn
}

// Start brings a site up on an empty database: nobody can sign in yet.
func Start(t testing.TB, o Options) *Site {
	t.Helper()
	s := &Site{t: t, workers: o.Workers, DB: pgtest.New(t, o.Pool), Log: &Log{}, signed: map[auth.Role]string{}}
	switch {
	case o.Both != nil:
		s.clk = o.Both
	case !o.At.IsZero():
		s.Clock = clock.NewMoved(clock.System{}, o.At)
		s.clk = s.Clock
	}
	s.startDistributor(o.Far, o.Both)
	front := httptest.NewUnstartedServer(nil)
	s.URL = "http://" + front.Listener.Addr().String()
	s.startApp(s.config(o.Env))
	front.Config.Handler = site.Handler(s.App, site.Options{BaseURL: s.URL, Version: "test", Patience: o.Patience})
	front.Start()
	t.Cleanup(front.Close)
	return s
}

func (s *Site) startDistributor(data sandbox.DataOptions, clk clock.Clock) {
	s.t.Helper()
	var err error
	s.Far, err = sandbox.New(sandbox.Options{Data: data, Clock: clk})
	s.must(err)
	far := httptest.NewServer(s.Far.Handler())
	s.t.Cleanup(far.Close)
	s.FarURL = far.URL
}

// config is an environment with the test's database, a master key of its own, and
// the address guard open for exactly the distributor beside it.
func (s *Site) config(more map[string]string) config.Config {
	s.t.Helper()
	key := filepath.Join(s.t.TempDir(), "master.key")
	_, err := secret.CreateFile(key)
	s.must(err)
	host, port, err := net.SplitHostPort(strings.TrimPrefix(s.FarURL, "http://"))
	s.must(err)
	vars := map[string]string{
		"DATABASE_URL": s.DB.AppURL(), "MASTER_KEY_FILE": key, "BASE_URL": s.URL,
		"OUTBOUND_ALLOW": host + "/32:" + port, "SYNC_AT": awayFromNow(),
	}
	for name, v := range more {
		vars[name] = v
	}
	cfg, err := config.Load(func(name string) string { return vars[strings.TrimPrefix(name, config.Prefix)] })
	s.must(err)
	return cfg
}

// awayFromNow is an hour of the night at which no test runs.
func awayFromNow() string { return time.Now().UTC().Add(12 * time.Hour).Format("15:04") }

const closeLimit = 30 * time.Second

func (s *Site) startApp(cfg config.Config) {
	s.t.Helper()
	log := obs.NewLogger(s.Log, "text", -8)
	var err error
	switch ctx := s.t.Context(); {
	case s.workers && s.clk != nil:
		s.App, err = app.StartOn(ctx, cfg, log, s.clk)
	case s.workers:
		s.App, err = app.Start(ctx, cfg, log)
	case s.clk != nil:
		s.App, err = app.NewOn(ctx, cfg, s.DB.DB, log, s.clk)
	default:
		s.App, err = app.New(ctx, cfg, s.DB.DB, log)
	}
	s.must(err)
	s.App.Bulk.Waits = 0 // no test may depend on how quick the machine is
	// Passwords of tests are worth nothing, so their hashes need not be dear.
	s.App.Auth.Hasher = auth.NewHasher(auth.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1})
	s.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
		defer cancel()
		if err := s.App.Close(ctx); err != nil {
			s.t.Errorf("webtest: stop the app: %v", err)
		}
	})
}

// Client is a browser nobody has signed in with yet.
func (s *Site) Client() *Client { return newClient(s.t, s.URL) }

func (s *Site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("webtest: %v", err)
	}
}
