package mapping

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/ledger"
	"seatledger/internal/match"
	"seatledger/internal/postgres"
	"seatledger/internal/subscription"
)

// The decisions, as the history names them.
const (
	actionMap     = "map"
	actionUnmap   = "unmap"
	actionExclude = "exclude"
	actionInclude = "include"
	actionUndo    = "undo"
)

// change is what a decision does to an account; the zero change does nothing.
type change struct {
	action  string
	state   account.State
	crm     uuid.NullUUID
	crmName string
	why     string
	reason  string        // of an exclusion
	undoes  uuid.NullUUID // the decision that an undo takes back
	back    string        // where the subscriptions return to when a decision is undone; empty: they land anew
	first   *step         // made before this one, at another account
	batch   uuid.UUID

	candidate *match.Candidate // what it rests on; nil: on the stored suggestion
}

// step is a change of one account.
type step struct {
	account account.Account
	change  change
}

// decide locks the account, asks what to do, and carries it through to its
// subscriptions, their reviews and the trail, in one transaction.
func (s *Service) decide(ctx context.Context, by audit.Actor, c Choice,
	ask func(*gorm.DB, account.Account) (change, error)) error {
	var wanted uuid.UUID
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		a, err := account.Lock(ctx, tx, c.AccountID)
		if err != nil {
			return err
		}
		if c.Version != 0 && c.Version != a.Version {
			return stale(a)
		}
		ch, err := ask(tx, a)
		if err != nil || ch.action == "" {
			return err
		}
		wanted = ch.crm.UUID
		events, err := s.carryAll(ctx, tx, by, step{a, ch})
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, events...)
	})
	return s.named(ctx, err, c.AccountID, wanted)
}

// ErrStale is the cause of a conflict where the account was changed after a person saw it.
var ErrStale = errors.New("mapping: account changed meanwhile")

func stale(a account.Account) error {
	now := string(a.Mapping)
	if a.DecidedBy != "" {
		now += ", by " + a.DecidedBy
	}
	return errs.Because(errs.Conflict, called(a)+" was changed since you opened it: it is now "+now+
		". Nothing was changed by you. Look at it again, then decide.", ErrStale)
}

// carryAll carries out a step with the one at another account that belongs before it.
// It gives the events for the trail, which are to be recorded last.
func (s *Service) carryAll(ctx context.Context, tx *gorm.DB, by audit.Actor, st step) ([]audit.Event, error) {
	if st.change.first == nil {
		return s.carryTogether(ctx, tx, by, st)
	}
	return s.carryTogether(ctx, tx, by, *st.change.first, st)
}

// carryTogether carries out steps that belong together: they are undone together too.
func (s *Service) carryTogether(ctx context.Context, tx *gorm.DB, by audit.Actor,
	steps ...step) ([]audit.Event, error) {
	var events []audit.Event
	var because uuid.NullUUID
	for _, st := range steps {
		id, event, err := s.carry(ctx, tx, by, st, because)
		if err != nil {
			return nil, err
		}
		if !because.Valid {
			because = uuid.NullUUID{UUID: id, Valid: true}
		}
		events = append(events, event)
	}
	return events, nil
}

// carry stores a decision and lets the subscriptions follow. It gives the decision's id.
func (s *Service) carry(ctx context.Context, tx *gorm.DB, by audit.Actor, st step, because uuid.NullUUID) (uuid.UUID,
	audit.Event, error) {
	a, ch, now := st.account, st.change, s.Clock.Now()
	if a.Mapping == account.Mapped {
		if err := noInvoices(ctx, tx, a); err != nil {
			return uuid.Nil, audit.Event{}, err
		}
	}
	placements, err := subscription.Placements(ctx, tx, a.ID)
	if err != nil {
		return uuid.Nil, audit.Event{}, err
	}
	err = account.Decide(ctx, tx, a.ID, account.Decision{State: ch.state, CRMAccountID: ch.crm,
		ExcludeReason: ch.reason, By: by.Name, ByPerson: by.IsPerson(), Why: ch.why, At: now})
	if err != nil {
		return uuid.Nil, audit.Event{}, err
	}
	id, err := remember(tx, by, st, memory{now, because, placements})
	if err != nil {
		return id, audit.Event{}, err
	}
	touched, err := s.follow(ctx, tx, a.ID, ch.back, originOf(by, now))
	if err != nil {
		return id, audit.Event{}, err
	}
	return id, eventOf(a, ch, len(touched)), s.Reviews.Refresh(ctx, tx, touched)
}

func (s *Service) follow(ctx context.Context, tx *gorm.DB, accountID uuid.UUID, back string,
	o ledger.Origin) ([]uuid.UUID, error) {
	if back == "" {
		return subscription.FollowAccount(ctx, tx, accountID, o, s.Zone)
	}
	return subscription.FollowBack(ctx, tx, accountID, back, o, s.Zone)
}

func originOf(by audit.Actor, now time.Time) ledger.Origin {
	o := ledger.Origin{Source: ledger.FromPerson, By: by, At: now}
	if !by.IsPerson() {
		o.Source = ledger.FromSync
	}
	return o
}

func eventOf(a account.Account, ch change, subscriptions int) audit.Event {
	return audit.Event{
		Action: "account." + pastTense(ch.action), ObjectType: "account", ObjectID: a.ID.String(), ObjectName: a.Name,
		Before: map[string]any{"state": a.Mapping, "crm_account_id": a.CRMAccountID},
		After: map[string]any{"state": ch.state, "crm_account_id": ch.crm, "crm_account": ch.crmName, "why": ch.why,
			"subscriptions": subscriptions},
	}
}

func pastTense(action string) string {
	switch action {
	case actionMap, actionUnmap:
		return action + "ped"
	case actionUndo:
		return "decision_undone"
	}
	return action + "d"
}

// memory is what a decision keeps beside the change itself.
type memory struct {
	at         time.Time
	because    uuid.NullUUID
	placements string
}

func remember(tx *gorm.DB, by audit.Actor, st step, m memory) (uuid.UUID, error) {
	id, a, ch := uuid.Must(uuid.NewV7()), st.account, st.change
	g, err := groundsOf(ch)
	if err != nil {
		return id, err
	}
	return id, tx.Exec(`INSERT INTO mapping_decisions (id, account_id, at, actor, actor_id, by_person, action,
		from_state, from_crm_account_id, from_exclude_reason, to_state,
			to_crm_account_id, why, undoes, because, batch_id, placements, probability, evidence)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb,
			coalesce(?, (SELECT probability FROM mapping_suggestions WHERE account_id = ? AND crm_account_id = ?)),
			coalesce(?::jsonb, (SELECT evidence FROM mapping_suggestions WHERE account_id = ?
			AND crm_account_id = ?)))`,
		id, a.ID, m.at, by.Name, actorID(by), by.IsPerson(), ch.action, a.Mapping, a.CRMAccountID,
		a.ExcludeReason, ch.state,
		ch.crm, ch.why, ch.undoes, m.because, uuid.NullUUID{UUID: ch.batch, Valid: ch.batch != uuid.Nil}, m.placements,
		g.probability, a.ID, ch.crm, g.evidence, a.ID, ch.crm).Error
}

// grounds are what a machine's decision rests on; a person's rests on the stored suggestion.
type grounds struct {
	probability *float64
	evidence    *string
}

func groundsOf(ch change) (grounds, error) {
	if ch.candidate == nil {
		return grounds{}, nil
	}
	doc, err := json.Marshal(ch.candidate.Evidence)
	probability, evidence := math.Round(ch.candidate.Probability*1e4)/1e4, string(doc)
	return grounds{&probability, &evidence}, err
}

// named says who holds the CRM account that the database refused to give twice.
func (s *Service) named(ctx context.Context, err error, accountID, crmAccountID uuid.UUID) error {
	if postgres.Constraint(err) != "provider_accounts_one_crm_account" {
		return err
	}
	h, herr := HolderOf(ctx, s.DB.Read(ctx), accountID, crmAccountID)
	switch {
	case herr != nil:
		return errors.Join(err, herr)
	case h.AccountID == uuid.Nil: // given free in the same moment
		return errs.Because(errs.Conflict,
			"This CRM account was held by another account of the same provider a moment ago and has just become "+
				"free. Nothing was changed; try again.", err)
	}
	return &Taken{Holder: h, cause: errs.Because(errs.Conflict, h.says(), err)}
}
