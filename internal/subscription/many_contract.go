package subscription

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/selection"
	"seatledger/internal/subscription/plan"
)

// settingContract puts subscriptions into a contract from a day on.
type settingContract struct{ manyDeed }

// Name is what the deed is called.
func (settingContract) Name() string { return ContractDeed }

// destination is a subscription with the contract that it would land in.
type destination struct {
	ID         uuid.UUID
	Name       string
	ExternalID string
	Customer   string
	State      State
	Account    account.State
	ContractID uuid.NullUUID
	Contract   string
	Seats      int
	Price      decimal.NullDecimal
	Period     money.Period
	Currency   string
	ByPerson   bool
	ToID       uuid.NullUUID
	ToName     string
	ToCurrency string
	Several    bool
}

// destinationsOf finds for each the named contract where it is its customer's, else the only default one, else the
// only one.
func destinationsOf(ctx context.Context, db *gorm.DB, ids []uuid.UUID, named uuid.NullUUID) ([]destination, error) {
	var rows []destination
	err := db.WithContext(ctx).Raw(`SELECT s.id, coalesce(nullif(s.product_name, ''), s.external_id) AS name,
			s.external_id, coalesce(k.name, a.name) AS customer, s.state, a.state AS account, s.contract_id,
			coalesce(was.name, '') AS contract, s.quantity AS seats, s.unit_price AS price, s.price_period AS period,
			s.currency, s.price_by_person AS by_person, t.id AS to_id, coalesce(t.name, '') AS to_name,
			coalesce(t.currency, '') AS to_currency, n.n > 1 AS several
		FROM subscriptions s JOIN provider_accounts a ON a.id = s.account_id
		LEFT JOIN crm_accounts k ON k.id = a.crm_account_id LEFT JOIN billing_contracts was ON was.id = s.contract_id
		CROSS JOIN LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE is_default) AS defaults
		FROM billing_contracts b
			WHERE b.crm_account_id = a.crm_account_id AND b.active) n
		LEFT JOIN LATERAL (SELECT b.id, b.name, b.currency FROM billing_contracts b
			WHERE b.crm_account_id = a.crm_account_id AND b.active AND CASE
				WHEN CAST(@named AS uuid) IS NOT NULL THEN b.id = CAST(@named AS uuid)
				WHEN n.defaults = 1 THEN b.is_default ELSE n.n = 1 END LIMIT 1) t ON true
		WHERE s.id = ANY (CAST(@ids AS uuid[])) ORDER BY s.id`,
		map[string]any{"ids": postgres.IDs(ids), "named": named}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("contracts of subscriptions: %w", err)
	}
	return rows, nil
}

func (c destination) refused(named bool) string {
	switch {
	case c.State == Inactive:
		return "it has ended"
	case c.Account != account.Mapped:
		return "its account is not mapped to a customer"
	case !c.ToID.Valid && named:
		return "the contract is not its customer's, or not active"
	case !c.ToID.Valid && c.Several:
		return "its customer has several contracts and not one default: choose one"
	case !c.ToID.Valid:
		return "its customer has no active contract: make one first"
	case c.ToID == c.ContractID:
		return "it stands in it already"
	}
	return ""
}

// Check refuses what is no contract and no day.
func (settingContract) Check(_ context.Context, _ *gorm.DB, p selection.Params) error {
	problems := errs.Fields{}
	if _, err := contractOf(p); err != nil {
		problems.Add("contract_id", "Choose a contract of the list, or each customer's own.")
	}
	typedDay(problems, p)
	return problems.Err()
}

func typedDay(problems errs.Fields, p selection.Params) clock.Date {
	d, err := clock.ParseDate(strings.TrimSpace(p["effective_on"]))
	if err != nil {
		problems.Add("effective_on", "Enter a date as 2026-03-31.")
	}
	return d
}

func contractOf(p selection.Params) (uuid.NullUUID, error) {
	if p["contract_id"] == "" {
		return uuid.NullUUID{}, nil
	}
	id, err := uuid.Parse(p["contract_id"])
	return uuid.NullUUID{UUID: id, Valid: err == nil}, err
}

// perMonth is what seats come to per month; none where that is not known, or it is bought once.
func perMonth(price decimal.NullDecimal, period money.Period, seats int) decimal.NullDecimal {
	if !price.Valid || period == money.Once {
		return decimal.NullDecimal{}
	}
	month, ok := money.PerMonth(price.Decimal, period)
	return decimal.NullDecimal{Decimal: month.Mul(decimal.NewFromInt(int64(seats))), Valid: ok}
}

// Look says into which contract each would go, at which price of its list.
func (d settingContract) Look(ctx context.Context, db *gorm.DB, w selection.Work,
	records []selection.Record) ([]selection.Seen, error) {
	named, err := contractOf(w.Params)
	if err != nil {
		return nil, err
	}
	ids := idsOf(records)
	rows, err := destinationsOf(ctx, db, ids, named)
	if err != nil {
		return nil, err
	}
	stand, err := load(ctx, db, "s.id = ANY (?::uuid[]) ORDER BY s.id", postgres.IDs(ids))
	if err != nil || len(stand) != len(rows) {
		return nil, err
	}
	var asked []pricing
	for i, c := range rows {
		if c.ToID.Valid {
			asked = append(asked, pricingOf(i, c.ToID.UUID, stand[i], clock.Today(d.Clock, d.Zone)))
		}
	}
	items, err := itemsInForce(ctx, db, asked)
	if err != nil {
		return nil, err
	}
	out := make([]selection.Seen, len(rows))
	for i, c := range rows {
		out[i] = c.seen(named.Valid, items[i])
	}
	return out, nil
}

func idsOf(records []selection.Record) []uuid.UUID {
	ids := make([]uuid.UUID, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	return ids
}

func (c destination) seen(named bool, i item) selection.Seen {
	x := selection.Seen{ID: c.ID, Name: c.Name, Sub: c.Customer + ", " + c.ExternalID}
	if x.Kind = c.refused(named); x.Kind != "" {
		return x
	}
	x.Will, x.Seats, x.Currency, x.Says = true, c.Seats, c.ToCurrency, "into "+c.ToName
	if c.ContractID.Valid {
		x.Says += ", from " + c.Contract
	}
	if c.Currency == c.ToCurrency {
		x.Was = perMonth(c.Price, c.Period, c.Seats)
	}
	switch {
	case c.ByPerson && c.Currency == c.ToCurrency:
		x.Kind, x.Amount = "its own price stays", x.Was
	case i.ID == uuid.Nil:
		x.Kind = "without a price: the list has none for it"
	default:
		x.Kind = "at the price of the list"
		x.Amount = perMonth(decimal.NewNullDecimal(i.UnitPrice), i.Unit, c.Seats)
	}
	return x
}

// Do puts those into their contract that stand as they were shown.
func (d settingContract) Do(ctx context.Context, tx *gorm.DB, by audit.Actor, w selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	named, err := contractOf(w.Params)
	if err != nil {
		return nil, err
	}
	on := typedDay(errs.Fields{}, w.Params)
	return d.each(ctx, tx, by, items, "subscription.contract_set", func(tx *gorm.DB, a Act, before Subscription,
		i selection.Item) (Subscription, string, error) {
		if err := d.still(ctx, tx, i); err != nil {
			return before, "", err
		}
		found, err := destinationsOf(ctx, tx, []uuid.UUID{a.ID}, named)
		if err != nil {
			return before, "", err
		}
		if why := found[0].refused(named.Valid); why != "" {
			return before, "", errs.New(errs.Conflict, why)
		}
		after, err := SetContractFrom(ctx, tx, a, found[0].ToID, on)
		return after, placement{after.Version, before.ContractID, before.CRMAccountID, before.NeverLand}.String(), err
	})
}

// placement is where a subscription lay before, and the version that the deed left.
type placement struct {
	version            int
	contract, customer uuid.NullUUID
	neverLand          bool
}

func (p placement) String() string {
	return fmt.Sprintf("%d %s %s %t", p.version, orDash(p.contract), orDash(p.customer), p.neverLand)
}

func orDash(id uuid.NullUUID) string {
	if !id.Valid {
		return "-"
	}
	return id.UUID.String()
}

func placementOf(trace string) (placement, bool) {
	parts := strings.Fields(trace)
	if len(parts) != 4 {
		return placement{}, false
	}
	version, err := strconv.Atoi(parts[0])
	p := placement{version: version, neverLand: parts[3] == "true"}
	for i, at := range []*uuid.NullUUID{&p.contract, &p.customer} {
		if id, err := uuid.Parse(parts[i+1]); err == nil {
			*at = set(id)
		}
	}
	return p, err == nil
}

var errSince = errs.New(errs.Conflict, "it was changed since")

// Undo puts those back where they lay that nobody has changed, signed or billed since.
func (d settingContract) Undo(ctx context.Context, tx *gorm.DB, by audit.Actor, _ selection.Work,
	items []selection.Item) ([]selection.Result, error) {
	return d.each(ctx, tx, by, items, "subscription.contract_put_back", func(tx *gorm.DB, a Act, before Subscription,
		i selection.Item) (Subscription, string, error) {
		was, ok := placementOf(i.Trace)
		if !ok || was.version != before.Version {
			return before, "", errSince
		}
		if err := signedOrBilled(ctx, tx, before); err != nil {
			return before, "", err
		}
		if was.contract.Valid {
			after, err := SetContract(ctx, tx, a, was.contract)
			return after, "", err
		}
		after, err := act(ctx, tx, a, func(s plan.Current) (plan.Plan, error) {
			p := s.Draft()
			plan.Unsettle(&p.Row)
			p.Row.CRMAccountID, p.Row.NeverLand, p.Row.TwinHold = was.customer, was.neverLand, s.TwinHold
			p.Derive()
			return p.Finish(&s.Subscription), nil
		})
		return after, "", err
	})
}

// signedOrBilled refuses to take a subscription out of a contract that it was signed off or billed under.
func signedOrBilled(ctx context.Context, tx *gorm.DB, s Subscription) error {
	var on struct{ Signed, Billed bool }
	err := tx.WithContext(ctx).Raw(`SELECT EXISTS (SELECT FROM sign_offs WHERE subscription_id = @id
			AND contract_id = @contract AND lapsed_at IS NULL) AS signed,
			EXISTS (SELECT FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE l.subscription_id = @id
				AND l.live AND i.contract_id = @contract) AS billed`,
		map[string]any{"id": s.ID, "contract": s.ContractID}).Scan(&on).Error
	switch {
	case err != nil:
		return fmt.Errorf("what stands on a contract: %w", err)
	case on.Billed:
		return errs.New(errs.Conflict, "it stands on an invoice of the contract; void that or credit it first")
	case on.Signed:
		return errs.New(errs.Conflict, "it was signed off since")
	}
	return nil
}
