package secret

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// Known text, sealed once per database: whoever cannot open it holds the wrong key. The
// second text says besides that every secret here is bound to the servers it was given
// for; the first stands in databases from before that, until BindOnce.
const (
	unboundText = "seatledger master key"
	checkText   = "seatledger master key, secrets bound to their servers"
)

func checkPlace() Place { return Place{Table: "master_key_check", Row: "1", Column: "sealed"} }

// ErrMissing says that the database has secrets but the key file is gone.
var ErrMissing = errors.New("the master key file is missing, and this database was sealed with it. " +
	"Restore the file from its backup; a new key could not open the stored secrets, so none was made")

// ErrWrong says that the key file belongs to another database.
var ErrWrong = errors.New("the master key does not belong to this database: " +
	"it cannot open what was sealed here. Set SEATLEDGER_MASTER_KEY_FILE to the right file, or give the right key by " +
	"SEATLEDGER_MASTER_KEY or SEATLEDGER_MASTER_KEY_COMMAND; nothing was changed")

// Options says where the key comes from and whether a first one may be made.
type Options struct {
	Path    string
	Value   string // instead of a file: the keys themselves
	Command string // instead of a file: what prints them
	Create  bool   // on the private server, and only on a database that has never had a key
	Clock   clock.Clock
}

// Load opens the master key and proves that it belongs to the database: ErrMissing
// or ErrWrong when it does not. The first key to meet a database is remembered there.
func Load(ctx context.Context, db *postgres.DB, o Options) (*Sealer, error) {
	known, err := readCheck(db.Read(ctx))
	if err != nil {
		return nil, err
	}
	from := Source{o.Path, o.Value, o.Command}
	s, err := open(from)
	switch {
	case err == nil:
	case !from.IsFile() || !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case len(known) > 0:
		return nil, fmt.Errorf("%s: %w", o.Path, ErrMissing)
	case !o.Create:
		return nil, fmt.Errorf("there is no master key file at %s. Make one with `seatledger keys new %s`, and keep "+
			"a copy of it apart from the database's backups", o.Path, o.Path)
	default:
		if s, err = createOrOpen(o.Path); err != nil {
			return nil, err
		}
	}
	return s, s.prove(ctx, db, o)
}

// createOrOpen takes the other's key when two processes start at once on one folder.
func createOrOpen(path string) (*Sealer, error) {
	s, err := CreateFile(path)
	if errors.Is(err, fs.ErrExist) {
		return OpenFile(path)
	}
	return s, err
}

// prove opens the known text, or leaves it when the database has none yet.
func (s *Sealer) prove(ctx context.Context, db *postgres.DB, o Options) error {
	sealed, err := s.Seal(checkPlace(), checkText)
	if err != nil {
		return err
	}
	return db.InTx(ctx, func(tx *gorm.DB) error {
		// gorm would spread bytes out that stand first in a parenthesis, so the time does.
		err := tx.Exec(`INSERT INTO master_key_check (made_at, sealed) VALUES (?, ?) ON CONFLICT DO NOTHING`,
			o.Clock.Now(), sealed).Error
		if err != nil {
			return err
		}
		known, err := readCheck(tx)
		if err != nil {
			return err
		}
		plain, err := s.Open(checkPlace(), known)
		if err != nil || plain.Reveal() != checkText && plain.Reveal() != unboundText {
			return fmt.Errorf("%s: %w", s.from.Says(), ErrWrong)
		}
		return nil
	})
}

func readCheck(db *gorm.DB) ([]byte, error) {
	var row struct{ Sealed []byte }
	err := db.Raw(`SELECT sealed FROM master_key_check`).Scan(&row).Error
	return row.Sealed, err
}
