// Package elsewhere notes which rows of the ledger another system has billed, and up to
// when (RULES 8). What follows from it is reckoned where histories are decoded.
package elsewhere

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/postgres"
)

// Service marks rows, each set in one transaction of its own.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
}

// Billed says that another system has billed some rows. Through is the first day
// that it has not billed of them; zero: it billed each up to the end of the contract
// cycle in which the row begins.
type Billed struct {
	Changes   []uuid.UUID
	Reference string
	Through   clock.Date
}

const longestReference = 200

// Mark marks rows as billed under a reference of another system, up to a
// day; from there on they are billed here like any other. Refused, all together, for
// a row that is on an invoice here, marked already or set aside.
func (s Service) Mark(ctx context.Context, by audit.Actor, o Billed) error {
	if err := o.check(clock.DateOf(s.Clock.Now(), time.UTC)); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		rows, err := outsideRows(ctx, tx, o.Changes)
		if err != nil {
			return err
		}
		if err := o.store(ctx, tx, by, s, rows); err != nil {
			return err
		}
		if err := ledger.SettleElsewhere(ctx, tx, by, o.Reference, o.Changes); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "changes.billed_elsewhere",
			ObjectType: "license_change", ObjectID: rows[0].ID.String(),
			ObjectName: fmt.Sprintf("%d license changes", len(rows)),
			After:      map[string]any{"reference": o.Reference, "through": o.Through.String(), "changes": o.Changes}})
	})
}

func (o Billed) check(today clock.Date) error {
	problems := errs.Fields{}
	if strings.TrimSpace(o.Reference) == "" {
		problems.Add("reference", "Enter the reference under which the other system billed it, as an invoice number.")
	}
	if len(o.Reference) > longestReference {
		problems.Add("reference", "The reference is longer than %d characters.", longestReference)
	}
	if len(o.Changes) == 0 {
		problems.Add("id", "Tick the changes that were billed elsewhere.")
	}
	if !o.Through.IsZero() && o.Through.After(today.AddMonths(12*yearsAhead)) {
		problems.Add("through", "This is more than five years ahead. Enter an earlier day.")
	}
	return problems.Err()
}

// yearsAhead is how far ahead another system can have billed.
const yearsAhead = 5

type outsideRow struct {
	ID          uuid.UUID
	EffectiveAt clock.Date
	Taken       bool // on an invoice, marked already, or set aside
	ContractID  uuid.NullUUID
}

// outsideRows locks the subscriptions, then reads the rows.
func outsideRows(ctx context.Context, tx *gorm.DB, ids []uuid.UUID) ([]outsideRow, error) {
	err := tx.WithContext(ctx).Exec(`SELECT FROM subscriptions
		WHERE id IN (SELECT subscription_id FROM license_changes WHERE id IN (?))
		ORDER BY id FOR NO KEY UPDATE`, ids).Error
	if err != nil {
		return nil, fmt.Errorf("lock subscriptions: %w", err)
	}
	var rows []outsideRow
	err = tx.WithContext(ctx).Raw(`
		SELECT c.id, c.effective_at, s.contract_id,
		       NOT st.counted OR st.invoice_id IS NOT NULL
		OR EXISTS (SELECT FROM billed_elsewhere e WHERE e.change_id = c.id) AS taken
		FROM license_changes c JOIN license_change_status st ON st.change_id = c.id
		JOIN subscriptions s ON s.id = c.subscription_id
		WHERE c.id IN (?) ORDER BY c.id`, ids).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("rows billed elsewhere: %w", err)
	}
	taken := 0
	for _, r := range rows {
		if r.Taken {
			taken++
		}
	}
	switch {
	case len(rows) == 0:
		return nil, errs.New(errs.NotFound, "There are no such license changes.")
	case taken > 0:
		return nil, errs.Newf(errs.Conflict,
			"%d of these rows are billed here or elsewhere, or set aside already. Nothing was marked; "+
				"reload the list and choose others.", taken)
	}
	return rows, nil
}

func (o Billed) store(ctx context.Context, tx *gorm.DB, by audit.Actor, s Service, rows []outsideRow) error {
	grids := map[uuid.UUID]contract.Grid{}
	doc := make([]map[string]any, len(rows))
	for i, r := range rows {
		if !o.Through.IsZero() && !o.Through.After(r.EffectiveAt) {
			return errs.Fields{"through": fmt.Sprintf("A row begins on %s; the other system cannot have billed it "+
				"only up to %s.", r.EffectiveAt, o.Through)}.Err()
		}
		until, err := o.until(ctx, tx, r, grids)
		if err != nil {
			return err
		}
		doc[i] = map[string]any{"id": r.ID}
		if !until.IsZero() {
			doc[i]["until"] = until
		}
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	err = tx.WithContext(ctx).Exec(`INSERT INTO billed_elsewhere (change_id, reference, until, marked_at, marked_by)
		SELECT id, CAST(@reference AS text), until, CAST(@at AS timestamptz), CAST(@by AS text)
		FROM jsonb_to_recordset(CAST(@rows AS jsonb)) AS r (id uuid, until date)`,
		map[string]any{"reference": o.Reference, "at": s.Clock.Now(), "by": by.Name, "rows": string(b)}).Error
	if err != nil {
		return fmt.Errorf("note what was billed elsewhere: %w", err)
	}
	return nil
}

// until is the first day that the other system has not billed of a row.
func (o Billed) until(ctx context.Context, tx *gorm.DB, r outsideRow,
	grids map[uuid.UUID]contract.Grid) (clock.Date, error) {
	if !o.Through.IsZero() || !r.ContractID.Valid {
		return o.Through, nil
	}
	grid, known := grids[r.ContractID.UUID]
	if !known {
		k, err := contract.Get(ctx, tx, r.ContractID.UUID)
		if err != nil {
			return clock.Date{}, err
		}
		grid = contract.GridOf(k.Terms)
		grids[r.ContractID.UUID] = grid
	}
	return grid.Cycle(r.EffectiveAt).To, nil
}

// Copy lets copies of rows keep what another system billed of their origins.
func Copy(ctx context.Context, tx *gorm.DB, copies []ledger.Copy) error {
	doc, err := json.Marshal(copies)
	if err != nil {
		return fmt.Errorf("copy what was billed elsewhere: %w", err)
	}
	err = tx.WithContext(ctx).Exec(`INSERT INTO billed_elsewhere (change_id, reference, until, marked_at, marked_by)
		SELECT r.id, e.reference, e.until, e.marked_at, e.marked_by
		FROM jsonb_to_recordset(?::jsonb) AS r (id uuid, origin uuid)
		JOIN billed_elsewhere e ON e.change_id = r.origin`, string(doc)).Error
	if err != nil {
		return fmt.Errorf("copy what was billed elsewhere: %w", err)
	}
	return nil
}
