package fill

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// What is filled past the triggers is what they would have let through; a reference to nothing and seats that do not
// add up are found.
func TestWhatIsFilledHoldsAndWhatCannotBeIsFound(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := t.Context()
	connect := func(reset string) *pgx.Conn {
		conn, err := pgx.Connect(ctx, db.OwnerURL())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close(ctx) })
		if _, err := conn.Exec(ctx, reset); err != nil {
			t.Fatal(err)
		}
		return conn
	}
	owner, super := connect("SELECT 1"), connect("SET ROLE NONE")
	if err := Fill(ctx, owner, super, Least, io.Discard); err != nil {
		t.Fatal(err)
	}
	// What the triggers that were off would have written stands there already.
	for table, touch := range map[string]string{
		"subscriptions": "UPDATE subscriptions SET billed_from = billed_from",
		"invoice_lines": "UPDATE invoice_lines SET cost = cost",
		"license_change_status": `SET LOCAL session_replication_role = replica; DELETE FROM license_change_status;
			SET LOCAL session_replication_role = origin; INSERT INTO license_change_status TABLE filled`,
	} {
		tx, err := super.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tx.Exec(ctx, "CREATE TEMP TABLE filled ON COMMIT DROP AS TABLE "+table+"; "+touch)
		if err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		var n int
		err = tx.QueryRow(ctx, "SELECT count(*) FROM (TABLE filled EXCEPT TABLE "+table+") d").Scan(&n)
		if err := errors.Join(err, tx.Rollback(ctx)); err != nil || n > 0 {
			t.Errorf("%d rows of %s are other than their triggers make them: %v", n, table, err)
		}
	}
	for sql, want := range map[string]string{
		`UPDATE subscriptions SET ledger_quantity = ledger_quantity + 1 WHERE external_id = 'S-1000007'`: "ledger_sums",
		`DELETE FROM providers WHERE name = 'Distributor East'`:                                          "provider_id",
		`UPDATE invoice_lines SET subscription_id = gen_random_uuid() WHERE position = 1`:                "subscription_id",
	} {
		tx, err := super.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(ctx, "SET LOCAL session_replication_role = replica; "+sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		f := filler{db: owner, super: tx.Conn(), n: Least, out: io.Discard}
		if err := f.check(ctx); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("after %s the check says %v", sql, err)
		}
		if err := tx.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
	}
}
