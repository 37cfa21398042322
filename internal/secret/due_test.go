package secret

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/testkit/pgtest"
)

// TestEveryTableOfSecretsIsKnown walks the database: a table with something sealed, or with a secret's hash beside an
// expiry, stands in Tables, and each kind that people enter says who set it, when and for whom.
func TestEveryTableOfSecretsIsKnown(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	known := map[string]Table{}
	for _, x := range Tables() {
		if (x.Kind == "") == (x.Why == "") {
			t.Errorf("%s has a kind, or a reason why it needs none", x.Name)
		}
		known[x.Name] = x
	}
	var there []string
	err := db.Read(t.Context()).Raw(`SELECT DISTINCT c.table_name FROM information_schema.columns c
		WHERE c.table_schema = 'public' AND (c.column_name = 'sealed' OR c.column_name LIKE '%secret%'
			OR c.table_name LIKE '%\_tokens') AND c.table_name NOT IN ('secret_dues',
				'secret_reminders')`).Scan(&there).Error
	if err != nil || len(there) < 8 {
		t.Fatal(there, err)
	}
	for _, name := range there {
		if _, ok := known[name]; !ok {
			t.Errorf("%s holds secrets of which nobody is told when they expire: put it into Tables, and into dues",
				name)
		}
	}
	for _, x := range Tables() {
		if x.Kind == "" || x.Kind == kindAPI {
			continue
		}
		var columns int
		err := db.Read(t.Context()).Raw(`SELECT count(*) FROM information_schema.columns WHERE table_name = ?
			AND column_name IN ('set_at', 'set_by', 'sent_to')`, x.Name).Scan(&columns).Error
		if err != nil || columns != 3 {
			t.Errorf("%s does not say who set it, when, and for whom: %v", x.Name, err)
		}
		v := stored{Kind: x.Kind, Owner: uuid.New(), Name: "password", SentTo: "host.example"}
		if v.place().For != v.SentTo || v.place().Table != x.Name {
			t.Errorf("what stands in %s is sealed for %+v", x.Name, v.place())
		}
	}
}

func TestSomebodyIsToldInTimeBeforeASecretExpires(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	clk := clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC))
	s := Dues{DB: db.DB, Clock: clk}
	set := func() {
		t.Helper()
		if err := db.Read(t.Context()).Exec(`INSERT INTO mail_secrets (name, sealed, sent_to, set_at, set_by)
			VALUES ('password', 'x', 'mail.example', ?, 'Ada') ON CONFLICT (name) DO UPDATE SET set_at =
				excluded.set_at`,
			clk.Now()).Error; err != nil {
			t.Fatal(err)
		}
	}
	told := func(want int) {
		t.Helper()
		var n int
		for range 2 {
			if err := s.Remind(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Read(t.Context()).Raw(`SELECT count(*) FROM notices WHERE kind =
			'secret_expires'`).Scan(&n).Error; err != nil {
			t.Fatal(err)
		}
		if n != want {
			t.Errorf("on %s: %d notices, want %d", clk.Now(), n, want)
		}
	}
	set()
	all, err := s.All(t.Context())
	if err != nil || len(all) != 1 || all[0].SetBy != "Ada" || all[0].ExpiresAt != nil {
		t.Fatal(all, err)
	}
	ada := audit.Actor{ID: uuid.New(), Name: "Ada"}
	on, err := clock.ParseDate("2027-01-01")
	if err != nil {
		t.Fatal(err)
	}
	past, err := clock.ParseDate("2026-11-03")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Say(t.Context(), ada, all[0].Key(), past); errs.FieldsOf(err)["expires_on"] == "" {
		t.Errorf("a day that is over: %v", err)
	}
	if err := s.Say(t.Context(), ada, "mail of nobody", on); errs.FieldsOf(err)["secret"] == "" {
		t.Errorf("no secret: %v", err)
	}
	if err := s.Say(t.Context(), ada, all[0].Key(), on); err != nil {
		t.Fatal(err)
	}
	told(0)
	for i, day := range []string{"2026-12-02", "2026-12-25", "2026-12-31", "2027-01-01"} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		clk.Set(at.Add(time.Hour))
		told(i + 1)
	}
	set() // another one: what was said was of the old
	told(4)
	if all, err = s.All(t.Context()); err != nil || all[0].ExpiresAt != nil {
		t.Errorf("the new secret has the old one's end: %v %v", all[0].ExpiresAt, err)
	}
}
