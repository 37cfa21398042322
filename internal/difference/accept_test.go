package difference_test

import (
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/difference"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/testkit/billtest"
)

func TestTheLedgerTakesTheSeatsOfTheBillFromADayOn(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Add("S-1", 10, "2026-11-01")
	d.draft("2026-12-01")
	d.take(line("S-1", "12", "10", "120"))
	step := difference.Step{ID: d.difference("quantity")}
	for on, field := range map[string]bool{"": true, "soon": true, "2026-12-24": true} {
		step.On = on
		if err := d.room.Accept(t.Context(), billtest.Bea,
			step); (errs.FieldsOf(err)["effective_at"] != "") != field {
			t.Errorf("%q: %v", on, err)
		}
	}
	step.On = "2026-11-01"
	if err := d.room.Accept(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	if got := d.Text(`SELECT concat_ws(' ', event, effective_at, delta, quantity_after, note) FROM license_changes
		ORDER BY seq DESC LIMIT 1`); got !=
		"update 2026-11-01 2 12 from the bill november.csv" {
		t.Errorf("the ledger: %s", got)
	}
	if err := d.correct(); err != nil {
		t.Fatal(err)
	}
	if got := d.lines(); got != "catch_up 2 2026-11-01 2026-12-01 24" {
		t.Errorf("the next run: %s", got)
	}
	if got := d.Text(`SELECT state || ' ' || reason FROM
		differences`); got != "accepted 12 seats from 2026-11-01 on" {
		t.Errorf("state %s", got)
	}
}

// How many seats there are only the distributor can say: a change that it told later moves to its day.
func TestAChangeThatWasSeenLateMovesToTheDayOfTheBill(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.read()
	d.Add("S-1", 10, "2026-11-01")
	d.take(line("S-1", "12", "10", "120"))
	step := difference.Step{ID: d.difference("quantity"), On: "2026-11-05"}
	if err := d.room.Accept(t.Context(), billtest.Bea, step); errs.KindOf(err) != errs.Conflict {
		t.Errorf("before it was reported: %v", err)
	}
	d.Today("2026-11-12")
	d.Sync(billtest.Record("S-1", 12, billtest.Day(d, "2026-11-01")))
	if err := d.room.Accept(t.Context(), billtest.Bea, step); err != nil {
		t.Fatal(err)
	}
	if got := d.Text(`SELECT string_agg(concat_ws(' ', c.event, c.effective_at, c.delta), ', ' ORDER BY c.seq) FROM
		license_changes c
		JOIN license_change_status s ON s.change_id = c.id WHERE s.counted AND c.delta <> 0`); got !=
		"create 2026-11-01 10, update 2026-11-05 2" {
		t.Errorf("the ledger: %s", got)
	}
}

// read has what comes next come from a distributor that is read.
func (d *desk) read() {
	d.Helper()
	d.Provider.ID, d.Provider.Connector, d.Account.ID = uuid.Must(uuid.NewV7()), distributor.Stellr,
		uuid.Must(uuid.NewV7())
	d.Exec(`INSERT INTO providers (id, name, connector, comprehensive_api, host, reseller_number, currency, active,
		credentials_at, created_at, updated_at) VALUES (?, 'Read', 'stellr', true, 'distributor.example', '1',
		'USD', true, now(), now(),
		now())`, d.Provider.ID)
	d.Exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, provider_status, state, crm_account_id,
		first_seen_at, updated_at) VALUES (?, ?, 'A-1', 'Contoso', 'active', 'mapped', ?, now(), now())`,
		d.Account.ID, d.Provider.ID,
		d.Customer)
}
