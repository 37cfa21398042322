package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/backup"
	"seatledger/internal/clock"
	"seatledger/internal/config"
	"seatledger/internal/foureyes"
	"seatledger/internal/postgres"
	"seatledger/internal/postgres/embedded"
	"seatledger/internal/secret"
	"seatledger/internal/token"
)

func backups(cfg config.Config, db *postgres.DB, clk clock.Clock, sealer *secret.Sealer) backup.Keeper {
	return backup.Keeper{DB: db, Clock: clk, Zone: cfg.Zone(), Folder: cfg.Backups, At: cfg.BackupTime(),
		Program: Version(), Keys: sealer.IDs}
}

// OpenBackups opens the database for the `backup` verb. Without its master key a backup is made all the same.
func OpenBackups(ctx context.Context, cfg config.Config, log *slog.Logger) (backup.Keeper, func(), error) {
	db, done, err := OpenForCommand(ctx, cfg, log)
	if err != nil {
		return backup.Keeper{}, nil, err
	}
	clk, err := ClockOf(cfg)
	if err != nil {
		done()
		return backup.Keeper{}, nil, err
	}
	k := backup.Keeper{DB: db, Clock: clk, Zone: cfg.Zone(), Folder: cfg.Backups, Program: Version()}
	if sealer, err := secret.Load(ctx, db, keyOptions(cfg, clk)); err == nil {
		k.Keys = sealer.IDs
	}
	return k, done, nil
}

func keyOptions(cfg config.Config, clk clock.Clock) secret.Options {
	return secret.Options{Path: cfg.KeyFile(), Value: cfg.MasterKey, Command: cfg.MasterKeyCommand, Clock: clk}
}

// OpenEmpty gives the owner's way to a database into which nothing is migrated; the private server is started for it.
func OpenEmpty(ctx context.Context, cfg config.Config, log *slog.Logger) (*pgxpool.Pool, func(), error) {
	if cfg.PrivateServer() && cfg.MigrateDatabaseURL == "" {
		return openEmptyPrivate(ctx, cfg, log)
	}
	if cfg.MigrateDatabaseURL == "" {
		return nil, nil, errors.New("set SEATLEDGER_MIGRATE_DATABASE_URL to the address with the owner's role")
	}
	c, err := postgres.ParseAddress("MIGRATE_DATABASE_URL", cfg.MigrateDatabaseURL, cfg.DatabaseInTheClear)
	if err != nil {
		return nil, nil, err
	}
	return ownerPool(ctx, c, func() {})
}

func openEmptyPrivate(ctx context.Context, cfg config.Config, log *slog.Logger) (*pgxpool.Pool, func(), error) {
	used, err := hasDatabase(cfg)
	if err == nil && !used {
		err = markClock(cfg)
	}
	if err != nil {
		return nil, nil, err
	}
	server, err := embedded.Start(ctx,
		embedded.Options{Dir: filepath.Join(cfg.DataDir, "postgres"), BinDir: cfg.PostgresBin, Log: log})
	if errors.Is(err, embedded.ErrRunning) {
		return nil, nil, errors.New("the app is running on this data folder: a backup comes back into a new one " +
			"(SEATLEDGER_DATA_DIR), or into this one when the app is stopped and postgres moved away. Nothing was changed")
	}
	if err != nil {
		return nil, nil, err
	}
	halt := func() { _ = server.Stop(context.WithoutCancel(ctx)) }
	c, err := server.PoolConfig(embedded.OwnerRole, embedded.Database)
	if err == nil {
		err = markClock(cfg)
	}
	if err != nil {
		halt()
		return nil, nil, err
	}
	return ownerPool(ctx, c, halt)
}

func ownerPool(ctx context.Context, c *pgxpool.Config, after func()) (*pgxpool.Pool, func(), error) {
	pool, err := pgxpool.NewWithConfig(ctx, postgres.LimitedOwner(c))
	if err != nil {
		after()
		return nil, nil, err
	}
	return pool, func() {
		pool.Close()
		after()
	}, nil
}

// AfterRestore notes a restore in the trail, ends every session that came back with it, and says how its secrets
// stand.
func AfterRestore(ctx context.Context, cfg config.Config, log *slog.Logger, out io.Writer, sum backup.Summary) error {
	if cfg.DatabaseURL == "" && cfg.MigrateDatabaseURL != "" {
		cfg.DatabaseURL = cfg.MigrateDatabaseURL
	}
	db, done, err := OpenForCommand(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer done()
	clk, err := ClockOf(cfg)
	if err != nil {
		return err
	}
	if err := NoteVerb(ctx, db, clk, "restore of a backup made "+
		sum.Head.MadeAt.Format("2006-01-02 15:04:05 MST")); err != nil {
		return err
	}
	says, err := endRestored(ctx, db, clk)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s%s\n", says, secretsAfter(ctx, cfg, db, clk))
	return err
}

// endRestored ends what may have been ended or spent since the backup was made, and says so: what would open again,
// or be done a second time. What nobody but a person can tell it names.
func endRestored(ctx context.Context, db *postgres.DB, clk clock.Clock) (string, error) {
	by := audit.Actor{Name: "Command line"}
	ended, err := auth.EndRestored(ctx, db)
	if err != nil {
		return "", err
	}
	tokens, err := token.Service{DB: db, Clock: clk}.RevokeAll(ctx, by)
	if err != nil {
		return "", err
	}
	requests, err := foureyes.Service{DB: db, Clock: clk}.LapseAll(ctx, by,
		"the database was brought back from a backup, and it may have been carried out since")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("What may have been ended or spent since the backup was made was ended:\n"+
		"  %d sessions: everybody signs in again\n"+
		"  %d links by mail: ask for new ones\n"+
		"  %d recovery codes: each person makes new ones on their profile\n"+
		"  %d API tokens: revoked; make new ones for the programs that need them\n"+
		"  %d requests to a second person: lapsed\n"+
		"Look yourself: passwords are those of then, and who was disabled since is active again "+
		"(seatledger user list).\n", ended.Sessions, ended.Links, ended.Codes, tokens, requests), nil
}

// secretsAfter says whether what was sealed opens, and that it may be spent.
func secretsAfter(ctx context.Context, cfg config.Config, db *postgres.DB, clk clock.Clock) string {
	const old = " They are as old as the backup: a password or application secret that was changed since is the old one " +
		"here, and a token that its server gives out once may be spent. Verify each provider and CRM source before " +
		"the next night."
	sealer, err := secret.Load(ctx, db, keyOptions(cfg, clk))
	if err != nil {
		return "Its secrets do not open yet: " + err.Error() + ". Nothing else is missing."
	}
	health, err := sealer.Examine(ctx, db)
	if err != nil {
		return "Its secrets could not be proved: " + err.Error()
	}
	if n := len(health.Broken); n > 0 {
		return fmt.Sprintf("%d of its secrets do not open: `seatledger keys doctor` names them.", n) + old
	}
	return "Every stored secret opens." + old
}

// Built is when the commit of this program was made; zero where nobody knows.
func Built() time.Time {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return time.Time{}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			at, _ := time.Parse(time.RFC3339, s.Value)
			return at
		}
	}
	return time.Time{}
}

// version is set by a release.
var version string

// Version is the release, else the module's version, or the commit it was built from.
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	if info.Main.Version == "(devel)" || info.Main.Version == "" {
		return "development"
	}
	return info.Main.Version
}
