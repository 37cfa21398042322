package difference

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
)

func number(d decimal.NullDecimal) string {
	if !d.Valid {
		return "not said"
	}
	return d.Decimal.String()
}

// credits finds the credits that disputes have brought: a line of a later bill for the same thing that gives back
// what was claimed, to the cent for each seat. Each line answers one dispute.
func (b bill) credits(ctx context.Context, tx *gorm.DB) error {
	err := tx.WithContext(ctx).Exec(`
		WITH lines AS (SELECT l.id, l.amount, l.currency, l.quantity, l.place, `+thing+` AS subject
			FROM supplier_bill_lines l JOIN supplier_matches m ON m.bill_id = l.bill_id AND m.line_id = l.id
			WHERE l.bill_id = @bill AND l.amount < 0 AND NOT EXISTS (SELECT FROM differences t WHERE
			t.credit_line_id = l.id)),
		pairs AS (SELECT DISTINCT ON (d.id) d.id, l.id AS line FROM differences d
			JOIN supplier_bills o ON o.id = d.bill_id JOIN lines l ON l.subject = d.subject AND l.currency =
			d.currency
			WHERE d.state = 'disputed' AND d.credit_line_id IS NULL AND o.seq < @seq
				AND d.provider_id IS NOT DISTINCT FROM CAST(@provider AS uuid)
				AND abs(l.amount + d.once_amount) <= 0.01 * greatest(1, abs(coalesce(l.quantity, 1)))
			ORDER BY d.id, abs(l.amount + d.once_amount), l.place),
		once AS (SELECT DISTINCT ON (line) id, line FROM pairs ORDER BY line, id)
		UPDATE differences d SET credit_line_id = once.line, version = version + 1 FROM once WHERE once.id = d.id`,
		map[string]any{"bill": b.ID, "seq": b.Seq, "provider": b.ProviderID}).Error
	if err != nil {
		return fmt.Errorf("credits of disputes on bill %s: %w", b.ID, err)
	}
	return nil
}

// TurnDay has what was dismissed up to a day decided about again.
func (s Service) TurnDay(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var ids []uuid.UUID
		err := tx.Raw(`UPDATE differences SET state = 'todo', decided_at = NULL, version = version + 1,
				again_why = 'dismissed up to ' || until_on || ' by ' || decided_by
			WHERE state = 'dismissed' AND until_on <= ? RETURNING id`, s.today()).Scan(&ids).Error
		if err != nil {
			return fmt.Errorf("differences whose dismissal is over: %w", err)
		}
		events := make([]audit.Event, len(ids))
		for i, id := range ids {
			events[i] = audit.Event{Action: "difference.again", ObjectType: "difference", ObjectID: id.String(),
				Before: map[string]string{"state": string(Dismissed)},
				After:  map[string]string{"state": string(Todo)}}
		}
		return audit.Record(ctx, tx, s.Clock, audit.System, events...)
	})
}

// ruled applies what people said for the bills to come to what has just been found.
func (s Service) ruled(tx *gorm.DB, b bill) error {
	err := tx.Exec(`UPDATE differences d SET state = 'dismissed', reason = r.reason, until_on = r.until_on, rule_id
		= r.id,
			decided_at = @at, decided_by = r.actor, decided_once = d.once_amount, version = d.version + 1
		FROM difference_rules r WHERE d.bill_id = @bill AND d.gone_at IS NULL AND d.state = 'todo' AND d.again_why =
		''
			AND r.subject = d.subject AND r.kind = d.kind AND r.currency = d.currency AND r.ended_at IS NULL
			AND r.provider_id IS NOT DISTINCT FROM d.provider_id AND (r.until_on IS NULL OR r.until_on > @today)
			AND sign(r.once_amount) = sign(d.once_amount) AND abs(d.month_amount) <= abs(r.month_amount)
			AND (r.month_amount <> 0 OR abs(d.once_amount) <= abs(r.once_amount))`,
		map[string]any{"at": s.Clock.Now(), "bill": b.ID, "today": s.today()}).Error
	if err != nil {
		return fmt.Errorf("apply rules to bill %s: %w", b.ID, err)
	}
	return nil
}
