package closing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
)

// Service reads and signs months.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
}

// Key names a month of a distributor.
type Key struct {
	ProviderID uuid.NullUUID // none: bills of no connected provider
	Month      clock.Date    // its first day
}

func (k Key) args() map[string]any {
	return map[string]any{"provider": k.ProviderID, "month": k.Month, "next": k.Month.AddMonths(1)}
}

// Month is all that is known of one.
type Month struct {
	Key
	Provider string
	Bills    []Bill
	Lines    Lines
	Charged  []money.Amount // without tax
	Expected Expected
	Findings []Finding
	Moved    []Moved // customers that are charged more or less than the month before, the most first
	Signed   *Signature
	Digest   string // of what a signature would be given to
}

// Bill is a standing bill of the month.
type Bill struct {
	ID          uuid.UUID
	Called      string
	Preliminary bool
	Waiting     bool // its comparison is not done
	Trouble     string
}

// Lines say how much of the bills could be matched and compared.
type Lines struct{ All, Matched, Compared, Equal, Differ, Incomparable int }

// Finding adds up the differences of one kind.
type Finding struct {
	Kind      string
	Currency  string
	Open      int
	OpenMoney decimal.Decimal
	Done      int // decided: accepted, billed, disputed or dismissed
	DoneMoney decimal.Decimal
}

// Moved is what a customer is charged in this month and the one before.
type Moved struct {
	CRMAccountID uuid.NullUUID
	Customer     string
	Currency     string
	Before, Now  decimal.Decimal
}

// Of reads a month, from one snapshot; errs.NotFound where the provider is unknown.
func (s Service) Of(ctx context.Context, k Key) (m Month, err error) {
	err = s.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		m, err = s.Read(ctx, tx, k)
		return err
	})
	return m, err
}

// Read is Of in a snapshot that is open.
func (s Service) Read(ctx context.Context, tx *gorm.DB, k Key) (Month, error) {
	m := Month{Key: k}
	tx = tx.WithContext(ctx)
	if k.ProviderID.Valid {
		err := tx.Raw("SELECT name FROM providers WHERE id = ?", k.ProviderID).Scan(&m.Provider).Error
		if err == nil && m.Provider == "" {
			err = errs.New(errs.NotFound, "There is no such provider.")
		}
		if err != nil {
			return m, err
		}
	}
	for _, part := range []struct {
		sql  string
		into any
	}{{billsSQL, &m.Bills}, {linesSQL, &m.Lines}, {chargedSQL, &m.Charged}, {findingsSQL, &m.Findings}, {movedSQL,
		&m.Moved}} {
		if err := tx.Raw(part.sql, k.args()).Scan(part.into).Error; err != nil {
			return m, fmt.Errorf("month %s of provider %s: %w", k.Month, m.Provider, err)
		}
	}
	var err error
	if m.Expected, err = s.expect(tx, k); err != nil {
		return m, err
	}
	f, err := s.facts(tx, m)
	if err != nil {
		return m, err
	}
	m.Digest = f.digest()
	m.Signed, err = signature(tx, k)
	return m, err
}

// bills are those that stand in the month.
const bills = `bills AS (SELECT id, CASE WHEN number <> '' THEN number ELSE name END AS called, preliminary
	FROM supplier_bills WHERE month = @month AND provider_id IS NOT DISTINCT FROM CAST(@provider AS uuid)
		AND aside_at IS NULL)`

const billsSQL = `WITH ` + bills + `
SELECT b.*, coalesce(c.done < c.asked, true) AS waiting, coalesce(c.trouble, '') AS trouble
FROM bills b LEFT JOIN supplier_comparisons c ON c.bill_id = b.id ORDER BY b.called, b.id`

const linesSQL = `WITH ` + bills + `
SELECT coalesce(sum(c.lines), 0) AS "all", coalesce(sum(matched), 0) AS matched, coalesce(sum(compared), 0) AS
	compared,
	coalesce(sum(equal), 0) AS equal, coalesce(sum(differ), 0) AS differ, coalesce(sum(incomparable), 0) AS
		incomparable
FROM bills b JOIN supplier_comparisons c ON c.bill_id = b.id`

const chargedSQL = `WITH ` + bills + `
SELECT l.currency, sum(l.amount) AS value FROM bills b JOIN supplier_bill_lines l ON l.bill_id = b.id
GROUP BY 1 ORDER BY 1`

const findingsSQL = `WITH ` + bills + `
SELECT d.kind, d.currency, count(*) FILTER (WHERE d.state = 'todo') AS open,
	coalesce(sum(d.once_amount) FILTER (WHERE d.state = 'todo'), 0) AS open_money,
	count(*) FILTER (WHERE d.state <> 'todo') AS done,
	coalesce(sum(d.once_amount) FILTER (WHERE d.state <> 'todo'), 0) AS done_money
FROM bills b JOIN differences d ON d.bill_id = b.id WHERE d.shown
GROUP BY 1, 2 ORDER BY open_money DESC, done_money DESC, 1, 2`

// movedSQL names the customers that are charged another sum than the month before.
const movedSQL = `WITH charged AS (
	SELECT b.month, m.crm_account_id, coalesce(c.name, nullif(btrim(l.customer), ''), 'Unknown') AS customer,
		l.currency, l.amount
	FROM supplier_bills b JOIN supplier_bill_lines l ON l.bill_id = b.id LEFT JOIN supplier_matches m
		ON m.bill_id = l.bill_id AND m.line_id = l.id
	LEFT JOIN crm_accounts c ON c.id = m.crm_account_id
	WHERE b.month IN (CAST(@month AS date), CAST(CAST(@month AS date) - interval '1 month' AS date))
		AND b.provider_id IS NOT DISTINCT FROM CAST(@provider AS uuid) AND b.aside_at IS NULL),
sums AS (
	SELECT crm_account_id, customer, currency, coalesce(sum(amount) FILTER (WHERE month < CAST(@month AS date)),
		0) AS before,
		coalesce(sum(amount) FILTER (WHERE month = CAST(@month AS date)), 0) AS now
	FROM charged GROUP BY 1, 2, 3)
SELECT * FROM sums WHERE now <> before ORDER BY abs(now - before) DESC, customer, currency LIMIT 50`
