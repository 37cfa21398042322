package rehearsal

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/dialect"
	"seatledger/internal/distributor"
	"seatledger/internal/postgres"
	"seatledger/internal/provider"
	"seatledger/internal/subscription/plan"
)

// comparison reads each record in both dialects. What differs is the dialect's doing
// alone, whatever the distributor has changed meanwhile.
type comparison struct {
	p                   provider.Provider
	wire                distributor.Wire
	before, after       distributor.Dialect
	endBefore, endAfter string
	live                map[string]map[string][]byte
	t                   dialect.Trial
}

// row is a stored subscription with what decides whether it is billed.
type row struct {
	ID, ExternalID, Account, AccountName, Product string
	State                                         plan.State
	DeactivatedBy                                 plan.DeactivatedBy
	Billable                                      int
	Status                                        distributor.Status
	Raw                                           []byte
}

// stored compares all known subscriptions, one at a time from the database.
func (c *comparison) stored(ctx context.Context, db *postgres.DB) error {
	rows, err := db.Read(ctx).Raw(`SELECT s.id::text, s.external_id, a.external_id, a.name, s.product_name, s.state,
			coalesce(s.deactivated_by, ''), s.billable_quantity, s.provider_status, coalesce(s.raw::text, '')
		FROM subscriptions s JOIN provider_accounts a ON a.id = s.account_id
		WHERE s.provider_id = ? AND s.provider_status <> 'missing' ORDER BY a.external_id COLLATE "C",
			s.external_id COLLATE "C"`, c.p.ID).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.ID, &r.ExternalID, &r.Account, &r.AccountName, &r.Product, &r.State, &r.DeactivatedBy,
			&r.Billable, &r.Status, &r.Raw); err != nil {
			return err
		}
		c.add(r)
	}
	return rows.Err()
}

func (c *comparison) add(r row) {
	raw := r.Raw
	if listed, asked := c.live[r.Account]; asked {
		var there bool
		if raw, there = listed[r.ExternalID]; !there {
			if r.State != plan.Inactive {
				c.t.NotListed++
			}
			return
		}
	} else {
		c.t.FromStore++
	}
	if len(raw) == 0 {
		return
	}
	c.t.Records++
	was, wasBad := c.read(c.before, r.Account, raw)
	now, nowBad := c.read(c.after, r.Account, raw)
	switch {
	case nowBad && !wasBad:
		c.t.Unreadable++
		return
	case wasBad && !nowBad:
		c.t.NowReadable++
		return
	case nowBad:
		return
	}
	c.ends(r, was, now)
	if what := differences(was, now); len(what) > 0 {
		c.count(r, now, what)
	}
}

func (c *comparison) read(d distributor.Dialect, account string, raw []byte) (plan.Facts, bool) {
	s, bad := c.wire.Reread(d, account, raw)
	if bad != nil {
		return plan.Facts{}, true
	}
	got, err := plan.Read(s, plan.Provider{ID: c.p.ID, Connector: c.p.Connector, Currency: c.p.Currency,
		CostPeriod: c.p.CostPeriod})
	return got.Facts, err != nil
}

// ends counts the ends that the setting of end dates would move by a day.
func (c *comparison) ends(r row, was, now plan.Facts) {
	if r.State == plan.Inactive || was.End.IsZero() || now.End.IsZero() {
		return
	}
	before, _ := was.FirstDayWithout(plan.EndDate(c.endBefore))
	after, _ := now.FirstDayWithout(plan.EndDate(c.endAfter))
	switch {
	case was.End != now.End || before == after:
	case after.Before(before):
		c.t.EndDates["a day earlier"]++
	default:
		c.t.EndDates["a day later"]++
	}
}

const examples = 25

func (c *comparison) count(r row, now plan.Facts, what []change) {
	c.t.Changed++
	after := seats(r, now)
	c.t.SeatsBefore += r.Billable
	c.t.SeatsAfter += after
	e := dialect.Example{ID: r.ID, ExternalID: r.ExternalID, Account: r.AccountName, Product: r.Product,
		Before: r.Billable, After: after}
	for _, w := range what {
		c.t.Fields[w.field]++
		e.What = append(e.What, fmt.Sprintf("%s: %s → %s", w.field, orNone(w.was), orNone(w.now)))
	}
	if len(c.t.Examples) < examples {
		c.t.Examples = append(c.t.Examples, e)
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// seats are those that would be billed: a person's end stands, an ended one stays ended
// while its status is blank (RULES 3), and every other word lets it count.
func seats(r row, now plan.Facts) int {
	ended := r.State == plan.Inactive && r.DeactivatedBy == plan.ByProvider
	switch {
	case r.State == plan.Inactive && !ended:
		return r.Billable
	case plan.Ends(now.Status), ended && now.Status == distributor.StatusBlank:
		return 0
	}
	return now.Quantity
}

type change struct{ field, was, now string }

func differences(a, b plan.Facts) []change {
	var out []change
	for _, c := range []change{
		{"status", string(a.Status), string(b.Status)}, {"seats", strconv.Itoa(a.Quantity), strconv.Itoa(b.Quantity)},
		{"cost", cost(a), cost(b)}, {"suggested price", digits(a.SuggestedPrice), digits(b.SuggestedPrice)},
		{"frequency", string(a.Frequency), string(b.Frequency)}, {"term", string(a.Term), string(b.Term)},
		{"kind", string(a.Kind), string(b.Kind)},
		{"start", a.Start.String() + a.StartText, b.Start.String() + b.StartText},
		{"end", a.End.String() + a.EndText, b.End.String() + b.EndText},
		{"renews by itself", string(a.AutoRenew), string(b.AutoRenew)}, {"product", a.ProductName, b.ProductName},
		{"part number", a.PartNumber, b.PartNumber}, {"SKU", a.SKU, b.SKU}, {"vendor", a.Vendor, b.Vendor},
		{"contract no.", a.ContractNo, b.ContractNo},
		{"vendor's id", a.VendorSubscriptionID, b.VendorSubscriptionID},
	} {
		if c.was != c.now {
			out = append(out, c)
		}
	}
	return out
}

func cost(f plan.Facts) string {
	if !f.UnitCost.Valid {
		return ""
	}
	return strings.TrimSpace(digits(f.UnitCost) + " " + f.CostCurrency + " " + string(f.CostPeriod))
}

func digits(d decimal.NullDecimal) string {
	if !d.Valid {
		return ""
	}
	return d.Decimal.String()
}

// unreadable counts the records kept for a person that the dialect would read.
func (c *comparison) unreadable(ctx context.Context, db *postgres.DB) error {
	var kept []struct {
		Account string
		Raw     []byte
	}
	err := db.Read(ctx).Raw(`SELECT a.external_id AS account, u.raw FROM unreadable_records u
		JOIN provider_accounts a ON a.id = u.account_id WHERE u.provider_id = ? AND u.what = 'subscription'
		AND u.resolved_at IS NULL AND NOT EXISTS (SELECT FROM subscriptions s
			WHERE s.provider_id = u.provider_id AND s.external_id = u.external_id) ORDER BY u.first_seen
			LIMIT 5000`, c.p.ID).Scan(&kept).Error
	for _, k := range kept {
		if _, bad := c.read(c.after, k.Account, k.Raw); !bad {
			if _, was := c.read(c.before, k.Account, k.Raw); was {
				c.t.NowReadable++
			}
		}
	}
	return err
}
