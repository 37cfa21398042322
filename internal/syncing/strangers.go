package syncing

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/postgres"
	"seatledger/internal/syncing/guard"
)

// strangers are the records of a list that name another customer: a known one, or anybody where the list's other
// records name their own, or where the list lacks all that the account had. Else a number that no record shares with
// its list and that is no customer's says nothing.
func (w *worker) strangers(ctx context.Context, t target,
	listed []distributor.Subscription) ([]distributor.Subscription, error) {
	var all []distributor.Subscription
	for _, s := range listed {
		if s.NamesAccount != "" {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	named := make(postgres.Texts, len(all))
	for i, s := range all {
		named[i] = s.NamesAccount
	}
	var known []string
	err := w.s.DB.Read(ctx).Raw(`SELECT external_id FROM provider_accounts WHERE provider_id = ?
		AND external_id = ANY (?::text[])`, w.provider.ID, named).Scan(&known).Error
	if err != nil || len(all) < len(listed) {
		return all, err
	}
	if swapped, err := w.swapped(ctx, t, listed); err != nil || swapped {
		return all, err
	}
	return slices.DeleteFunc(all, func(s distributor.Subscription) bool {
		return !slices.Contains(known, s.NamesAccount)
	}), err
}

// swapped tells whether a list holds nothing of what its account had.
func (w *worker) swapped(ctx context.Context, t target, listed []distributor.Subscription) (bool, error) {
	ids := make(postgres.Texts, len(listed))
	for i, s := range listed {
		ids[i] = s.ExternalID
	}
	var had struct{ Living, Listed bool }
	err := w.s.DB.Read(ctx).Raw(`SELECT coalesce(bool_or(provider_status <> 'missing'), false) AS living,
			coalesce(bool_or(external_id = ANY (?::text[])), false) AS listed FROM subscriptions WHERE account_id = ?`,
		ids, t.ID).Scan(&had).Error
	return had.Living && !had.Listed, err
}

// keepStrange holds back a record that names another customer: nobody knows whose it is, so it stays where and what it
// was (RULES 3).
func (w *worker) keepStrange(tx *gorm.DB, a readAccount, s distributor.Subscription) error {
	var stored []struct {
		SubjectID uuid.NullUUID
		Seats     int
	}
	err := tx.Raw(`SELECT id AS subject_id, billable_quantity AS seats FROM subscriptions WHERE provider_id = ? AND external_id = ?`,
		w.provider.ID, s.ExternalID).Scan(&stored).Error
	if err != nil {
		return err
	}
	r := guard.Row{ExternalID: s.ExternalID, Name: s.ProductName, Kinds: []guard.Kind{guard.NamesOther},
		Words: "names customer " + s.NamesAccount}
	for _, was := range stored {
		r.SubjectID, r.SeatsBefore, r.SeatsAfter = was.SubjectID, was.Seats, was.Seats
	}
	return w.keepRow(tx, a.ExternalID, a.Name, r, RowConflict, fmt.Sprintf("It stands in the list of %s and names "+
		"customer %s. Nothing of it was changed.", a.ExternalID, s.NamesAccount))
}
