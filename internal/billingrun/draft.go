package billingrun

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/runs"
)

func (w *worker) draft(ctx context.Context, tx *gorm.DB, t task) error {
	pauses, err := pausesOf(ctx, tx, []uuid.UUID{t.ContractID}, clock.Today(w.s.Clock, w.s.Zone))
	if err != nil {
		return err
	}
	if p, left := pauses[t.ContractID]; left {
		return errs.New(errs.Conflict, p.says()+". Take it in again on the page of what is due.")
	}
	id, p, err := w.s.Billing.DraftIn(ctx, tx, w.run.drafter(), billing.Order{
		Run: billing.Run{ContractID: t.ContractID}, Due: w.run.DueOn, Late: true, Growth: true})
	if errs.KindOf(err) == errs.Conflict && p.Contract.ID == t.ContractID && p.Empty() {
		return w.nothing(tx, t, err)
	}
	if err != nil {
		return err
	}
	return w.drafted(ctx, tx, t, id, p)
}

// nothing says why nothing of a contract is drafted: it is already, or nothing is due of it. What keeps it from being
// billed as a whole is a refusal.
func (w *worker) nothing(tx *gorm.DB, t task, refused error) error {
	var drafted bool
	err := tx.Raw(`SELECT EXISTS (SELECT FROM invoices WHERE contract_id = ? AND state = 'draft'
		AND kind = 'full_cycle')`, t.ContractID).Row().Scan(&drafted)
	switch {
	case err != nil:
		return err
	case drafted:
		return errs.Because(errs.Conflict, "It is drafted already. Bill its draft, or throw it away.",
			billing.ErrNothing)
	}
	return refused
}

// drafted keeps what was drafted and what is unusual about it. What a person must confirm goes no further unless they
// did, nor does what is not what was shown.
func (w *worker) drafted(ctx context.Context, tx *gorm.DB, t task, id uuid.UUID, p billing.Plan) error {
	gives, err := holdsBack(ctx, tx, money.Amount{Value: p.Total, Currency: p.Contract.Currency})
	if err != nil {
		return err
	}
	last := w.last[t.ContractID]
	late, _ := p.Late()
	remarks := last.remarks(p)
	holds := heldBack(remarks)
	docs := make([]string, 3)
	for i, v := range []any{leftOut(p), last.changes(p), remarks} {
		doc, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if docs[i] = string(doc); docs[i] == "null" {
			docs[i] = "[]"
		}
	}
	return tx.Exec(`UPDATE billing_run_contracts SET state = 'drafted', invoice_id = @id, lines = @lines,
			digest = @digest, late = @late, left_out = CAST(@left AS jsonb), changes = CAST(@changes AS jsonb),
			remarks = CAST(@remarks AS jsonb),
			goal = CASE WHEN goal = 'undo' OR @gives = '' AND (confirmed OR NOT @late AND @unusual = '')
				AND shown IN ('', @digest) THEN goal ELSE 'draft' END,
			message = CASE WHEN goal IN ('draft', 'undo') THEN '' WHEN @gives <> '' THEN @gives
				WHEN NOT confirmed AND @unusual <> '' THEN @unusual
				WHEN NOT confirmed AND @late THEN @confirm WHEN shown NOT IN ('', @digest) THEN @moved ELSE '' END
		WHERE run_id = @run AND contract_id = @contract`,
		map[string]any{"id": id, "lines": p.Lines(), "digest": p.Digest, "late": late > 0, "left": docs[0],
			"changes": docs[1], "remarks": docs[2], "run": t.RunID, "contract": t.ContractID,
			"unusual": holds, "gives": gives,
			"confirm": "It has lines that begin before its cycle or change days that were paid. " +
				"Look at them, then bill it.",
			"moved": "What it bills has changed since it was shown. Look at it, then bill it."}).Error
}

// heldBack says why a draft waits for a look though its run goes on: something about it is unusual. A first bill is
// not, nor is a lapsed sign-off (RULES 7); empty: nothing holds it.
func heldBack(all []Remark) string {
	for _, r := range all {
		if r.Code != FirstBill && r.Code != Lapsed {
			return "It is unusual: " + r.Says + " Look at it, then bill it."
		}
	}
	return ""
}

// compareShown lets nothing of a run go on by itself that is not what its form has shown as a whole.
func (s *Service) compareShown(ctx context.Context, h *runs.Hold, r Run) error {
	if r.Shown == "" {
		return nil
	}
	return h.InTx(ctx, func(tx *gorm.DB) error {
		var rows []struct {
			ContractID uuid.UUID
			Digest     string
		}
		err := tx.Raw(`SELECT contract_id, digest FROM billing_run_contracts WHERE run_id = ?
			AND invoice_id IS NOT NULL`,
			r.ID).Scan(&rows).Error
		if err != nil {
			return err
		}
		digests := map[uuid.UUID]string{}
		for _, c := range rows {
			digests[c.ContractID] = c.Digest
		}
		if digestOf(digests) != r.Shown {
			err := tx.Exec(`UPDATE billing_run_contracts SET goal = 'draft', message = ? WHERE run_id = ?
				AND state = 'drafted' AND goal IN ('bill', 'send')`, "What is due has changed since it was shown. "+
				"Look at the drafts, then bill them.", r.ID).Error
			if err != nil {
				return err
			}
		}
		return tx.Exec(`UPDATE billing_runs SET shown = '' WHERE id = ?`, r.ID).Error
	})
}
