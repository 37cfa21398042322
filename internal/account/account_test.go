package account_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var now = time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)

func listed(name string) distributor.Account {
	return distributor.Account{ExternalID: "10001", Name: name, Active: true, StatusText: "Active",
		Raw: json.RawMessage(`{"customerNo": "10001", "name": "` + name + `"}`)}
}

// stored is a database with one account, as a sync first saw it.
func stored(t *testing.T) (*pgtest.DB, uuid.UUID) {
	t.Helper()
	db, p := pgtest.New(t), uuid.Must(uuid.NewV7())
	err := db.Read(t.Context()).Exec(`INSERT INTO providers (id, name, connector, comprehensive_api, active,
		credentials_at, created_at, updated_at)
		VALUES (?, 'North', 'stellr', true, true, ?, ?, ?)`, p, now, now, now).Error
	if err != nil {
		t.Fatal(err)
	}
	var id uuid.UUID
	in(t, db, func(tx *gorm.DB) (err error) { id, err = account.New(t.Context(), tx, p, listed("Aspen"), now); return })
	return db, id
}

func in(t *testing.T, db *pgtest.DB, f func(tx *gorm.DB) error) {
	t.Helper()
	if err := db.InTx(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, db *pgtest.DB, id uuid.UUID) account.Account {
	t.Helper()
	a, err := account.Get(t.Context(), db.Read(t.Context()), id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestANewAccountIsUnmappedAndTheSameRecordDoesNotDiffer(t *testing.T) {
	t.Parallel()
	db, id := stored(t)
	a := get(t, db, id)
	same := listed("Aspen")
	same.Raw = json.RawMessage(`{"name":"Aspen",  "customerNo":"10001"}`)
	if a.Mapping != account.Unmapped || a.Status != account.Active || a.Differs(same) {
		t.Errorf("%s, %s, differs %t", a.Mapping, a.Status, a.Differs(same))
	}
	for what, other := range map[string]distributor.Account{
		"another name": listed("Birch"),
		"a field more": {ExternalID: "10001", Name: "Aspen", Active: true, StatusText: "Active",
			Raw: json.RawMessage(`{"customerNo": "10001", "name": "Aspen", "tier": 2}`)},
		"discontinued there": {ExternalID: "10001", Name: "Aspen", StatusText: "Active", Raw: listed("Aspen").Raw},
	} {
		if !a.Differs(other) {
			t.Errorf("%s does not differ", what)
		}
	}
}

func TestASyncNeverTouchesTheMapping(t *testing.T) {
	t.Parallel()
	db, id := stored(t)
	in(t, db, func(tx *gorm.DB) error {
		return account.Decide(t.Context(), tx, id, account.Decision{State: account.Excluded, ExcludeReason: "our own",
			By: "Olga Example", ByPerson: true, Why: "our own", At: now})
	})
	in(t, db, func(tx *gorm.DB) error { return account.Update(t.Context(), tx, id, listed("Birch"), now) })
	a := get(t, db, id)
	if a.Name != "Birch" || a.Mapping != account.Excluded || a.ExcludeReason != "our own" ||
		a.DecidedBy != "Olga Example" || a.Version != 3 {
		t.Errorf("%+v", a)
	}
}

func TestAGoneAccountKeepsItsMappingAndComesBack(t *testing.T) {
	t.Parallel()
	db, id := stored(t)
	in(t, db, func(tx *gorm.DB) error { return account.MarkGone(t.Context(), tx, id, now) })
	in(t, db, func(tx *gorm.DB) error { return account.MarkGone(t.Context(), tx, id, now.Add(time.Hour)) })
	a := get(t, db, id)
	if a.Status != account.Gone || a.GoneAt == nil || !a.GoneAt.Equal(now) || !a.Differs(listed("Aspen")) {
		t.Errorf("%s since %v", a.Status, a.GoneAt)
	}
	in(t, db, func(tx *gorm.DB) error { return account.Update(t.Context(), tx, id, listed("Aspen"), now) })
	if a := get(t, db, id); a.Status != account.Active || a.GoneAt != nil {
		t.Errorf("back: %s since %v", a.Status, a.GoneAt)
	}
}

func TestAnUnknownAccountIsNotFound(t *testing.T) {
	t.Parallel()
	db, _ := stored(t)
	for what, read := range map[string]func(tx *gorm.DB) error{
		"get":  func(tx *gorm.DB) error { _, err := account.Get(t.Context(), tx, uuid.New()); return err },
		"lock": func(tx *gorm.DB) error { _, err := account.Lock(t.Context(), tx, uuid.New()); return err },
		"look": func(tx *gorm.DB) error { _, err := account.Look(t.Context(), tx, uuid.New()); return err },
	} {
		if err := db.InTx(t.Context(), read); errs.KindOf(err) != errs.NotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
}
