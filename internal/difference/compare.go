package difference

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
	"seatledger/internal/reconcile"
)

// Compare compares a bill as it, the ledger and our invoices stand now, and keeps what differs. The same bill beside
// the same records changes nothing. One that was set aside has no differences left but those that were decided.
func (s Service) Compare(ctx context.Context, id uuid.UUID) error {
	err := s.compare(ctx, id)
	if err == nil {
		return nil
	}
	kept := s.DB.InTx(context.WithoutCancel(ctx), func(tx *gorm.DB) error {
		if err := tx.Exec(`UPDATE supplier_matches SET answer = '', answer_why = '' WHERE bill_id = ? AND EXISTS
		(SELECT
			FROM supplier_comparisons c WHERE c.bill_id = ? AND c.done = 0)`, id, id).Error; err != nil {
			return err // nothing has answered yet
		}
		return tx.Exec(`UPDATE supplier_comparisons SET trouble = ?, asked_at = ? WHERE bill_id = ?`, err.Error(),
			s.Clock.Now(), id).Error
	})
	if kept != nil && s.Log != nil {
		s.Log.ErrorContext(ctx, "the trouble with a comparison could not be kept", "bill", id, "error", kept)
	}
	return fmt.Errorf("compare bill %s: %w", id, err)
}

func (s Service) compare(ctx context.Context, id uuid.UUID) error {
	db := s.DB.Read(ctx)
	b, err := readBill(ctx, db, id)
	if err != nil {
		return err
	}
	if err := db.Raw(`SELECT coalesce((SELECT asked FROM supplier_comparisons WHERE bill_id = ?), 0)`,
		id).Row().Scan(&b.asked); err != nil {
		return err
	}
	if b.Aside {
		return s.store(ctx, b, nil, figures{})
	}
	if err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := b.hash(tx, true); err != nil {
			return err
		}
		if err := match(ctx, tx, b); err != nil {
			return err
		}
		return b.credits(ctx, tx)
	}); err != nil {
		return err
	}
	if err := s.matchBeside(ctx, b); err != nil {
		return err
	}
	defer b.sparing()()
	var seen sights
	err = s.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		if err := b.hash(tx, true); err != nil {
			return err
		}
		// The engine asks nothing while it thinks, which on a busy machine is long. This transaction only reads.
		if err := tx.Exec(`SET LOCAL idle_in_transaction_session_timeout = '5min'`).Error; err != nil {
			return err
		}
		seen, err = s.look(ctx, tx, b)
		return err
	})
	if err != nil {
		return err
	}
	all, err := s.explain(ctx, b, seen.invoices)
	if err != nil {
		return err
	}
	more, err := s.explain(ctx, b, seen.ledger)
	if err != nil {
		return err
	}
	all = merged(beside(all, more, seen.invoiced))
	return s.store(ctx, b, all, figures{compared: seen.compared, answers: seen.answers})
}

// manyLines is from where on the lines of a bill are too many to hold each against each, longBill from where on their
// memory counts.
const (
	manyLines = 100
	longBill  = 2000
)

// hash has the statements about all lines of a long bill join by hash, in memory: its lines came a moment ago, and
// the
// database, which has not counted them yet, would hold each against each. Those about a few go by their indexes.
func (b bill) hash(tx *gorm.DB, all bool) error {
	if b.Lines < manyLines {
		return nil
	}
	return tx.Exec(fmt.Sprintf("SET LOCAL enable_nestloop = %t; SET LOCAL enable_mergejoin = %t; "+
		"SET LOCAL work_mem = '64MB'; SET LOCAL jit = off", !all, !all)).Error
}

// sparing has memory given back sooner while a long bill is compared: what waits of it is nearly all there is, and
// half as much again would wait for nothing.
func (b bill) sparing() (done func()) {
	if b.Lines < longBill {
		return func() {}
	}
	sparingNow.Lock()
	defer sparingNow.Unlock()
	if sparingNow.bills++; sparingNow.bills == 1 {
		sparingNow.before = debug.SetGCPercent(sparingPercent)
	}
	return func() {
		sparingNow.Lock()
		defer sparingNow.Unlock()
		if sparingNow.bills--; sparingNow.bills == 0 {
			debug.SetGCPercent(sparingNow.before)
		}
	}
}

const sparingPercent = 25

// sparingNow is of the process: it has one collector.
var sparingNow struct {
	sync.Mutex
	bills, before int
}

// sights are what the engine finds beside our invoices, and beside the ledger and the distributor's own costs.
type sights struct {
	invoices, ledger []reconcile.Difference
	compared         int                // lines, beside the invoices
	invoiced         map[uuid.UUID]bool // subscriptions whose lines could be, all of them
	answers          answers
}

// look compares the bill twice on one state of the records, one comparison after the other: each needs its room.
func (s Service) look(ctx context.Context, tx *gorm.DB, b bill) (out sights, err error) {
	if err := b.setPlainApart(ctx, tx); err != nil {
		return out, err
	}
	sides, windows, err := b.sides(ctx, tx)
	if err != nil {
		return out, err
	}
	r, err := sides.Compare(ctx, Tolerance, nil)
	if err != nil {
		return out, err
	}
	out.invoices, out.compared, out.invoiced = r.Differences, r.Compared+b.subs.agreeing, windows
	sides.Again()
	if err := b.ledger(ctx, tx, sides); err != nil {
		return out, err
	}
	out.answers.why = map[string]string{}
	r, err = sides.Compare(ctx, Tolerance, func(line string) {
		out.answers.uncovered = append(out.answers.uncovered, line)
	})
	if err != nil {
		return out, err
	}
	out.ledger = r.Differences
	costs, err := s.costs(ctx, tx, b)
	if err != nil {
		return out, err
	}
	terms, err := s.terms(ctx, tx, b)
	if err != nil {
		return out, err
	}
	doubles, err := s.twice(ctx, tx, b)
	if err != nil {
		return out, err
	}
	out.ledger = slices.Concat(out.ledger, costs, terms, doubles)
	if err := numbered(ctx, tx, out.invoices, out.ledger); err != nil {
		return out, err
	}
	for _, d := range out.ledger {
		if d.Kind == reconcile.OnlyHere || d.Kind == RenewalPrice {
			continue
		}
		for _, l := range d.BillLines {
			out.answers.why[l] = d.Why
		}
	}
	return out, err
}

// figures are what a comparison comes to in all.
type figures struct {
	compared int
	answers  answers
}

// answers are what the expected cost says of lines: those of a subscription of ours that could not be held against
// the ledger, and why some differ from it.
type answers struct {
	uncovered postgres.Texts
	why       map[string]string
}
