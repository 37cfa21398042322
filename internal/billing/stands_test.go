package billing_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"seatledger/internal/billing"
	"seatledger/internal/clock"
	"seatledger/internal/invoice"
	"seatledger/internal/money"
	"seatledger/internal/review"
	"seatledger/internal/subscription"
	"seatledger/internal/testkit/billtest"
)

// stands is a random history of a subscription under two contracts.
type stands struct {
	*cutting
	id        uuid.UUID
	contracts []uuid.UUID
	today     clock.Date
}

func (s *stands) change(do func(tx *gorm.DB, act subscription.Act) error) {
	s.tolerate(s.World.DB.InTx(s.Context(), func(tx *gorm.DB) error {
		if err := do(tx, s.Act(s.id)); err != nil {
			return err
		}
		return s.Reviewer().Refresh(s.Context(), tx, []uuid.UUID{s.id})
	}))
}

func (s *stands) day(t *rapid.T) clock.Date {
	return s.today.AddDays(rapid.IntRange(-70, 20).Draw(t, "day"))
}

func (s *stands) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"seats": func(t *rapid.T) {
			q := subscription.Quantity{Seats: rapid.IntRange(0, 9).Draw(t, "seats"), On: s.day(t)}
			s.change(func(tx *gorm.DB, act subscription.Act) error {
				_, err := subscription.SetQuantity(s.Context(), tx, act, q)
				return err
			})
		},
		"price": func(t *rapid.T) {
			p := subscription.Price{UnitPrice: decimal.NewNullDecimal(decimal.NewFromInt(int64(rapid.IntRange(9, 15).
				Draw(t, "price")))), Period: money.Month, Later: subscription.KeepLater, Gap: true, On: s.day(t)}
			s.change(func(tx *gorm.DB, act subscription.Act) error {
				_, err := subscription.SetPrice(s.Context(), tx, act, p)
				return err
			})
		},
		"move": func(t *rapid.T) {
			to := uuid.NullUUID{UUID: rapid.SampledFrom(s.contracts).Draw(t, "contract"), Valid: true}
			s.change(func(tx *gorm.DB, act subscription.Act) error {
				_, err := subscription.SetContract(s.Context(), tx, act, to)
				return err
			})
			s.tolerate(s.World.DB.InTx(s.Context(), func(tx *gorm.DB) error {
				_, err := s.Reviewer().Sign(s.Context(), tx, billtest.Bea, review.SignOff{IDs: []uuid.UUID{s.id}})
				return err
			}))
		},
		"goOn": func(t *rapid.T) {
			s.today = s.today.AddDays(rapid.IntRange(1, 40).Draw(t, "days"))
			s.World.Today(s.today.String())
		},
		"draft": func(t *rapid.T) {
			run := billing.Run{ContractID: rapid.SampledFrom(s.contracts).Draw(t, "contract"),
				Kind: rapid.SampledFrom([]invoice.Kind{invoice.FullCycle, invoice.FullCycle, invoice.ChangeLog}).
					Draw(t, "kind")}
			id, err := s.Service.Draft(s.Context(), billtest.Bea, billing.Order{Run: run, Late: true, Growth: true})
			if s.tolerate(err); err == nil {
				s.live = append(s.live, id)
				s.compare(t)
			}
		},
		"void": func(t *rapid.T) {
			if n := len(s.live) - 1; n >= 0 {
				err := s.Void(s.Context(), billtest.Bea, s.step(s.live[n]))
				if s.tolerate(err); err == nil {
					s.live = s.live[:n]
				}
			}
		},
		"credit": func(t *rapid.T) {
			if len(s.live) == 0 {
				return
			}
			id, again := rapid.SampledFrom(s.live).Draw(t, "invoice"), rapid.Bool().Draw(t, "again")
			s.tolerate(s.Bill(s.Context(), billtest.Bea, s.step(id)))
			_, err := s.CreditLines(s.Context(), billtest.Bea, invoice.CreditOrder{InvoiceID: id, Again: &again,
				Reason: "x"})
			s.tolerate(err)
		},
	}
}

var errTakeBack = errors.New("only a look")

// compare reads anew where billing stands, and takes that back.
func (s *stands) compare(t *rapid.T) {
	noted := s.through(s.id)
	err := s.World.DB.InTx(s.Context(), func(tx *gorm.DB) error {
		if err := invoice.RefreshThrough(s.Context(), tx, []uuid.UUID{s.id}); err != nil {
			return err
		}
		var anew string
		err := tx.Raw(`SELECT coalesce(billed_through::text, '') FROM subscriptions WHERE id = ?`, s.id).Row().Scan(&anew)
		if err == nil && anew != noted {
			err = fmt.Errorf("a draft notes that it is billed through %q, its history says %q", noted, anew)
		}
		return errors.Join(err, errTakeBack)
	})
	if err.Error() != errTakeBack.Error() {
		t.Fatal(err)
	}
}

// histories are how many are told: each has a world of its own.
const histories = 15

// A draft knows from its plan where billing then stands: as the history read anew says.
func TestADraftNotesWhereBillingStandsAsItsHistorySays(t *testing.T) {
	t.Parallel()
	n := 0
	o := open(t, "2026-01-02", billtest.Terms{})
	rapid.Check(t, func(r *rapid.T) {
		if n++; n > histories {
			return
		}
		w := o.World.Beside("2026-03-02", billtest.Terms{
			Frequency: rapid.SampledFrom([]string{"monthly", "quarterly"}).Draw(r, "frequency"),
			Timing:    rapid.SampledFrom([]string{"advance", "arrears"}).Draw(r, "timing"),
			Refunds:   rapid.SampledFrom([]string{"yes", "no"}).Draw(r, "refunds")})
		here := &office{w, billing.Service{Service: invoice.Service{DB: w.DB.DB, Clock: w.Clock, Zone: o.Zone}}}
		s := &stands{cutting: &cutting{office: here}, id: w.Add(fmt.Sprint("S", n), 5, "2026-01-01"),
			contracts: []uuid.UUID{w.Contract, uuid.New()}, today: billtest.Day(t, "2026-03-02")}
		w.Exec(`INSERT INTO billing_contracts (id, crm_account_id, name, currency, billing_frequency, timing, billing_day,
				start_date, bill_from, refunds, language, renewal, is_default, active, version, created_at, updated_at)
			SELECT CAST(? AS uuid), crm_account_id, 'Second', currency, 'monthly', 'advance', 15, start_date, bill_from,
				refunds, language, renewal, false, true, 1, created_at, updated_at
			FROM billing_contracts WHERE id = ?`, s.contracts[1], w.Contract)
		r.Repeat(s.actions())
	})
}
