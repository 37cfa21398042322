package document

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/company"
	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/internal/tax"
)

// source is an invoice as its tables have it now, with all that a document takes from elsewhere.
type source struct {
	header
	customer crm.Account // whose contract it is
	billed   crm.Account // to whom it is made out: the customer, or its parent
	lines    []lineRow
	changes  map[uuid.UUID][]changeRow
	corrects []reference
	company  company.Company
	taxes    tax.Book
}

type header struct {
	ID           uuid.UUID
	Kind         string
	Currency     string
	PeriodStart  clock.Date
	PeriodEnd    clock.Date
	PaymentTerms string
	TaxCode      string
	Note         string
	NumberText   string
	IssuedAt     *time.Time
	Contract     string
	BillingDay   int
	Order        string
	Language     string
	CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
}

// lineRow is a stored line. Forfeited is told on the first line of its subscription.
type lineRow struct {
	ID          uuid.UUID
	Kind        string
	ProductName string
	PartNumber  string
	FromDate    clock.Date
	ToDate      clock.Date
	Seats       int
	Quantity    decimal.NullDecimal // of a typed line
	TaxCode     string              // of a typed line; empty: the invoice's
	UnitPrice   decimal.Decimal
	PricePeriod string
	Amount      decimal.Decimal
	Forfeited   int
	CreditsID   uuid.NullUUID // the invoice whose line it turns around
	CreditsLine uuid.NullUUID
}

type changeRow struct {
	LineID      uuid.UUID
	Event       string
	EffectiveAt clock.Date
	RecordedAt  time.Time
	Delta       int
	UnitPrice   decimal.NullDecimal
	PricePeriod string
	Currency    string
}

// reference is an invoice that this one corrects.
type reference struct {
	ID         uuid.UUID
	NumberText string
	Kind       string // of its document; empty while it has none
}

func read(ctx context.Context, db *gorm.DB, id uuid.UUID) (source, error) {
	s := source{changes: map[uuid.UUID][]changeRow{}}
	db = db.WithContext(ctx)
	for _, step := range []func(*gorm.DB, uuid.UUID) error{s.readHeader, s.readLines, s.readChanges, s.readCorrected} {
		if err := step(db, id); err != nil {
			return s, fmt.Errorf("document of invoice %s: %w", id, err)
		}
	}
	var err error
	if s.customer, err = crm.Get(ctx, db, s.CRMAccountID); err != nil {
		return s, err
	}
	if s.billed = s.customer; s.customer.BillToParent && s.customer.ParentID.Valid {
		if s.billed, err = crm.Get(ctx, db, s.customer.ParentID.UUID); err != nil {
			return s, err
		}
	}
	if s.company, _, err = company.Load(ctx, db); err != nil {
		return s, err
	}
	s.taxes, err = tax.Load(ctx, db)
	return s, err
}

// sharing are the invoices whose lines stand on one document, in the order of their drafts.
func sharing(ctx context.Context, db *gorm.DB, id uuid.UUID) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := db.WithContext(ctx).Raw(`SELECT o.id FROM invoices i JOIN invoices o
		ON o.id = coalesce(i.document_of, i.id) OR o.document_of = coalesce(i.document_of, i.id)
		OR o.shared_id = i.shared_id AND i.state = 'draft' AND o.state = 'draft'
		WHERE i.id = ? ORDER BY o.seq`, id).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("invoices that share a document with %s: %w", id, err)
	}
	return ids, nil
}

func (s *source) readHeader(db *gorm.DB, id uuid.UUID) error {
	var found []header
	err := db.Raw(`SELECT i.id, i.kind, i.currency, i.period_start, i.period_end, i.payment_terms, i.tax_code, i.note,
		i.number_text, i.issued_at,
			k.name AS contract, k.billing_day, k.purchase_order AS "order", k.language, i.crm_account_id
		FROM invoices i JOIN billing_contracts k ON k.id = i.contract_id WHERE i.id = ?`, id).Scan(&found).Error
	if err == nil && len(found) == 0 {
		return errs.New(errs.NotFound, "There is no such invoice.")
	}
	if err == nil {
		s.header = found[0]
	}
	return err
}

func (s *source) readLines(db *gorm.DB, id uuid.UUID) error {
	return db.Raw(`SELECT l.id, l.kind, coalesce(nullif(l.product_name, ''), nullif(l.part_number, ''), s.external_id,
		'') AS product_name, l.part_number,
			l.from_date, l.to_date, l.seats, l.quantity, l.tax_code, l.unit_price, l.price_period, l.amount,
				o.invoice_id AS credits_id, l.credits_line_id AS credits_line,
			CASE WHEN row_number() OVER (PARTITION BY l.subscription_id ORDER BY l.position) = 1
			THEN coalesce(v.new_forfeited, 0) ELSE 0 END AS forfeited
		FROM invoice_lines l LEFT JOIN subscriptions s ON s.id = l.subscription_id LEFT
		JOIN invoice_lines o ON o.id = l.credits_line_id
		LEFT JOIN invoice_coverage v ON v.invoice_id = l.invoice_id AND v.subscription_id = l.subscription_id
		WHERE l.invoice_id = ? ORDER BY l.position`, id).Scan(&s.lines).Error
}

func (s *source) readChanges(db *gorm.DB, id uuid.UUID) error {
	var rows []changeRow
	err := db.Raw(`SELECT lc.line_id, c.event, c.effective_at, c.recorded_at, c.delta, c.unit_price, c.price_period,
		c.currency
		FROM invoice_line_changes lc JOIN invoice_lines l ON l.id = lc.line_id
		JOIN license_changes c ON c.id = lc.change_id
		WHERE l.invoice_id = ? ORDER BY c.seq`, id).Scan(&rows).Error
	for _, r := range rows {
		s.changes[r.LineID] = append(s.changes[r.LineID], r)
	}
	return err
}

// readCorrected finds the invoices that lines of this one correct: whose lines are
// turned around, and those that had charged the days of lines below zero.
func (s *source) readCorrected(db *gorm.DB, id uuid.UUID) error {
	return db.Raw(`WITH here AS (SELECT i.seq, l.* FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
		WHERE i.id = ?),
		was AS (SELECT o.invoice_id FROM here JOIN invoice_lines o ON o.id = here.credits_line_id
			UNION SELECT o.invoice_id FROM here JOIN invoice_lines o ON o.live
			AND o.subscription_id = here.subscription_id
			WHERE here.credits_line_id IS NULL AND here.amount < 0 AND o.amount > 0 AND o.from_date < here.to_date
			AND o.to_date > here.from_date)
		SELECT i.id, i.number_text, coalesce(d.document->>'kind', '') AS kind FROM was
		JOIN invoices i ON i.id = was.invoice_id AND i.issued_at IS NOT NULL
		LEFT JOIN invoice_documents d ON d.invoice_id = coalesce(i.document_of, i.id)
		WHERE i.seq < (SELECT max(seq) FROM here)
		ORDER BY i.seq`, id).Scan(&s.corrects).Error
}
