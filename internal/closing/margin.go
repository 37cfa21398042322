package closing

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
)

// Margin is what was charged and billed of one product of one customer, and what is left.
type Margin struct {
	CRMAccountID          uuid.NullUUID
	Customer              string
	Product               string
	Vendor                string
	Currency              string
	Charged, Billed, Left decimal.Decimal
}

// By is what margins are added up by.
type By string

// What margins are added up by.
const (
	ByCustomer By = "customer"
	ByProduct  By = "product"
	ByVendor   By = "vendor"
)

// Columns are the names of the report's columns.
var Columns = []string{"crm_account", "crm_account_id", "product", "vendor", "currency", "charged", "billed", "left"}

// marginsSQL holds the lines of the month's bills against our lines for days that begin in the month, per currency:
// different ones are never added, and an amount that the other side does not have counts whole.
const marginsSQL = `WITH ` + bills + `,
sides AS (
	SELECT m.crm_account_id, coalesce(c.name, nullif(btrim(l.customer), ''), 'Unknown') AS customer,
		coalesce(nullif(s.product_name, ''), nullif(l.product, ''), l.part_number) AS product, coalesce(s.vendor,
			'') AS vendor,
		l.currency, l.amount AS charged, 0 AS billed
	FROM bills b JOIN supplier_bill_lines l ON l.bill_id = b.id LEFT JOIN supplier_matches m
		ON m.bill_id = l.bill_id AND m.line_id = l.id
	LEFT JOIN subscriptions s ON s.id = m.subscription_id LEFT JOIN crm_accounts c ON c.id = m.crm_account_id
	UNION ALL
	SELECT i.crm_account_id, c.name, coalesce(nullif(s.product_name, ''), s.part_number), s.vendor, x.currency, 0,
		x.amount
	FROM invoice_lines x JOIN invoices i ON i.id = x.invoice_id JOIN subscriptions s ON s.id = x.subscription_id
	JOIN crm_accounts c ON c.id = i.crm_account_id
	WHERE x.live AND s.provider_id IS NOT DISTINCT FROM CAST(@provider AS uuid) AND x.from_date >= CAST(@month AS
		date)
		AND x.from_date < CAST(@next AS date) AND EXISTS (SELECT FROM bills))`

// EachMargin gives the margin of each product of each customer, the least left first.
func (s Service) EachMargin(ctx context.Context, tx *gorm.DB, k Key, do func(Margin) error) error {
	rows, err := tx.WithContext(ctx).Raw(marginsSQL+`
		SELECT crm_account_id, customer, product, vendor, currency, sum(charged), sum(billed),
			sum(billed) - sum(charged)
		FROM sides GROUP BY 1, 2, 3, 4, 5 ORDER BY 8, 2, 3, 5`, k.args()).Rows()
	if err != nil {
		return fmt.Errorf("margins of %s: %w", k.Month, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var m Margin
		err := rows.Scan(&m.CRMAccountID, &m.Customer, &m.Product, &m.Vendor, &m.Currency, &m.Charged, &m.Billed,
			&m.Left)
		if err != nil {
			return fmt.Errorf("margins of %s: %w", k.Month, err)
		}
		if err := do(m); err != nil {
			return err
		}
	}
	return rows.Err()
}

// names are what margins are grouped by in SQL.
var names = map[By]string{ByCustomer: "customer", ByProduct: "product", ByVendor: "vendor"}

// Margins adds the margins up, the least left first, at most so many.
func (s Service) Margins(ctx context.Context, tx *gorm.DB, k Key, by By, most int) ([]Margin, error) {
	id := "NULL::uuid"
	if by == ByCustomer {
		id = "crm_account_id"
	}
	args := k.args()
	args["most"] = most
	var out []Margin
	err := tx.WithContext(ctx).Raw(marginsSQL+fmt.Sprintf(`
		SELECT %s AS crm_account_id, %[2]s, currency, sum(charged) AS charged, sum(billed) AS billed,
			sum(billed) - sum(charged) AS "left"
		FROM sides GROUP BY 1, 2, 3 ORDER BY "left", 2, 3 LIMIT @most`, id, names[by]), args).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("margins of %s by %s: %w", k.Month, by, err)
	}
	return out, nil
}
