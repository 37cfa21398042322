package reassign

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/subscription"
)

// Candidate is a subscription that the history of another may go to.
type Candidate struct {
	ID           uuid.UUID
	ProductName  string
	PartNumber   string
	ExternalID   string
	Provider     string
	CRMAccount   string `gorm:"column:crm_account"`
	Quantity     int
	State        subscription.State
	HoldReason   subscription.HoldReason
	StartDate    clock.Date
	SameCustomer bool
	SameProduct  bool
	Elsewhere    bool // of another provider, as a successor is
	Has          bool // another history came to it already
}

const candidatesShown = 50

// Candidates are subscriptions that go on and may take the history of one, the likely
// first: of the same customer, then of the same product, then of another provider.
// Without a search only those of the same customer; with one, up to 50 that hold its words.
func Candidates(ctx context.Context, db *gorm.DB, source uuid.UUID, search string) ([]Candidate, error) {
	where := `s.crm_account_id = o.crm_account_id`
	if search != "" {
		where = `lower(concat_ws(' ', s.product_name, s.part_number, s.external_id, k.name)) LIKE @search`
	}
	var all []Candidate
	err := db.WithContext(ctx).Raw(`
		SELECT s.id, s.product_name, s.part_number, s.external_id, p.name AS provider, coalesce(k.name,
			'') AS crm_account,
		       s.quantity, s.state, coalesce(s.hold_reason, '') AS hold_reason, s.start_date,
		       coalesce(s.crm_account_id = o.crm_account_id, false) AS same_customer,
		       coalesce(s.product_id = o.product_id, false) OR s.sku <> '' AND s.sku = o.sku AS same_product,
		       s.provider_id <> o.provider_id AS elsewhere,
		       EXISTS (SELECT FROM reassignments r WHERE r.target_id = s.id AND r.undone_at IS NULL) AS has
		FROM subscriptions o JOIN subscriptions s ON s.id <> o.id AND s.state <> 'inactive'
		JOIN providers p ON p.id = s.provider_id LEFT JOIN crm_accounts k ON k.id = s.crm_account_id
		WHERE o.id = @source AND `+where+`
		ORDER BY same_customer DESC, same_product DESC, elsewhere DESC, has, lower(s.product_name), s.id LIMIT @most`,
		map[string]any{
			"source": source, "search": "%" + escaped(strings.ToLower(search)) + "%", "most": candidatesShown,
		}).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("candidates to take the history of %s: %w", source, err)
	}
	return all, nil
}

// escaped takes the meaning from what LIKE would read as any text.
func escaped(s string) string { return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) }
