package billingrun_test

import (
	"context"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"seatledger/internal/billingrun"
	"seatledger/internal/runs"
	"seatledger/internal/testkit/billtest"
)

// A run is killed again and again, at any statement and at any commit: its connections are cut, which to the database
// is a kill -9 of the program, or its context ends. In the end every contract was billed once, and no number is
// missing.
func TestKilledAtRandomARunBillsEveryContractOnce(t *testing.T) {
	t.Parallel()
	h := open(t, "2026-01-02", 9)
	id, err := h.Begin(t.Context(), billtest.Bea, billingrun.Order{All: true, Goal: billingrun.ToBill})
	h.ok(err)
	ctx, stop := context.WithCancel(t.Context())
	var killer sync.WaitGroup
	died := 0
	killer.Go(func() { died = h.kill(ctx) })
	random := rand.New(rand.NewPCG(7, 11))
	kills := 0
	for tries := 0; tries < 400 && h.left(id); tries++ {
		if tries == 60 {
			stop() // and now in peace
		}
		working, end := context.WithTimeout(t.Context(), time.Duration(20+random.IntN(300))*time.Millisecond)
		if tries > 60 {
			working = t.Context()
		}
		if h.Go(working, id, 0) != nil || working.Err() != nil {
			kills++
		}
		end()
		h.takeOver()
	}
	stop()
	killer.Wait()
	if kills+died == 0 {
		t.Error("nothing was killed")
	}
	c := h.counts(id)
	if c.Billed != 9 || c.Total() != 9 {
		t.Errorf("%+v after %d kills", c, kills)
	}
	for what, sql := range map[string]string{
		"contracts not billed once": `SELECT string_agg(contract_id::text, ',') FROM (SELECT contract_id FROM invoices
			WHERE state <> 'void' GROUP BY 1 HAVING count(*) <> 1) x`,
		"numbers": `SELECT string_agg(number::text, ',')
			FROM (SELECT number, row_number() OVER (ORDER BY number) AS want
			FROM invoices WHERE number IS NOT NULL) n WHERE number <> want`,
		"the counter": `SELECT last FROM invoice_numbers WHERE last <> (SELECT count(*) FROM invoices)`,
		"void ones":   `SELECT nullif(count(*), 0) FROM invoices WHERE state = 'void'`,
		"without document": `SELECT nullif(count(*), 0) FROM invoices
			WHERE id NOT IN (SELECT invoice_id FROM invoice_documents)`,
		"days billed twice": `SELECT nullif(count(*), 0)
			FROM (SELECT subscription_id FROM invoice_lines WHERE live GROUP BY 1 HAVING count(*) <> 1) x`,
	} {
		if got := h.Text(sql); got != "" {
			t.Errorf("%s: %s", what, got)
		}
	}
	// n x n seats at 12.00 for n = 1 to 9: 285 seats.
	if got := h.Text(`SELECT trim_scale(sum(total)) FROM invoices`); got != "3420" {
		t.Errorf("in all %s", got)
	}
	t.Logf("%d attempts ended before their time, %d connections cut", kills, died)
}

// left tells whether anything is still to be done, however often its own connection is cut.
func (h *house) left(id uuid.UUID) bool {
	for {
		c, err := billingrun.CountsOf(h.Context(), h.World.DB.Read(h.Context()), id)
		if err == nil || h.Context().Err() != nil {
			return c.Billed < c.Total()
		}
	}
}

// takeOver lets another attempt begin at once: the last holder is surely dead.
func (h *house) takeOver() {
	h.Helper()
	for {
		err := h.TakeOver(h.Context())
		if err == nil {
			break
		}
		if h.Context().Err() != nil {
			h.Fatal(err)
		}
	}
	// An attempt without progress counts; a run that was given up is not what is looked at here.
	for h.World.DB.Read(h.Context()).Exec(`UPDATE billing_run_turns SET fruitless = 0 WHERE fruitless > 0`).
		Error != nil &&
		h.Context().Err() == nil {
		continue
	}
}

// kill cuts a connection of the program now and then while it is in a transaction. It counts them.
func (h *house) kill(ctx context.Context) (died int) {
	conn, err := pgx.ConnectConfig(ctx, h.World.DB.AppConfig().ConnConfig)
	if err == nil {
		_, err = conn.Exec(ctx, `SET ROLE NONE`)
	}
	if err != nil {
		h.Error(err)
		return 0
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return died
		case <-tick.C:
			cut, err := conn.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
				ORDER BY random() LIMIT 1`)
			if err == nil {
				died += int(cut.RowsAffected())
			}
		}
	}
}

func TestACancelEndsARunBetweenTwoContracts(t *testing.T) {
	t.Parallel()
	h := open(t, "2026-01-02", 3)
	id, err := h.Begin(t.Context(), billtest.Bea, billingrun.Order{All: true, Goal: billingrun.ToBill})
	h.ok(err)
	h.ok(h.Cancel(t.Context(), billtest.Bea, id))
	h.ok(h.Go(t.Context(), id, 0))
	r, err := billingrun.Get(t.Context(), h.World.DB.Read(t.Context()), id)
	h.ok(err)
	if c := h.counts(id); r.State != runs.Cancelled || c.Skipped != 3 || h.numbers() != "" {
		t.Errorf("%s, %+v", r.State, c)
	}
	for _, row := range h.rows(id) {
		if !strings.HasPrefix(row.Message, "Cancelled by "+billtest.Bea.Name) {
			t.Errorf("%q", row.Message)
		}
	}
	if n := len(h.look().Billable()); n != 3 {
		t.Errorf("%s are due after it", strconv.Itoa(n))
	}
}
