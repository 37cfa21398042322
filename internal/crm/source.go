package crm

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
)

// FromSource is what a source says of one account.
type FromSource struct {
	Account uuid.UUID // that it feeds; uuid.Nil: none yet
	Facts   Facts
	Silent  []string // fields that the source does not speak of
}

// Taken is what became of it.
type Taken struct {
	Account uuid.UUID
	Made    bool
	Changed bool
	Kept    []Kept
	Notes   []string // fields that could not be read and were left as they are
	Refused string   // why nothing was done with it
}

// TakeIn brings accounts in from a source, in the caller's transaction, and tells for
// each what became of it. A field that cannot be stored is left as it is; an account
// without a name is refused.
func (s Service) TakeIn(tx *gorm.DB, by Origin, from []FromSource) ([]Taken, error) {
	if err := (importKind{s}).Lock(tx); err != nil {
		return nil, fmt.Errorf("lock for source: %w", err)
	}
	var ids []uuid.UUID
	for _, f := range from {
		if f.Account != uuid.Nil {
			ids = append(ids, f.Account)
		}
	}
	found, err := byIDs(tx, ids)
	if err != nil {
		return nil, err
	}
	t := taking{by: by, standing: map[uuid.UUID]*Account{}}
	for _, a := range found {
		t.standing[a.ID] = a
	}
	if t.provenance, err = provenances(tx, ids); err != nil {
		return nil, err
	}
	out := make([]Taken, len(from))
	for i, f := range from {
		out[i] = t.take(f)
	}
	return out, s.write(tx, SourceCRM, t.batch)
}

// taking gathers what a source does.
type taking struct {
	by         Origin
	standing   map[uuid.UUID]*Account
	provenance map[uuid.UUID]Provenance
	batch
}

func (t *taking) take(f FromSource) Taken {
	before := t.standing[f.Account]
	silent := map[string]bool{}
	for _, field := range f.Silent {
		silent[field] = true
	}
	says, notes, refused := readable(f.Facts, silent)
	out := Taken{Account: f.Account, Notes: notes, Refused: refused}
	switch {
	case refused != "":
	case before == nil:
		out.Account, out.Made = uuid.Must(uuid.NewV7()), true
		t.added = append(t.added, change{account: Account{ID: out.Account, Facts: says}, provenance: fresh(says, t.by)})
	default:
		out.Changed, out.Kept = t.lay(*before, said{Facts: says, by: t.by,
			about: func(field string) bool { return !silent[field] && field != "external_id" }})
	}
	return out
}

func (t *taking) lay(before Account, s said) (changed bool, kept []Kept) {
	was := t.provenance[before.ID]
	m := merge(before.Facts, was, s)
	c := change{account: before, provenance: m.Provenance, before: before.Facts, was: was}
	c.account.Facts = m.Facts
	switch {
	case m.changed:
		t.changed = append(t.changed, c)
	case m.noted:
		t.noted = append(t.noted, c)
	}
	return m.changed, m.Kept
}

// readable makes facts fit to be stored. A field that is not is noted and made silent;
// without a name nothing can be done.
func readable(f Facts, silent map[string]bool) (Facts, []string, string) {
	ok, err := f.Check()
	if err == nil {
		return ok, nil, ""
	}
	var notes []string
	problems := errs.FieldsOf(err)
	for _, c := range f.Columns() {
		why, bad := problems[c.Name]
		switch {
		case !bad:
		case c.Name == "name":
			return f, nil, "It has no name that can be used. " + why
		default:
			f.set(c.Name, "")
			silent[c.Name] = true
			notes = append(notes, fmt.Sprintf("%s was left as it is: %s",
				strings.ToUpper(Label(c.Name)[:1])+Label(c.Name)[1:], why))
		}
	}
	ok, err = f.Check()
	if err != nil {
		return f, nil, errs.Public(err)
	}
	return ok, notes, ""
}

// ByExternalID tells which account has which external id.
func ByExternalID(db *gorm.DB) (map[string]uuid.UUID, error) { return externalIDs(db) }

// Names counts the accounts of each name, in lower case.
func Names(db *gorm.DB) (map[string]int, error) {
	var rows []struct {
		Name string
		N    int
	}
	if err := db.Raw("SELECT lower(name) AS name, count(*) AS n FROM crm_accounts GROUP BY 1").Scan(&rows).
		Error; err != nil {
		return nil, fmt.Errorf("names of crm accounts: %w", err)
	}
	out := make(map[string]int, len(rows))
	for _, r := range rows {
		out[r.Name] = r.N
	}
	return out, nil
}
