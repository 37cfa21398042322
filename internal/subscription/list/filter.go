package list

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
)

// Filter narrows the list. Empty fields do not narrow.
type Filter struct {
	Search     string // in product, part number, subscription id, and the names of customer and account
	Provider   uuid.UUID
	Account    uuid.UUID
	CRMAccount uuid.UUID
	Contract   uuid.UUID
	State      string
	HoldReason string
	Moved      string // "yes": held because it moved to an account that is mapped, "no": all others
	Review     string
	Check      string // the code of a finding that fails or warns
	Excluded   string // "no": without those of excluded accounts; "yes": only those
	Kind       string
	Vendor     string
	Proposal   string     // "yes": a renewal has proposed a price, and nobody has decided
	EndsFrom   clock.Date // end date on that day or later
	EndsBefore clock.Date
}

func (f Filter) where() (string, []any) {
	conds, args := []string{"true"}, []any{}
	add := func(on bool, cond string, values ...any) {
		if on {
			conds, args = append(conds, cond), append(args, values...)
		}
	}
	add(f.Provider != uuid.Nil, "s.provider_id = ?", f.Provider)
	add(f.Account != uuid.Nil, "s.account_id = ?", f.Account)
	add(f.CRMAccount != uuid.Nil, "s.crm_account_id = ?", f.CRMAccount)
	add(f.Contract != uuid.Nil, "s.contract_id = ?", f.Contract)
	add(f.State != "", "s.state = ?", f.State)
	add(f.HoldReason != "", "s.hold_reason = ?", f.HoldReason)
	add(f.Moved == "yes", movedHere)
	add(f.Moved == "no", "NOT ("+movedHere+")")
	add(f.Review != "", "s.review = ?", f.Review)
	add(f.Check != "", found, finding(f.Check, "fail"), finding(f.Check, "warn"))
	add(f.Excluded == "no", "s.hold_reason IS DISTINCT FROM 'excluded'")
	add(f.Excluded == "yes", "s.hold_reason = 'excluded'")
	add(f.Kind != "", "s.kind = ?", f.Kind)
	add(f.Vendor != "", "lower(s.vendor) = lower(?)", f.Vendor)
	add(f.Proposal == "yes", "s.proposed_item_id IS NOT NULL")
	add(f.Proposal == "no", "s.proposed_item_id IS NULL")
	add(!f.EndsFrom.IsZero(), "coalesce(s.end_date, 'infinity') >= ? AND s.end_date IS NOT NULL", f.EndsFrom)
	add(!f.EndsBefore.IsZero(), "coalesce(s.end_date, 'infinity') < ?", f.EndsBefore)
	like := contains(f.Search)
	add(f.Search != "", searched, like, like, like)
	return strings.Join(conds, " AND "), args
}

// found is the condition of a subscription whose review has a finding.
const found = `s.id IN (SELECT subscription_id FROM subscription_reviews WHERE checks @> ?::jsonb
	OR checks @> ?::jsonb)`

func finding(code, verdict string) string {
	b, _ := json.Marshal([]map[string]string{{"code": code, "verdict": verdict}}) // strings alone: it cannot fail
	return string(b)
}

// movedHere is the condition of a subscription that the distributor reports under
// another account, which is mapped: it is held as unmapped, since nobody has said yet
// that it is this customer's, but there is no account to map (RULES 3).
const movedHere = `s.state = 'held' AND s.hold_reason = 'unmapped'
	AND EXISTS (SELECT FROM provider_accounts m WHERE m.id = s.account_id AND m.state = 'mapped')`

// Each arm has an index of its own, which an OR over three tables could not use.
const searched = `s.id IN (
	SELECT n.id FROM subscriptions n WHERE lower(n.product_name || ' ' || n.part_number || ' ' || n.external_id) LIKE ?
	UNION SELECT n.id FROM subscriptions n JOIN crm_accounts c ON c.id = n.crm_account_id WHERE lower(c.name) LIKE ?
	UNION SELECT n.id FROM subscriptions n JOIN provider_accounts a ON a.id = n.account_id
		WHERE lower(a.name || ' ' || a.domain || ' ' || a.external_id || ' ' || a.tenant_id) LIKE ?)`

func contains(s string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(s)) + "%"
}

// Count is how many subscriptions a filter lets through, counted no further than most+1.
func Count(ctx context.Context, db *gorm.DB, f Filter, most int) (int, error) {
	where, args := f.where()
	var n int
	err := db.WithContext(ctx).Raw("SELECT count(*) FROM (SELECT FROM subscriptions s WHERE "+where+" LIMIT ?) q",
		append(args, most+1)...).Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count subscriptions: %w", err)
	}
	return n, nil
}
