package closing

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// Difference is one of the month, with what was decided about it.
type Difference struct {
	Kind      string
	Customer  string
	Product   string
	Once      decimal.Decimal
	Currency  string
	State     string
	Reason    string
	Reference string
	DecidedBy string
}

// Differences are those of the month, what is to do first and the dearest first, at most so many.
func (s Service) Differences(ctx context.Context, tx *gorm.DB, k Key, most int) (out []Difference, err error) {
	args := k.args()
	args["most"] = most
	err = tx.WithContext(ctx).Raw(`WITH `+bills+`
		SELECT d.kind, d.customer, coalesce(nullif(d.product, ''), nullif(d.part_number, ''), d.external_id)
				AS product, d.once_amount AS once, d.currency, d.state, d.reason, d.reference, d.decided_by
		FROM bills b JOIN differences d ON d.bill_id = b.id WHERE d.shown
		ORDER BY d.state <> 'todo', abs(d.once_amount) DESC, d.customer, d.id LIMIT @most`, args).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("differences of %s: %w", k.Month, err)
	}
	return out, nil
}
