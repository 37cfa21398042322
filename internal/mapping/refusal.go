package mapping

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/match"
	"seatledger/internal/postgres"
)

// refusal is a no that stands: to one CRM account, or (none given) to all that were shown.
type refusal struct {
	ID           uuid.UUID
	AccountID    uuid.UUID
	CRMAccountID uuid.NullUUID `gorm:"column:crm_account_id"`
	AccountPrint string
	CRMPrint     string `gorm:"column:crm_print"`
}

// standing is the condition of a no that is neither taken back nor overtaken by new data.
const standing = `revoked_at IS NULL AND lapsed_at IS NULL`

// readRefusals reads the standing noes of the provider. Those whose data have
// changed are noted in refusals to be lapsed, and count no more.
func (w *sides) readRefusals(ctx context.Context, db *gorm.DB) error {
	var all []refusal
	err := db.WithContext(ctx).Raw(`SELECT r.id, r.account_id, r.crm_account_id, r.account_print, r.crm_print
		FROM mapping_refusals r
		JOIN provider_accounts a ON a.id = r.account_id WHERE a.provider_id = ? AND r.revoked_at IS NULL
		AND r.lapsed_at IS NULL`, w.providerID).Scan(&all).Error
	if err != nil {
		return fmt.Errorf("read noes: %w", err)
	}
	for _, r := range all {
		changed := printOf(w.accounts.record(r.AccountID)) != r.AccountPrint
		if r.CRMAccountID.Valid {
			changed = changed || printOf(w.customers.record(r.CRMAccountID.UUID)) != r.CRMPrint
		}
		switch {
		case w.accounts.byID[r.AccountID].ID == uuid.Nil: // gone; it waits
		case changed:
			w.refusals = append(w.refusals, r)
		case r.CRMAccountID.Valid:
			w.refused[match.Pair{AccountID: r.AccountID.String(), CRMID: r.CRMAccountID.UUID.String()}] = true
			w.noes[r.AccountID.String()]++
		}
	}
	return nil
}

// lapse ends the noes that were said about other data than there are now.
func (m *maker) lapse(ctx context.Context, w *sides) error {
	if len(w.refusals) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(w.refusals))
	for i, r := range w.refusals {
		ids[i] = r.ID
	}
	return m.hold.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE mapping_refusals SET lapsed_at = ? WHERE id = ANY(?::uuid[]) AND `+standing,
			m.s.Clock.Now(), postgres.IDs(ids)).Error
	})
}

// Refuse remembers a person's no about an unmapped account until its data or the CRM
// account's change: to the CRM account of the choice or, with none, to all that are
// suggested now. It gives the act, by which it can be taken back.
func (s *Service) Refuse(ctx context.Context, by audit.Actor, c Choice) (act uuid.UUID, err error) {
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		a, err := s.undecided(ctx, tx, c.AccountID)
		if err != nil {
			return err
		}
		customers, err := refusedOnes(ctx, tx, c)
		if err != nil {
			return err
		}
		act = uuid.Must(uuid.NewV7())
		rows := []refusal{}
		for id, print := range customers {
			rows = append(rows, refusal{CRMAccountID: uuid.NullUUID{UUID: id, Valid: true}, CRMPrint: print})
		}
		if c.CRMAccountID == uuid.Nil {
			rows = append(rows, refusal{})
		}
		for _, r := range rows {
			err := tx.Exec(`INSERT INTO mapping_refusals (id, act_id, account_id, crm_account_id, account_print,
				crm_print, at, actor, actor_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (account_id, coalesce(crm_account_id, account_id)) WHERE revoked_at IS NULL
				AND lapsed_at IS NULL DO NOTHING`,
				uuid.Must(uuid.NewV7()), act, a.ID, r.CRMAccountID, printOf(recordOf(a)), r.CRMPrint, s.Clock.Now(),
				by.Name, actorID(by)).Error
			if err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "account.match_refused", ObjectType: "account",
			ObjectID: a.ID.String(), ObjectName: a.Name,
			After: map[string]any{"crm_account_ids": keysOf(customers), "none": c.CRMAccountID == uuid.Nil}})
	})
	return act, err
}

// undecided locks an account that still waits for a decision.
func (s *Service) undecided(ctx context.Context, tx *gorm.DB, id uuid.UUID) (account.Account, error) {
	a, err := account.Lock(ctx, tx, id)
	if err == nil && a.Mapping != account.Unmapped {
		err = errs.Newf(errs.Conflict, "%s is %s meanwhile, by %s. Nothing was changed.", called(a), a.Mapping,
			a.DecidedBy)
	}
	return a, err
}

// refusedOnes are the CRM accounts that a no is about, each with its fingerprint.
func refusedOnes(ctx context.Context, tx *gorm.DB, c Choice) (map[uuid.UUID]string, error) {
	ids := []uuid.UUID{c.CRMAccountID}
	if c.CRMAccountID == uuid.Nil {
		ids = nil
		err := tx.WithContext(ctx).Raw(`SELECT crm_account_id FROM mapping_suggestions WHERE account_id = ?`,
			c.AccountID).Scan(&ids).Error
		if err != nil {
			return nil, err
		}
	}
	customers, err := crmRecords(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	if c.CRMAccountID != uuid.Nil && len(customers.records) == 0 {
		return nil, errs.New(errs.NotFound, "There is no such CRM account.")
	}
	out := map[uuid.UUID]string{}
	for _, r := range customers.records {
		out[customers.ids[r.ID]] = printOf(r)
	}
	return out, nil
}

// Revoke takes a no back, with all that was refused in the same go.
func (s *Service) Revoke(ctx context.Context, by audit.Actor, act uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var accounts []uuid.UUID
		err := tx.WithContext(ctx).Raw(`UPDATE mapping_refusals SET revoked_at = ?, revoked_by = ? WHERE act_id = ?
			AND `+standing+` RETURNING account_id`,
			s.Clock.Now(), by.Name, act).Scan(&accounts).Error
		if err != nil {
			return err
		}
		if len(accounts) == 0 {
			return errs.New(errs.Conflict,
				"This no does not stand any more: it was taken back, or the data it was said about have changed.")
		}
		a, err := account.Get(ctx, tx, accounts[0])
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "account.match_refusal_revoked",
			ObjectType: "account", ObjectID: a.ID.String(), ObjectName: a.Name})
	})
}

func actorID(by audit.Actor) uuid.NullUUID { return uuid.NullUUID{UUID: by.ID, Valid: by.IsPerson()} }
