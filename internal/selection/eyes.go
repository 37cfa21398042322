package selection

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/foureyes"
	"seatledger/internal/money"
	"seatledger/internal/words"
)

// Guarded is a deed that a second person may have to grant. Guard weighs a work that a person confirms: its kind and
// money; without a kind it needs nobody.
type Guarded interface {
	Guard(ctx context.Context, db *gorm.DB, w Work) (foureyes.Deed, error)
}

// Weighed is a work with the money that its preview shows: what a deed changes, up and down together.
func Weighed(ctx context.Context, db *gorm.DB, w Work, kind foureyes.Kind) (foureyes.Deed, error) {
	d := foureyes.Deed{Kind: kind}
	var rows []struct {
		Currency string
		Amount   decimal.Decimal
		Unpriced int
	}
	err := db.WithContext(ctx).Raw(`SELECT currency, coalesce(sum(abs(amount - coalesce(was, 0))), 0) AS amount,
			count(*) FILTER (WHERE amount IS NULL) AS unpriced
		FROM bulk_items WHERE work_id = ? AND state IN ('will', 'waiting') GROUP BY currency ORDER BY currency`, w.ID).
		Scan(&rows).Error
	if err != nil {
		return d, fmt.Errorf("money of bulk work: %w", err)
	}
	for _, r := range rows {
		d.Unpriced += r.Unpriced
		d.Money = money.Added(d.Money, money.Amount{Value: r.Amount, Currency: r.Currency})
	}
	return d, nil
}

// passes asks for a second person where the deed needs one. What was typed is a part of what is asked.
func (s *Service) passes(ctx context.Context, tx *gorm.DB, by audit.Actor, deed Deed, w Work) error {
	g, guarded := deed.(Guarded)
	if !guarded {
		return nil
	}
	d, err := g.Guard(ctx, tx, w)
	if err != nil || d.Kind == "" {
		return err
	}
	var digest string
	var will, rest int
	err = tx.Raw(`SELECT (`+digestOf+`), count(*) FILTER (WHERE state IN ('will', 'waiting')),
			count(*) FILTER (WHERE state = 'wont') FROM bulk_items WHERE work_id = ?`, w.ID, w.ID).Row().
		Scan(&digest, &will, &rest)
	if err != nil {
		return fmt.Errorf("what is asked of bulk work: %w", err)
	}
	d.ObjectType, d.ObjectID = "bulk_work", w.ID.String()
	d.ObjectName = words.Count(will) + " of " + w.List
	d.Facts = append([]foureyes.Fact{{Term: "Deed", Value: strings.ReplaceAll(w.Deed, "-", " ")},
		{Term: "Records", Value: words.Count(will)}, {Term: "Left alone", Value: words.Count(rest)}}, d.Facts...)
	for _, k := range slices.Sorted(maps.Keys(w.Params)) {
		if w.Params[k] != "" {
			d.Facts = append(d.Facts, foureyes.Fact{Term: strings.ReplaceAll(k, "_", " "), Value: w.Params[k]})
		}
	}
	d.Digest = foureyes.Digest(d.Kind, w.Deed, w.List, w.Params, digest)
	return foureyes.Pass(ctx, tx, s.Clock, by, d)
}
