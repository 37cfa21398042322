package contact

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/postgres"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type world struct {
	t  *testing.T
	db *pgtest.DB
	s  Service
}

const pat = "pat@customer.example"

// newWorld names Pat in a contract, a note, a mail that went out and the trail, beside others.
func newWorld(t *testing.T) world {
	t.Helper()
	db := pgtest.New(t)
	owner, err := postgres.Open(t.Context(), db.OwnerConfig(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(owner.Close)
	clk := clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC))
	w := world{t, db, Service{DB: owner, Clock: clk}}
	customer := uuid.New()
	w.exec(`INSERT INTO crm_accounts (id, name, source, created_at, updated_at) VALUES (?, 'Customer', 'person', now(),
		now())`, customer)
	w.exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
		start_date, refunds, is_default, active, recipients, created_at, updated_at)
		VALUES (gen_random_uuid(), ?, 'Main', 'EUR', 'monthly', 'advance', 1, '2026-01-01', 'global', false, true,
		'bo@customer.example, Pat@customer.example, xpat@customer.example', now(), now())`, customer)
	w.exec(`INSERT INTO crm_account_notes (id, crm_account_id, text, written_by, written_at) VALUES (gen_random_uuid(), ?,
		'Called Pat Example (pat@customer.example). Not pat@customer.example.org.', 'Ada', now())`, customer)
	w.exec(`INSERT INTO mails (id, kind, state, language, subject, body, recipients, addresses, queued_at, queued_by,
		next_at, sent_at) VALUES (gen_random_uuid(), 'notice', 'sent', 'en', 'S', 'B',
		'[{"address": "pat@customer.example"}]', 'pat@customer.example', now(), 'Ada', now(), now())`)
	if err := audit.Note(t.Context(), db.DB, clk, audit.System, audit.Event{Action: "contract.changed",
		ObjectType: "contract", After: map[string]any{"recipients": pat}}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w world) exec(sql string, args ...any) {
	w.t.Helper()
	if err := w.s.DB.Read(w.t.Context()).Exec(sql, args...).Error; err != nil {
		w.t.Fatal(err)
	}
}

func (w world) text(sql string, args ...any) string {
	w.t.Helper()
	var s string
	if err := w.s.DB.Read(w.t.Context()).Raw(sql, args...).Scan(&s).Error; err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w world) run(args ...string) (string, error) {
	var out bytes.Buffer
	err := Run(w.t.Context(), args, Tool{Out: &out,
		Open: func(context.Context) (Service, func(), error) { return w.s, func() {}, nil }})
	return out.String(), err
}

func TestWhatIsKeptOfAPersonIsFoundWhereverItStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "pat.json")
	out, err := w.run("export", "--email", pat, "--out", file)
	if err != nil || !strings.Contains(out, "5 places") {
		t.Fatalf("%s, %v", out, err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{"billing_contracts", "crm_account_notes", "mails", "audit_events"} {
		if !strings.Contains(string(b), place) {
			t.Errorf("nothing of %s in %s", place, b)
		}
	}
	if _, err := w.run("export", "--email", pat, "--out", file); err == nil {
		t.Error("a file was written over")
	}
}

func TestAPersonIsStruckOutAndOthersStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out, err := w.run("strike", "--email", pat, "--also", "Pat Example")
	if err != nil || !strings.Contains(out, "struck out in mails: 2") ||
		!strings.Contains(out, "kept in audit events: 1 (the audit trail is chained") {
		t.Fatalf("%s, %v", out, err)
	}
	if got := w.text(`SELECT recipients FROM billing_contracts`); got != "bo@customer.example, xpat@customer.example" {
		t.Errorf("recipients %q", got)
	}
	if got := w.text(`SELECT text FROM crm_account_notes`); got != "Called struck-out (struck-out). Not "+
		"pat@customer.example.org." {
		t.Errorf("note %q", got)
	}
	if got := w.text(`SELECT addresses || (recipients->0->>'address') FROM mails`); got != "struck-outstruck-out" {
		t.Errorf("mail %q", got)
	}
	if n := w.text(`SELECT count(*) FROM audit_events e WHERE action = 'contact.struck_out'
		AND e::text NOT LIKE '%pat@%'`); n != "1" {
		t.Errorf("%s rows of the trail say that it was done", n)
	}
	if i, err := audit.Verify(t.Context(), w.s.DB.Read(t.Context()), 0); err != nil || !i.Sound() {
		t.Errorf("the trail: %+v, %v", i, err)
	}
	// What was append-only is again.
	if err := w.s.DB.Read(t.Context()).Exec(`UPDATE crm_account_notes SET text = 'x'`).Error; err == nil {
		t.Error("notes can be changed now")
	}
	if out, err := w.run("strike", "--email", pat); err != nil || strings.Contains(out, "struck out in") {
		t.Errorf("again: %s, %v", out, err)
	}
}

func TestAStrikeThatMustWaitChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`UPDATE mails SET addresses = addresses`)
	w.exec(`INSERT INTO mails (id, kind, state, language, subject, body, recipients, addresses, queued_at, queued_by,
		next_at) VALUES (gen_random_uuid(), 'notice', 'queued', 'en', 'S', 'B', '[{"address": "pat@customer.example"}]',
		'pat@customer.example', now(), 'Ada', now())`)
	if _, err := w.run("strike", "--email", pat); err == nil || !strings.Contains(err.Error(), "1 mails") {
		t.Errorf("a mail waits: %v", err)
	}
	for _, args := range [][]string{{}, {"strike", "--email", "pat"}, {"strike", "--email", pat, "--also", "Pat"},
		{"export", "--email", pat}, {"strike", "--email", pat, "--out", "x"}, {"look", "--email", pat}} {
		if _, err := w.run(args...); err == nil {
			t.Errorf("%v went through", args)
		}
	}
	if got := w.text(`SELECT recipients FROM billing_contracts`); !strings.Contains(got, "Pat@") {
		t.Errorf("changed: %q", got)
	}
}
