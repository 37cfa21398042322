package subscription

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
)

// Detail is all of one subscription for its page: facts, people's side, and the
// names of what it hangs together with. Names are empty where there is nothing.
type Detail struct {
	Subscription
	Provider          string
	Connector         string
	ProviderActive    bool
	EndDateMeans      EndDate // as set on the provider, else as most of its records say; empty: neither
	EndDateSet        bool    // a person set it
	AccountExternalID string
	AccountName       string
	AccountState      string
	MovedFrom         string // name of the account it was moved from
	CRMAccount        string
	Contract          string
	ContractCurrency  string
	PriceList         string
	Review            string
	TermUndecided     bool       // a new term or product began, and nobody has set or kept a price since
	ItemFrom          clock.Date // since when its price list item is in force
	ProposedPrice     decimal.NullDecimal
	ProposedPeriod    money.Period
	ProposedFrom      clock.Date
	Raw               string // the record as received, JSON
}

// Show reads the detail of a subscription; errs.NotFound if there is none.
func Show(ctx context.Context, db *gorm.DB, id uuid.UUID) (Detail, error) {
	var found []Detail
	err := db.WithContext(ctx).Raw(`
		SELECT `+readable()+`, coalesce(s.review, '') AS review, `+UndecidedTerm+` AS term_undecided,
		       coalesce(jsonb_pretty(s.raw), '') AS raw,
		       p.name AS provider, p.connector, p.active AS provider_active, 
		       coalesce(nullif(p.end_date_means, ''), p.end_date_seen) AS end_date_means,
			p.end_date_means <> '' AS end_date_set,
		       a.external_id AS account_external_id, a.name AS account_name, a.state AS account_state,
		       m.name AS moved_from, c.name AS crm_account, b.name AS contract, b.currency AS contract_currency,
			l.name AS price_list,
		       i.effective_from AS item_from, n.unit_price AS proposed_price, n.unit AS proposed_period,
			n.effective_from AS proposed_from
		FROM subscriptions s
		JOIN providers p ON p.id = s.provider_id
		JOIN provider_accounts a ON a.id = s.account_id
		LEFT JOIN provider_accounts m ON m.id = s.moved_from_account_id
		LEFT JOIN crm_accounts c ON c.id = s.crm_account_id
		LEFT JOIN billing_contracts b ON b.id = s.contract_id
		LEFT JOIN price_lists l ON l.id = b.price_list_id
		LEFT JOIN price_list_items i ON i.id = s.price_list_item_id
		LEFT JOIN price_list_items n ON n.id = s.proposed_item_id
		WHERE s.id = ?`, id).Scan(&found).Error
	if err != nil {
		return Detail{}, err
	}
	if len(found) == 0 {
		return Detail{}, errs.New(errs.NotFound, "There is no such subscription.")
	}
	return found[0], nil
}
