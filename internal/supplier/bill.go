package supplier

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

// Service takes bills in and sets them aside.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
	// Received runs in the transaction in which a bill comes in, or stands again. It may be nil.
	Received func(tx *gorm.DB, bill uuid.UUID) error
	// SetAside runs in the transaction in which a bill is set aside, after it is. An error of it, as a conflict with
	// what was done about the bill, keeps the bill. It may be nil.
	SetAside func(tx *gorm.DB, bill uuid.UUID) error
}

// Layout is the way in which a bill came.
type Layout string

// The layouts.
const (
	Neutral         Layout = "neutral"          // CONTRACT, neutral supplier bill
	Own             Layout = "own"              // any other file, whose columns a person or their names told
	Microsoft       Layout = "microsoft"        // the reconciliation file of new commerce
	MicrosoftLegacy Layout = "microsoft_legacy" // the licence-based file before it
	Hand            Layout = "hand"             // entered by a person
	Connector       Layout = "connector"        // read from the provider
)

// Words is a layout in words.
func (l Layout) Words() string {
	return map[Layout]string{Neutral: "Neutral layout", Own: "Another file", Microsoft: "Microsoft reconciliation file",
		MicrosoftLegacy: "Microsoft licence-based file", Hand: "Entered by hand", Connector: "From the provider"}[l]
}

// State is whether a bill stands.
type State string

// The states.
const (
	Standing State = "standing"
	Aside    State = "aside" // taken back, or replaced by a corrected one
)

// Bill is a bill of a distributor.
type Bill struct {
	ID               uuid.UUID
	Seq              int64
	ProviderID       uuid.NullUUID
	Provider         string `gorm:"->"`
	Layout           Layout
	Name             string
	Number           string
	Month            clock.Date
	Preliminary      bool
	FromOn           clock.Date
	ToOn             clock.Date
	Lines            int
	DocumentTotal    decimal.NullDecimal
	DocumentCurrency string
	Digest           string
	ImportID         uuid.NullUUID
	ReplacesID       uuid.NullUUID
	At               time.Time
	Actor            string
	ActorID          uuid.NullUUID
	AsideAt          *time.Time
	AsideBy          string
	AsideWhy         string
}

// Called is how a bill is named to people.
func (b Bill) Called() string {
	if b.Number != "" {
		return b.Number
	}
	return b.Name
}

// State is whether the bill stands.
func (b Bill) State() State {
	if b.AsideAt != nil {
		return Aside
	}
	return Standing
}

// Line is a line of a bill, as it came.
type Line struct {
	ID                     uuid.UUID
	BillID                 uuid.UUID
	Place                  int
	Line                   string
	CustomerExternalID     string
	Customer               string
	TenantID               string
	SubscriptionExternalID string
	VendorSubscriptionID   string
	OrderID                string
	PartNumber             string
	Product                string
	Term                   string
	BillingFrequency       string
	Charge                 string
	Usage                  bool
	FromOn                 clock.Date
	ToOn                   clock.Date // the day after the last; zero: charged once
	Quantity               decimal.NullDecimal
	UnitPrice              decimal.NullDecimal
	Amount                 decimal.Decimal
	Tax                    decimal.NullDecimal
	Currency               string
	PriceCurrency          string
	ExchangeRate           decimal.NullDecimal
	Reference              string
}

// once tells a line that is charged for no days.
func (l Line) once() bool { return l.ToOn.IsZero() }

// Sum is what the lines of a bill come to in one currency.
type Sum struct {
	Currency string
	Lines    int
	Amount   decimal.Decimal // without tax
	Tax      decimal.Decimal
	Usage    decimal.Decimal // of Amount
	Once     decimal.Decimal // of Amount
}

// Total is what the lines come to with their tax.
func (s Sum) Total() decimal.Decimal { return s.Amount.Add(s.Tax) }

// Get reads one bill; errs.NotFound when there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Bill, error) {
	var found []Bill
	err := db.WithContext(ctx).Raw(`SELECT b.*, coalesce(p.name, '') AS provider FROM supplier_bills b
		LEFT JOIN providers p ON p.id = b.provider_id WHERE b.id = ?`, id).Scan(&found).Error
	if err != nil {
		return Bill{}, fmt.Errorf("supplier bill %s: %w", id, err)
	}
	if len(found) == 0 {
		return Bill{}, errs.New(errs.NotFound, "There is no such bill.")
	}
	return found[0], nil
}

// Sums are what a bill comes to, by currency.
func Sums(ctx context.Context, db *gorm.DB, bill uuid.UUID) (out []Sum, err error) {
	err = db.WithContext(ctx).Raw(`SELECT * FROM supplier_bill_sums WHERE bill_id = ? ORDER BY currency`, bill).
		Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("sums of supplier bill %s: %w", bill, err)
	}
	return out, nil
}

// ReplacedBy is the standing bill that replaced this one; false: none did.
func ReplacedBy(ctx context.Context, db *gorm.DB, bill uuid.UUID) (Bill, bool, error) {
	var found []Bill
	err := db.WithContext(ctx).Raw(`SELECT * FROM supplier_bills WHERE replaces_id = ? AND aside_at IS NULL`, bill).
		Scan(&found).Error
	if err != nil || len(found) == 0 {
		return Bill{}, false, err
	}
	return found[0], true, nil
}

// Check is how the document's total stands to the lines; it is said and never forced.
type Check struct {
	Total      decimal.Decimal // as the document says
	Lines      decimal.Decimal // what the lines come to with their tax
	Currency   string
	Comparable bool // false: the lines have no such currency
}

// Off is how much more the document says than its lines.
func (c Check) Off() decimal.Decimal { return c.Total.Sub(c.Lines) }

// Says is the check in words.
func (c Check) Says() string {
	said := money.Grouped(c.Total, c.Currency) + " " + c.Currency
	switch {
	case !c.Comparable:
		return "The document's total is " + said + ", but no line is in " + c.Currency + "."
	case c.Off().IsZero():
		return "The document's total, " + said + ", is exactly what its lines come to with tax."
	}
	more := "more"
	if c.Off().IsNegative() {
		more = "less"
	}
	return fmt.Sprintf("The document's total, %s, is %s %s %s than its lines with tax (%s). Nothing was made to fit: "+
		"perhaps a line is missing, or one is there twice.", said, money.Plain(c.Off().Abs()), c.Currency, more,
		money.Plain(c.Lines))
}

// Checked compares the document's total with the lines; false: the document's total is not known.
func Checked(total decimal.NullDecimal, currency string, sums []Sum) (Check, bool) {
	if !total.Valid {
		return Check{}, false
	}
	c := Check{Total: total.Decimal, Currency: currency}
	for _, s := range sums {
		if s.Currency == currency {
			c.Lines, c.Comparable = s.Total(), true
		}
	}
	return c, true
}
