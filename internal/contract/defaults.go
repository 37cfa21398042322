package contract

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/settings"
)

// Defaults are the terms that new contracts of this installation begin with. They are text, as
// the form has it.
type Defaults struct {
	Name             string `json:"name"`
	PriceList        string `json:"price_list_id"`
	BillingFrequency string `json:"billing_frequency"`
	Timing           string `json:"timing"`
	BillingDay       string `json:"billing_day"`
	Refunds          string `json:"refunds"`
	PaymentTerms     string `json:"payment_terms"`
	TaxCode          string `json:"tax_code"`
	Language         string `json:"language"`
	Renewal          string `json:"renewal"`
	UsageRule        string `json:"usage_rule,omitempty"`
}

const defaultsName = "contract-defaults"

// DefaultsOf reads the installation's defaults. While nobody has said which price list, it is the only active one.
func DefaultsOf(ctx context.Context, db *gorm.DB) (Defaults, error) {
	d, _, err := defaultsOf(ctx, db)
	return d, err
}

func defaultsOf(ctx context.Context, db *gorm.DB) (Defaults, settings.Saved, error) {
	d := Defaults{Name: "Licences", BillingFrequency: string(Monthly), Timing: string(Advance), BillingDay: "1",
		Refunds: string(RefundsGlobal), Language: string(English), Renewal: string(Propose),
		UsageRule: string(UsageElsewhere)}
	saved, err := settings.Read(ctx, db, defaultsName, &d)
	if err != nil {
		return d, saved, err
	}
	var active []uuid.UUID
	if err := db.WithContext(ctx).Raw(`SELECT id FROM price_lists WHERE active ORDER BY lower(name)`).
		Scan(&active).Error; err != nil {
		return d, saved, fmt.Errorf("price lists in use: %w", err)
	}
	stands := false
	for _, id := range active {
		stands = stands || id.String() == d.PriceList
	}
	if !stands {
		d.PriceList = ""
		if len(active) == 1 {
			d.PriceList = active[0].String()
		}
	}
	return d, saved, nil
}

// KeepDefaults makes terms the ones that new contracts begin with.
func (s Service) KeepDefaults(ctx context.Context, by audit.Actor, d Defaults) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		before, saved, err := defaultsOf(ctx, tx)
		if err != nil || before == d {
			return err
		}
		if err := settings.Write(ctx, tx, s.Clock, by, defaultsName, saved.Version, d); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "settings.changed", ObjectType: "settings",
			ObjectID: defaultsName, ObjectName: "Defaults of contracts", Before: before, After: d})
	})
}

// Input is the form of a new contract of these terms.
func (d Defaults) Input() Input {
	return Input{Name: d.Name, PriceList: d.PriceList, BillingFrequency: d.BillingFrequency, Timing: d.Timing,
		BillingDay: d.BillingDay, Refunds: d.Refunds, PaymentTerms: d.PaymentTerms, TaxCode: d.TaxCode,
		Language: d.Language, Renewal: d.Renewal, UsageRule: d.UsageRule}
}
