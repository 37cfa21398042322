package difference

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/notify"
	"seatledger/internal/settings"
)

// tell rings once for a bill, when what is to be decided about it comes to more than a person set.
func (s Service) tell(tx *gorm.DB, b bill) error {
	ctx := tx.Statement.Context
	choices, err := settings.Load(ctx, tx)
	if err != nil || choices.DifferencesFrom == 0 {
		return err
	}
	var sums []struct {
		Currency string
		Sum      decimal.Decimal
		Many     int
	}
	// The same money may differ in two ways, as what nobody signed off at another price: of a subject the larger
	// counts.
	err = tx.Raw(`SELECT currency, sum(worth) AS sum, sum(many) AS many FROM (
			SELECT currency, max(abs(once_amount)) AS worth, count(*) AS many FROM differences
			WHERE bill_id = ? AND gone_at IS NULL AND state = 'todo' GROUP BY currency, coalesce(subscription_id::text,
				subject)) of_subjects
		WHERE NOT EXISTS (SELECT FROM notices WHERE kind = ? AND object_type = 'supplier_bill' AND object_id = ANY (
			SELECT x::text FROM unnest(CAST(? AS uuid[])) x))
		GROUP BY currency HAVING sum(worth) > ? ORDER BY currency`, b.ID, notify.DifferencesLarge, b.chain,
		choices.DifferencesFrom).Scan(&sums).Error
	if err != nil || len(sums) == 0 {
		return err
	}
	var amounts []string
	many := 0
	for _, x := range sums {
		amounts = append(amounts, x.Sum.StringFixed(2)+" "+x.Currency)
		many += x.Many
	}
	e := notify.Event{Kind: notify.DifferencesLarge, ObjectType: "supplier_bill", ObjectID: b.ID.String(),
		ObjectName: b.Name,
		Text: fmt.Sprintf("%d of the bill's differences are to be decided and come to %s, over the "+
			"limit of %d. Decide about them on the page Differences.", many, strings.Join(amounts, " and "),
			choices.DifferencesFrom)}
	if b.ProviderID.Valid {
		e.ProviderID = b.ProviderID.UUID
		if err := tx.Raw(`SELECT name FROM providers WHERE id = ?`,
			e.ProviderID).Scan(&e.Provider).Error; err != nil {
			return err
		}
	}
	return notify.Record(ctx, tx, s.Clock, e)
}
