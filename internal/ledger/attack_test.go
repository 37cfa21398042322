package ledger_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const noRight = "42501" // insufficient privilege

// attack is SQL that must be refused, by a constraint's name or for want of a right.
type attack struct {
	name string
	sql  string // statements of one transaction; "$S" and "$C" stand for the subscription and its first row
	app  string // how the app's role is refused
	own  string // how the owner is refused
}

func attacks() []attack {
	const appendOnly, sums, guard = "license_changes_append_only", "subscriptions_ledger_sums",
		"subscriptions_ledger_guard"
	add := `INSERT INTO license_changes (id, subscription_id, event, effective_at, recorded_at, delta, quantity_after,
		estimated, source, actor)
		VALUES ('018f0000-0000-7000-8000-0000000000aa', '$S', 'update', '2026-03-01', now(), 3, 8, false, 'sync', 'x');`
	status := `INSERT INTO license_change_status (change_id, counted, billing_state)
		VALUES ('018f0000-0000-7000-8000-0000000000aa', true, 'open');`
	who := `SELECT set_config('seatledger.actor', 'x', true), set_config('seatledger.why', 'y', true);`
	return []attack{
		{"change a row", `UPDATE license_changes SET delta = 50 WHERE id = '$C'`, noRight, appendOnly},
		{"change a row to what it is", `UPDATE license_changes SET delta = delta WHERE id = '$C'`, noRight, appendOnly},
		{"delete a row", `DELETE FROM license_changes WHERE id = '$C'`, noRight, appendOnly},
		{"delete its status", `DELETE FROM license_change_status WHERE change_id = '$C'`, noRight, appendOnly},
		{"empty the ledger", `TRUNCATE license_changes CASCADE`, noRight, appendOnly},
		{"empty it by way of subscriptions", `TRUNCATE subscriptions CASCADE`, noRight, appendOnly},
		{"empty the status", `TRUNCATE license_change_status CASCADE`, noRight, appendOnly},
		{"empty the marks", `TRUNCATE license_change_marks`, noRight, appendOnly},
		{"forge a mark", `INSERT INTO license_change_marks (change_id, actor, why, old_counted, new_counted, old_state,
			new_state) VALUES ('$C', 'x', 'y', true, true, 'open', 'open')`, noRight, ""},
		{"delete a subscription", `DELETE FROM subscriptions WHERE id = '$S'`, noRight,
			"license_changes_subscription_id_fkey"},
		{"set the ledger quantity", `UPDATE subscriptions SET ledger_quantity = 9 WHERE id = '$S'`, guard, guard},
		{"set seats without a row", `UPDATE subscriptions SET quantity = 9 WHERE id = '$S'`, sums, sums},
		{"end without a row", `UPDATE subscriptions
			SET state = 'inactive', hold_reason = NULL, deactivated_by = 'person', deactivated_on = now()
			WHERE id = '$S'`, sums, sums},
		{"append without seats to match", add + status, sums, sums},
		{"append without a status", add, "license_changes_have_status", "license_changes_have_status"},
		{"a second beginning", strings.Replace(add, "'update'", "'create'", 1) + status, "license_changes_one_create",
			"license_changes_one_create"},
		{"a price row with seats", strings.Replace(add, "'update'", "'price'", 1) + status, "license_changes_no_seats",
			"license_changes_no_seats"},
		{"an end without a reason", strings.Replace(add, "'update'", "'deactivate'", 1) + status,
			"license_changes_reason_given", "license_changes_reason_given"},
		{"set aside without saying who and why",
			`UPDATE license_change_status SET counted = false WHERE change_id = '$C'`, "license_change_marks_why",
			"license_change_marks_why"},
		{"set aside with a lost seat", who + `UPDATE license_change_status SET counted = false WHERE change_id = '$C'`,
			sums, sums},
		{"an invoice on an open row", who + `UPDATE license_change_status SET invoice_id = '$S' WHERE change_id = '$C'`,
			"license_change_status_invoice", "license_change_status_invoice"},
		{"set aside behind a temporary table",
			`CREATE TEMP TABLE subscriptions (id uuid, external_id text, ledger_quantity integer,
				billable_quantity integer) ON COMMIT DROP;` +
				who + `UPDATE license_change_status SET counted = false WHERE change_id = '$C'`, noRight, sums},
		{"hide the marks in a temporary table",
			`CREATE TEMP TABLE license_change_marks (LIKE public.license_change_marks) ON COMMIT DROP;` +
				who + `UPDATE license_change_status SET counted = false WHERE change_id = '$C'`, noRight, sums},
	}
}

func TestTheDatabaseRefusesWhatTheLedgerMustNeverBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fill := strings.NewReplacer("$S", w.subscription.String(), "$C", w.create.String())
	for _, a := range attacks() {
		for role, c := range map[string]struct {
			pool *pgxpool.Pool
			want string
		}{"app": {w.db.Pool(), a.app}, "owner": {w.db.Owner(), a.own}} {
			if c.want == "" {
				continue
			}
			t.Run(a.name+"/"+role, func(t *testing.T) {
				if got := refusal(t, c.pool, fill.Replace(a.sql)); got != c.want {
					t.Errorf("refused by %q, want %q", got, c.want)
				}
			})
		}
	}
	if counted, kept, billable := w.sums(); counted != 5 || kept != 5 || billable != 5 {
		t.Errorf("after all: counted %d, kept %d, billable %d", counted, kept, billable)
	}
}

// refusal runs SQL in one transaction and tells which constraint refused it, or the error's code.
func refusal(t *testing.T, pool *pgxpool.Pool, sql string) string {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), sql)
		return err
	})
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return ""
	}
	if pg.Code == noRight {
		return noRight
	}
	return pg.ConstraintName
}
