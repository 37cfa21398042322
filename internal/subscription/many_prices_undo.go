package subscription

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/selection"
)

// priceTrace is what setting a price left, by which it is taken back.
type priceTrace struct {
	Row      uuid.UUID     `json:"row"` // nil: none was written
	Proposed uuid.NullUUID `json:"proposed"`
	Followed *listFollow   `json:"followed,omitempty"`
	Follows  bool          `json:"follows"`
}

// Undo sets the prices aside that were written, where no other was set since and no invoice stands on them; what held
// before holds again.
func (d repricing) Undo(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return d.each(ctx, tx, by, items, "subscription.price_taken_back", func(tx *gorm.DB, a Act, before Subscription,
		i selection.Item) (Subscription, string, error) {
		var t priceTrace
		if err := json.Unmarshal([]byte(i.Trace), &t); err != nil {
			return before, "", errSince
		}
		if err := untouchedPrice(ctx, tx, w, before, t); err != nil {
			return before, "", err
		}
		after, err := t.takeBack(ctx, tx, a)
		return after, "", err
	})
}

// untouchedPrice refuses to take a price back that something was done upon.
func untouchedPrice(ctx context.Context, tx *gorm.DB, w selection.Work, s Subscription, t priceTrace) error {
	if t.Row == uuid.Nil {
		return nil
	}
	var on struct{ Stands, Later, Billed bool }
	err := tx.WithContext(ctx).Raw(`SELECT st.counted AS stands,
			EXISTS (SELECT FROM license_changes n JOIN license_change_status ns ON ns.change_id = n.id
				WHERE n.subscription_id = c.subscription_id AND n.event = 'price' AND n.seq > c.seq AND ns.counted
				AND NOT (@follows AND n.note LIKE 'follows the list%')) AS later,
			EXISTS (SELECT FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE l.subscription_id = @id
				AND l.live AND l.to_date > c.effective_at AND i.drafted_at >= @done) AS billed
		FROM license_changes c JOIN license_change_status st ON st.change_id = c.id WHERE c.id = @row`,
		map[string]any{"row": t.Row, "id": s.ID, "done": w.DoneAt, "follows": t.Follows}).Scan(&on).Error
	switch {
	case err != nil:
		return fmt.Errorf("price to take back: %w", err)
	case !on.Stands:
		return errs.New(errs.Conflict, "its price was corrected since")
	case on.Later:
		return errs.New(errs.Conflict, "another price was set since")
	case on.Billed:
		return errs.New(errs.Conflict, "it stands on an invoice that was made since; void that or credit it first")
	}
	return nil
}

func (t priceTrace) takeBack(ctx context.Context, tx *gorm.DB, a Act) (Subscription, error) {
	if err := unfollow(ctx, tx, a.ID); err != nil {
		return Subscription{}, err
	}
	if t.Row == uuid.Nil {
		return Get(ctx, tx, a.ID)
	}
	if t.Follows {
		if err := setAsideFollowing(ctx, tx, a, t.Row); err != nil {
			return Subscription{}, err
		}
	}
	after, err := CorrectPrice(ctx, tx, a, PriceCorrection{ChangeID: t.Row, SetAside: true, Note: "taken back"})
	if err != nil {
		return after, err
	}
	if t.Followed != nil {
		if err := t.Followed.keep(ctx, tx, a.Origin); err != nil {
			return after, err
		}
	}
	if !t.Proposed.Valid {
		return after, nil
	}
	err = tx.WithContext(ctx).Exec(`UPDATE subscriptions SET proposed_item_id = (SELECT id FROM price_list_items
		WHERE id = ?) WHERE id = ?`, t.Proposed, a.ID).Error
	return after, err
}
