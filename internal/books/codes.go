package books

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/books/bookfile"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/settings"
)

// OptionsOf are the saved options of a system, with who saved them.
func OptionsOf(ctx context.Context, db *gorm.DB, system string) (bookfile.Options, settings.Saved, error) {
	o := bookfile.Options{}
	saved, err := settings.Read(ctx, db, row(system), &o)
	return o, saved, err
}

func row(system string) string { return "books." + system }

// SaveOptions saves the options of a system over the version they were read at; errs.Invalid by name.
func (s Service) SaveOptions(ctx context.Context, by audit.Actor, system string, version int,
	o bookfile.Options) error {
	f, err := FormatOf(system)
	if err != nil {
		return err
	}
	problems := errs.Fields{}
	for name, says := range f.Problems(o) {
		problems.Add(name, "%s", says)
	}
	if err := problems.Err(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		was, _, err := OptionsOf(ctx, tx, system)
		if err != nil {
			return err
		}
		err = settings.Write(ctx, tx, s.Clock, by, row(system), version, o)
		if errors.Is(err, settings.ErrStale) {
			return errs.Because(errs.Conflict, "Somebody else has saved these settings since you opened the page. "+
				"Nothing of yours was saved; open the page again.", ErrStale)
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "settings.changed", ObjectType: "settings",
			ObjectID: row(system), ObjectName: "Accounting: " + f.Label, Before: was, After: o})
	})
}

// CodesOf are the codes of a system.
func CodesOf(ctx context.Context, db *gorm.DB, system string) (bookfile.Codes, error) {
	var rows []struct {
		Sort bookfile.Sort
		Key  string
		Code string
	}
	err := db.WithContext(ctx).Raw(`SELECT sort, key, code FROM book_codes WHERE system = ?`, system).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("codes of %s: %w", system, err)
	}
	codes := bookfile.Codes{}
	for _, r := range rows {
		if codes[r.Sort] == nil {
			codes[r.Sort] = map[string]string{}
		}
		codes[r.Sort][r.Key] = r.Code
	}
	return codes, nil
}

// NewCode is a code as typed; an empty one takes what stands away.
type NewCode struct {
	Sort bookfile.Sort
	Key  string
	Code string
	Name string // of what it stands for; not stored
}

const longestCode = 100

// SaveCodes saves codes of a system; errs.Invalid by "code-" and the place of the wrong one.
func (s Service) SaveCodes(ctx context.Context, by audit.Actor, system string, all []NewCode) (changed int, err error) {
	f, err := FormatOf(system)
	if err != nil {
		return 0, err
	}
	problems := errs.Fields{}
	for i := range all {
		all[i].Code = strings.TrimSpace(all[i].Code)
		if says := all[i].wrong(f); says != "" {
			problems.Add(fmt.Sprintf("code-%d", i), "%s", says)
		}
	}
	if err := problems.Err(); err != nil {
		return 0, err
	}
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		changed = 0
		// One at a time writes codes of a system, so that the trail has what stood before.
		if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtext('book_codes ' || ?))`, system).Error; err != nil {
			return err
		}
		stands, err := CodesOf(ctx, tx, system)
		if err != nil {
			return err
		}
		before, after := map[string]string{}, map[string]string{}
		for _, c := range all {
			was := stands[c.Sort][c.Key]
			if was == c.Code {
				continue
			}
			if err := s.saveCode(tx, by, system, c); err != nil {
				return err
			}
			name := string(c.Sort) + " " + c.Key
			before[name], after[name] = was, c.Code
			changed++
		}
		if changed == 0 {
			return nil
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "book_codes.saved", ObjectType: "settings",
			ObjectID: row(system), ObjectName: "Accounting: " + f.Label, Before: before, After: after})
	})
	return changed, err
}

func (c NewCode) wrong(f bookfile.Format) string {
	if _, ok := f.Need(c.Sort); !ok {
		return f.Label + " has no codes of this sort."
	}
	switch {
	case c.Code == "" || c.Code == bookfile.Empty:
		return ""
	case len([]rune(c.Code)) > longestCode || strings.ContainsFunc(c.Code, unicode.IsControl):
		return fmt.Sprintf("%s: a code has at most %d characters in one line.", c.Name, longestCode)
	case f.Code != nil:
		if says := f.Code(c.Sort, c.Code); says != "" {
			return c.Name + ": " + says
		}
	}
	return ""
}

func (s Service) saveCode(tx *gorm.DB, by audit.Actor, system string, c NewCode) error {
	if c.Code == "" {
		return tx.Exec(`DELETE FROM book_codes WHERE system = ? AND sort = ? AND key = ?`, system, c.Sort, c.Key).Error
	}
	return tx.Exec(`INSERT INTO book_codes (system, sort, key, code, updated_at, updated_by) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (system, sort, key) DO UPDATE SET code = excluded.code, updated_at = excluded.updated_at,
			updated_by = excluded.updated_by`, system, c.Sort, c.Key, c.Code, s.Clock.Now(), by.Name).Error
}

// named are the known codes with names, those for everything else first.
func named(ctx context.Context, db *gorm.DB, f bookfile.Format, codes bookfile.Codes,
	all []bookfile.Voucher) ([]NewCode, error) {
	names, err := customers(ctx, db, codes[bookfile.Customer])
	if err != nil {
		return nil, err
	}
	asked := bookfile.Names(all)
	var out []NewCode
	for _, n := range f.Needs {
		if n.Sort.HasRest() {
			out = append(out, NewCode{Sort: n.Sort, Code: codes[n.Sort][""], Name: "Everything else"})
		}
		keys := slices.Collect(maps.Keys(codes[n.Sort]))
		keys = append(keys, offered(n, codes, asked[n.Sort])...)
		slices.Sort(keys)
		for _, key := range keys {
			if key == "" && n.Sort.HasRest() {
				continue
			}
			name := key
			if asked[n.Sort][key] != "" {
				name = asked[n.Sort][key]
			} else if names[key] != "" {
				name = names[key]
			} else if key == "" {
				name = "No tax on the document"
			}
			out = append(out, NewCode{Sort: n.Sort, Key: key, Code: codes[n.Sort][key], Name: name})
		}
	}
	return out, nil
}

// mostOffered is how many codes that nobody needs stand on a page.
const mostOffered = 200

// offered are keys that have no code of their own and need none, but may be given one.
func offered(n bookfile.Need, codes bookfile.Codes, asked map[string]string) []string {
	if _, rest := codes.Of(n.Sort, ""); n.Must != nil && !(rest && n.Sort.HasRest()) {
		return nil
	}
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(asked)) {
		if _, ok := codes[n.Sort][key]; !ok && len(keys) < mostOffered {
			keys = append(keys, key)
		}
	}
	return keys
}

// customers are the names of CRM accounts by id.
func customers(ctx context.Context, db *gorm.DB, of map[string]string) (map[string]string, error) {
	var ids []uuid.UUID
	for key := range of {
		if id, err := uuid.Parse(key); err == nil {
			ids = append(ids, id)
		}
	}
	var rows []struct{ ID, Name string }
	err := db.WithContext(ctx).Raw(`SELECT id, name FROM crm_accounts WHERE id = ANY (?::uuid[])`,
		postgres.IDs(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("customers with codes: %w", err)
	}
	names := map[string]string{}
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, nil
}
