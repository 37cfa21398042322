package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/notify"
	"seatledger/internal/postgres"
)

const (
	again  = 30 * time.Minute // after a try that failed
	lost   = 6 * time.Hour    // after which a try that says nothing is over
	newest = 14               // files that stay
	months = 12               // months of which one file stays
)

// Keeper makes a backup each day and takes older files away.
type Keeper struct {
	DB      *postgres.DB
	Clock   clock.Clock
	Zone    *time.Location
	Folder  string // empty: no backup is made by the clock
	At      time.Duration
	Program string
	Keys    func() []uint32
}

func (k Keeper) source() Source {
	s := Source{DB: k.DB, Program: k.Program}
	if k.Keys != nil {
		s.Keys = k.Keys()
	}
	return s
}

// Work makes the day's backup when its hour has come, on one of the replicas that ask.
func (k Keeper) Work(ctx context.Context) error {
	if k.Folder == "" {
		return nil
	}
	due := k.due()
	id, err := k.claim(ctx, due)
	if err != nil || id == uuid.Nil {
		return err
	}
	name := fileName(k.Clock.Now())
	sum, err := k.source().WriteFile(ctx, filepath.Join(k.Folder, name))
	if err == nil {
		return errors.Join(k.made(ctx, id, audit.System, name, sum), k.thin())
	}
	return errors.Join(err, k.failed(context.WithoutCancel(ctx), id, due, err))
}

// due is the last time of day at which a backup was to be made.
func (k Keeper) due() time.Time {
	now := k.Clock.Now().In(k.Zone)
	y, m, d := now.Date()
	at := func(day int) time.Time {
		return time.Date(y, m, day, int(k.At.Hours()), int(k.At.Minutes())%60, 0, 0, k.Zone)
	}
	if today := at(d); !today.After(now) {
		return today
	}
	return at(d - 1)
}

// claim notes a try, unless one was good since it was due, is being made, or failed just now.
func (k Keeper) claim(ctx context.Context, due time.Time) (id uuid.UUID, err error) {
	now := k.Clock.Now()
	err = k.DB.InTx(ctx, func(tx *gorm.DB) error {
		id = uuid.Nil
		if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('backup', 0))`).Error; err != nil {
			return err
		}
		var held bool
		err := tx.Raw(`SELECT EXISTS (SELECT FROM backups WHERE begun_at >= ? AND file <> ''
				OR ended_at IS NULL AND begun_at > ? OR message <> '' AND begun_at > ?)`,
			due, now.Add(-lost), now.Add(-again)).Scan(&held).Error
		if err != nil || held {
			return err
		}
		id = uuid.Must(uuid.NewV7())
		return tx.Exec(`INSERT INTO backups (id, begun_at, scheduled) VALUES (?, ?, true)`, id, now).Error
	})
	return id, err
}

func (k Keeper) made(ctx context.Context, id uuid.UUID, by audit.Actor, file string, sum Summary) error {
	return k.DB.InTx(ctx, func(tx *gorm.DB) error {
		err := tx.Exec(`UPDATE backups SET ended_at = ?, file = ?, bytes = ?, row_count = ? WHERE id = ?`,
			k.Clock.Now(),
			file, sum.Bytes, sum.Rows(), id).Error
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, k.Clock, by, audit.Event{Action: "backup.made", ObjectType: "backup",
			ObjectID: id.String(), ObjectName: file, After: map[string]any{"rows": sum.Rows(), "bytes": sum.Bytes}})
	})
}

// failed notes why, and tells of the first try of a day that failed.
func (k Keeper) failed(ctx context.Context, id uuid.UUID, due time.Time, why error) error {
	return k.DB.InTx(ctx, func(tx *gorm.DB) error {
		var earlier bool
		err := tx.Raw(`SELECT EXISTS (SELECT FROM backups WHERE begun_at >= ? AND message <> '')`,
			due).Scan(&earlier).Error
		if err != nil {
			return err
		}
		if err := tx.Exec(`UPDATE backups SET ended_at = ?, message = ? WHERE id = ?`, k.Clock.Now(), why.Error(),
			id).Error; err != nil || earlier {
			return err
		}
		return notify.Record(ctx, tx, k.Clock, notify.Event{Kind: notify.BackupMissing, ObjectType: "backup",
			ObjectID: id.String(), ObjectName: "Backup", Text: "The backup of " + due.Format("2006-01-02 15:04 MST") +
				" was not made: " + why.Error() + ". It is tried again every half hour."})
	})
}

// thin takes older files of ours out of the folder: the newest stay, and the last of each of twelve months.
func (k Keeper) thin() error {
	found, err := os.ReadDir(k.Folder)
	if err != nil {
		return err
	}
	var names []string
	for _, f := range found {
		if _, ours := madeAt(f.Name()); ours && f.Type().IsRegular() {
			names = append(names, f.Name())
		}
		if k.brokenOff(f) {
			err = errors.Join(err, os.Remove(filepath.Join(k.Folder, f.Name())))
		}
	}
	for _, name := range surplus(names) {
		err = errors.Join(err, os.Remove(filepath.Join(k.Folder, name)))
	}
	return err
}

// brokenOff tells the beginning of a file whose process ended in the middle.
func (k Keeper) brokenOff(f os.DirEntry) bool {
	name, _, part := strings.Cut(f.Name(), suffix+".")
	_, ours := madeAt(name + suffix)
	info, err := f.Info()
	return part && ours && err == nil && strings.HasSuffix(f.Name(), ".part") &&
		k.Clock.Now().Sub(info.ModTime()) > lost
}

// surplus are the files that need not stay.
func surplus(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	slices.Reverse(names)
	var out []string
	kept := map[string]bool{}
	for i, name := range names {
		at, _ := madeAt(name)
		month := at.Format("2006-01")
		first := !kept[month] && len(kept) < months
		if first {
			kept[month] = true
		}
		if i >= newest && !first {
			out = append(out, name)
		}
	}
	return out
}

// State is how backups stand.
type State struct {
	Scheduled bool
	MadeAt    time.Time // of the last good one; zero: none
	File      string
	Bytes     int64
	Failed    string // why the last try failed, where it did
	Old       bool   // none was made since the one before the last was due
}

// Look reads how backups stand.
func (k Keeper) Look(ctx context.Context, db *gorm.DB) (State, error) {
	s := State{Scheduled: k.Folder != ""}
	var row struct {
		MadeAt *time.Time
		File   string
		Bytes  int64
		Failed string
	}
	err := db.WithContext(ctx).Raw(`SELECT good.begun_at AS made_at, good.file, good.bytes,
			coalesce((SELECT message FROM backups b WHERE b.begun_at > coalesce(good.begun_at, '-infinity')
				AND b.message <> '' ORDER BY b.begun_at DESC LIMIT 1), '') AS failed
		FROM (SELECT) AS one LEFT JOIN LATERAL (SELECT * FROM backups WHERE file <> ''
			ORDER BY begun_at DESC LIMIT 1) AS good ON true`).Scan(&row).Error
	if err != nil {
		return s, fmt.Errorf("read backups: %w", err)
	}
	s.File, s.Bytes, s.Failed = row.File, row.Bytes, row.Failed
	if row.MadeAt != nil {
		s.MadeAt = *row.MadeAt
	}
	s.Old = s.Scheduled && s.MadeAt.Before(k.due().Add(-time.Hour*24))
	return s, nil
}
