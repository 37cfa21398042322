package letters

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/internal/mail"
	"seatledger/internal/settings"
)

// Customer is how mail goes to one customer, where that differs.
type Customer struct {
	NoReminders bool
	Why         string // why there are none
	LinesCSV    string `gorm:"column:lines_csv"` // usual, yes or no
	Version     int
	UpdatedBy   string
}

// What a customer's lines may be.
const (
	Usual = "usual"
	Yes   = "yes"
	No    = "no"
)

// LoadCustomer reads how mail goes to a customer.
func LoadCustomer(ctx context.Context, db *gorm.DB, id uuid.UUID) (Customer, error) {
	c := Customer{LinesCSV: Usual}
	err := db.WithContext(ctx).Raw(`SELECT no_reminders, why, lines_csv, version, updated_by FROM mail_customers
		WHERE crm_account_id = ?`, id).Scan(&c).Error
	return c, err
}

const maxWhy = 500

// SaveCustomer stores how mail goes to a customer: errs.Invalid with messages by field, or settings.ErrStale.
func (s Service) SaveCustomer(ctx context.Context, by audit.Actor, id uuid.UUID, c Customer) error {
	problems := errs.Fields{}
	c.Why = mail.Line(c.Why)
	if c.LinesCSV == "" {
		c.LinesCSV = Usual
	}
	if !slices.Contains([]string{Usual, Yes, No}, c.LinesCSV) {
		problems.Add("lines_csv", "Choose one of the three.")
	}
	if c.NoReminders && c.Why == "" {
		problems.Add("why", "Say why this customer is not reminded: somebody will ask.")
	}
	if utf8.RuneCountInString(c.Why) > maxWhy {
		problems.Add("why", "This is longer than %d characters.", maxWhy)
	}
	if err := problems.Err(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		account, err := crm.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		before, err := LoadCustomer(ctx, tx, id)
		if err != nil {
			return err
		}
		done := tx.Exec(`INSERT INTO mail_customers AS was (crm_account_id, no_reminders, why, lines_csv, version,
				updated_at, updated_by) VALUES (@id, @stop, @why, @csv, 1, @now, @by)
			ON CONFLICT (crm_account_id) DO UPDATE SET no_reminders = excluded.no_reminders, why = excluded.why,
				lines_csv = excluded.lines_csv, version = was.version + 1, updated_at = excluded.updated_at,
				updated_by = excluded.updated_by WHERE was.version = @version`,
			map[string]any{"id": id, "stop": c.NoReminders, "why": c.Why, "csv": c.LinesCSV, "now": s.Clock.Now(),
				"by": by.Name, "version": c.Version})
		if done.Error == nil && (done.RowsAffected == 0 || c.Version != before.Version) {
			return settings.ErrStale
		}
		if done.Error != nil {
			return fmt.Errorf("mail of customer %s: %w", id, done.Error)
		}
		said := func(c Customer) map[string]any {
			return map[string]any{"no_reminders": c.NoReminders, "why": c.Why, "lines_csv": c.LinesCSV}
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "crm_account.mail_changed", ObjectType: "crm_account",
			ObjectID: id.String(), ObjectName: account.Name, Before: said(before), After: said(c)})
	})
}
