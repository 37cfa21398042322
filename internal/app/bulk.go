package app

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/contract"
	"seatledger/internal/crm"
	"seatledger/internal/difference"
	"seatledger/internal/errs"
	"seatledger/internal/invoice"
	"seatledger/internal/listing"
	"seatledger/internal/review"
	"seatledger/internal/selection"
	"seatledger/internal/subscription/list"
)

// bulkService knows what can be done to many, and how the lists find all that match.
func (a *App) bulkService() *selection.Service {
	return &selection.Service{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Log: a.Log, Meter: a.Meter, Holder: holder(),
		Deeds: slices.Concat(a.Reviews.Deeds(), a.Retire.Deeds(), a.Mapping.Deeds(),
			a.Billing.Deeds(), a.Contracts.Deeds(), a.decisions().Deeds(), a.Differences.Deeds()),
		Lists: a.lists(), Waits: 8 * time.Second,
		Enqueue: func(ctx context.Context, tx *gorm.DB, job selection.Job, delay time.Duration) error {
			return a.queue.Put(ctx, tx, job, delay)
		}}
}

func (a *App) lists() map[string]selection.Find {
	all := Lists()
	invoices := invoice.All(a.Zone)
	all[invoices.Name] = finds(invoices, nil)
	return all
}

// Lists are the lists on which records are selected, by their names.
func Lists() map[string]selection.Find {
	return map[string]selection.Find{
		account.All.Name:    finds(account.All, nil),
		contract.All.Name:   finds(contract.All, nil),
		crm.All.Name:        finds(crm.All, nil),
		difference.All.Name: finds(difference.All, nil),
		list.All.Name: finds(list.All, func(s *listing.Spec) {
			for _, code := range review.Codes() {
				for _, filter := range []string{"check", "cause"} {
					f := s.Filter(filter)
					f.Choices = append(f.Choices, listing.Choice{Value: code})
				}
			}
		}),
	}
}

// finds reads an address of a list as its page does.
func finds[R any](l *listing.List[R], also func(*listing.Spec)) selection.Find {
	return func(ctx context.Context, db *gorm.DB, address string, most int) ([]uuid.UUID, error) {
		raw, err := url.ParseQuery(address)
		if err != nil {
			return nil, errs.Because(errs.Invalid, "This address is damaged. Start again from the list.", err)
		}
		spec, err := l.Spec(ctx, db, raw)
		if err != nil {
			return nil, err
		}
		if also != nil {
			also(&spec)
		}
		q, err := spec.Parse(raw, true)
		if err != nil {
			return nil, err
		}
		return l.IDs(ctx, db, q, most)
	}
}
