package backup

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"gorm.io/gorm"

	"seatledger/internal/audit"
)

// Tool is what the verbs work with.
type Tool struct {
	Out io.Writer
	// Open gives a keeper on the database; what it returns second is called at the end.
	Open func(ctx context.Context) (Keeper, func(), error)
	// OpenEmpty gives the owner's way to the database of the settings, into which nothing was migrated.
	OpenEmpty func(ctx context.Context) (*pgxpool.Pool, func(), error)
	// Restored is called at the end of a restore: it notes it in the trail and says which secrets open.
	Restored func(ctx context.Context, s Summary) error
}

const usage = `usage: seatledger backup [--out FILE|FOLDER]
           write the whole database into a file, as it is at this moment; the app may run meanwhile
       seatledger backup verify FILE
           prove that a file is whole and as it was written
       seatledger restore FILE
           bring a backup back into the empty database of the settings, and to this version
the master key is in no backup: keep a copy of it apart`

// Run is the `backup` verb.
func Run(ctx context.Context, args []string, t Tool) error {
	if len(args) == 2 && args[0] == "verify" {
		sum, err := Verify(args[1])
		if err != nil {
			return err
		}
		return t.tell(args[1]+" is whole.", sum)
	}
	set := flag.NewFlagSet("backup", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	out := set.String("out", "", "")
	if err := set.Parse(args); err != nil || set.NArg() > 0 {
		return errors.New(usage)
	}
	k, done, err := t.Open(ctx)
	if err != nil {
		return err
	}
	defer done()
	path := k.path(*out)
	sum, err := k.source().WriteFile(ctx, path)
	if err != nil {
		return fmt.Errorf("no backup was made: %w", err)
	}
	if err := k.note(ctx, filepath.Base(path), sum); err != nil {
		return err
	}
	return t.tell("Written: "+path, sum)
}

// path is where a backup goes that was asked for: a file, a folder, or the folder of the settings.
func (k Keeper) path(out string) string {
	if out == "" {
		out = k.Folder
	}
	if info, err := os.Stat(out); out == "" || err == nil && info.IsDir() {
		return filepath.Join(out, fileName(k.Clock.Now()))
	}
	return out
}

// note keeps a backup that a person asked for.
func (k Keeper) note(ctx context.Context, file string, sum Summary) error {
	id := uuid.Must(uuid.NewV7())
	err := k.DB.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO backups (id, begun_at, scheduled) VALUES (?, ?, false)`, id,
			sum.Head.MadeAt).Error
	})
	if err != nil {
		return err
	}
	return k.made(ctx, id, audit.Actor{Name: "Command line"}, file, sum)
}

// RunRestore is the `restore` verb.
func RunRestore(ctx context.Context, args []string, t Tool) error {
	if len(args) != 1 {
		return errors.New(usage)
	}
	owner, done, err := t.OpenEmpty(ctx)
	if err != nil {
		return err
	}
	sum, err := Restore(ctx, owner, args[0])
	done()
	if err != nil {
		return err
	}
	if err := t.tell("Brought back.", sum); err != nil {
		return err
	}
	return t.Restored(ctx, sum)
}

func (t Tool) tell(first string, s Summary) error {
	_, err := fmt.Fprintf(t.Out, "%s\nMade %s by Seatledger %s on PostgreSQL %s: %d rows in %d tables, %.1f MB.\n",
		first,
		s.Head.MadeAt.Format("2006-01-02 15:04:05 MST"), s.Head.Program, s.Head.Server, s.Rows(), len(s.Tables),
		float64(s.Bytes)/1e6)
	if err == nil && len(s.Head.Keys) > 0 {
		_, err = fmt.Fprintf(t.Out, "Its secrets are sealed with master key %v, which is not in the file.\n",
			s.Head.Keys)
	}
	return err
}
