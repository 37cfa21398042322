package syncing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/money"
	"seatledger/internal/postgres"
	"seatledger/internal/syncing/guard"
)

// missing is a stored subscription that no list of the run had, although its own account's was proved whole.
type missing struct {
	ID               uuid.UUID
	ExternalID       string
	Name             string
	Account          string // external id
	AccountName      string
	Listed           int  // how much its account listed
	Doubted          bool // its account's list holds records that are another's too, or name another
	Own              bool // and some that are surely its own
	BillableQuantity int
	UnitCost         decimal.NullDecimal
	CostPeriod       money.Period
	CostCurrency     string
	Since            clock.Date // first missed on; zero: now
	FirstAt          *time.Time
	Earlier          bool   // missed by an earlier run already
	Waited           string // why it was not gone then
	waits            string // why it is not gone yet
	empty            bool   // its account's list is suddenly empty, and not believed yet
}

const (
	emptyWait = 6 * time.Hour // an account that is suddenly empty is looked at again after so long
	wideLook  = 200           // so many accounts are asked again before something is gone

	nextLook = "It is missed for the first time; the next run looks for it everywhere again."
)

// findMissing decides what is gone: its own account's complete list lacked it, a second look too, and it was seen
// nowhere else (RULES 3). What is not proved waits.
func (w *worker) findMissing(ctx context.Context, accounts int) error {
	if !w.run.whole() {
		return nil
	}
	ms, err := w.missingNow(ctx)
	if err != nil || len(ms) == 0 {
		return err
	}
	if ms, err = w.secondLook(ctx, ms); err != nil {
		return err
	}
	for _, prove := range []func(context.Context, []*missing) error{
		w.seenElsewhere, func(ctx context.Context, open []*missing) error { return w.waitForEmpty(ctx, open, ms) },
		func(ctx context.Context, open []*missing) error { return w.lookEverywhere(ctx, open, accounts) },
		w.seenElsewhere, w.waitForUnread, w.waitForUnlisted,
	} {
		if open := undecided(ms); len(open) > 0 {
			if err := prove(ctx, open); err != nil {
				return err
			}
		}
	}
	return w.keepMissing(ctx, ms)
}

func undecided(ms []*missing) []*missing {
	return slices.DeleteFunc(slices.Clone(ms), func(m *missing) bool { return m.waits != "" })
}

func (w *worker) missingNow(ctx context.Context) ([]*missing, error) {
	var ms []*missing
	err := w.s.DB.Read(ctx).Raw(`WITH conflicts AS (
			SELECT id FROM (SELECT DISTINCT external_id, unnest(external_ids) AS id FROM sync_plan_accounts
				WHERE run_id = @run) listed GROUP BY id HAVING count(*) > 1
			UNION SELECT external_id FROM sync_plan_rows WHERE run_id = @run AND state = 'conflict')
		SELECT s.id, s.external_id, coalesce(nullif(s.product_name, ''), s.external_id) AS name,
			a.external_ids && ARRAY(SELECT id FROM conflicts) AS doubted,
			EXISTS (SELECT FROM subscriptions k WHERE k.account_id = s.account_id
				AND k.external_id = ANY (a.external_ids) AND k.external_id NOT IN (SELECT id FROM conflicts)) AS own,
			o.external_id AS account, o.name AS account_name, cardinality(a.external_ids) AS listed,
			s.billable_quantity, s.unit_cost, s.cost_period, s.cost_currency, b.since, b.first_at,
			coalesce(b.run_id <> a.run_id, false) AS earlier,
			coalesce(b.why, '') AS waited
		FROM subscriptions s JOIN provider_accounts o ON o.id = s.account_id
		JOIN sync_plan_accounts a ON a.run_id = @run AND a.external_id = o.external_id AND a.complete
		LEFT JOIN subscription_absences b ON b.subscription_id = s.id
		WHERE s.provider_id = @provider AND s.provider_status <> 'missing'
		AND NOT (s.state = 'inactive' AND s.deactivated_by = 'provider')
		AND s.external_id NOT IN (SELECT unnest(external_ids) FROM sync_plan_accounts WHERE run_id = @run)
		ORDER BY o.external_id COLLATE "C", s.external_id COLLATE "C"`,
		map[string]any{"run": w.run.ID, "provider": w.provider.ID}).Scan(&ms).Error
	if err != nil {
		return nil, fmt.Errorf("find what is missing: %w", err)
	}
	return ms, nil
}

// secondLook asks each account once more. What it lists now was never missing; an account that had subscriptions and
// is suddenly empty is not believed before six hours have passed, unless a person said so.
func (w *worker) secondLook(ctx context.Context, ms []*missing) ([]*missing, error) {
	var still []*missing
	looks := map[string]look{}
	for _, m := range ms {
		l, asked := looks[m.Account]
		if !asked {
			var err error
			if l, err = w.look(ctx, m.Account); err != nil {
				return nil, err
			}
			looks[m.Account] = l
		}
		switch {
		case slices.Contains(l.ids, m.ExternalID):
			continue
		case !l.whole:
			m.waits = "Its customer's list could not be read a second time."
		case m.Listed == 0 && !w.run.AllowGone && !w.longEnough(m):
			m.empty, m.waits = true, "Its customer's list is suddenly empty. It counts as gone if it is empty six hours "+
				"later, or if a person says so."
		case m.Doubted && !w.run.AllowGone && !(m.Own && w.longEnough(m)):
			m.waits = doubtedWait(m.Own)
		}
		still = append(still, m)
	}
	return still, nil
}

// doubtedWait says why a list that holds another's records proves nothing of its own (RULES 3).
func doubtedWait(own bool) string {
	const why = "Its customer's list holds records that are another customer's, so it does not prove that this one is gone. "
	if own {
		return why + "It counts as gone if it is missing six hours later too, or if a person says so."
	}
	return why + "It counts as gone when a person says so."
}

func (w *worker) longEnough(m *missing) bool {
	return m.FirstAt != nil && !w.s.Clock.Now().Before(m.FirstAt.Add(emptyWait))
}

// look is one more answer of an account's list.
type look struct {
	ids   []string
	whole bool
}

// look asks an account again and adds what it lists to what the run has seen.
func (w *worker) look(ctx context.Context, account string) (look, error) {
	got, err := w.conn.Subscriptions(ctx, account)
	if err := context.Cause(ctx); err != nil {
		return look{}, err
	}
	if err != nil {
		return look{}, nil //nolint:nilerr // what cannot be looked at waits
	}
	l := look{ids: idsOf(got), whole: got.Complete}
	return l, w.lease.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE sync_plan_accounts SET external_ids = ARRAY(SELECT unnest(external_ids)
			UNION SELECT unnest(?::text[])) WHERE run_id = ? AND external_id = ? AND NOT external_ids @> ?::text[]`,
			postgres.Texts(l.ids), w.run.ID, account, postgres.Texts(l.ids)).Error
	})
}

// lookEverywhere asks all other accounts again: what is missed may have moved to one that was read earlier in this run.
// With too many accounts to ask again, the next run's reading is that look, with those that list nothing asked twice.
func (w *worker) lookEverywhere(ctx context.Context, ms []*missing, accounts int) error {
	if accounts > wideLook {
		hold(slices.DeleteFunc(slices.Clone(ms), func(m *missing) bool { return m.Earlier && m.Waited == nextLook }),
			nextLook)
		if ms = undecided(ms); len(ms) == 0 {
			return nil
		}
	}
	var others []string
	err := w.s.DB.Read(ctx).Raw(`SELECT a.external_id FROM sync_plan_accounts a LEFT JOIN provider_accounts o
		ON o.id = a.account_id WHERE a.run_id = ? AND a.complete AND (? OR cardinality(a.external_ids) = 0)
		ORDER BY o.first_seen_at DESC, a.external_id COLLATE "C" LIMIT ?`, w.run.ID, accounts <= wideLook,
		wideLook).Scan(&others).Error
	if err != nil {
		return fmt.Errorf("find where to look again: %w", err)
	}
	own := map[string]bool{}
	for _, m := range ms {
		own[m.Account] = true
	}
	if len(own) == 1 { // asked a moment ago
		others = slices.DeleteFunc(others, func(account string) bool { return own[account] })
	}
	return w.lookAt(ctx, others, ms)
}

// lookAt asks accounts again for what is missed.
func (w *worker) lookAt(ctx context.Context, accounts []string, ms []*missing) error {
	for _, account := range accounts {
		l, err := w.look(ctx, account)
		if err != nil {
			return err
		}
		if !l.whole {
			hold(ms, "A customer's list could not be read a second time.")
		}
	}
	return nil
}

// seenElsewhere lets wait what any list of the run had, at whichever look: it moved while the lists were read, or while
// the one that it moved to was not to be believed.
func (w *worker) seenElsewhere(ctx context.Context, open []*missing) error {
	ids := make(postgres.Texts, len(open))
	for i, m := range open {
		ids[i] = m.ExternalID
	}
	var seen []struct{ ID, Account string }
	err := w.s.DB.Read(ctx).Raw(`SELECT id, min(account COLLATE "C") AS account FROM (SELECT unnest(external_ids) AS id,
			external_id AS account FROM sync_plan_accounts WHERE run_id = ?) l
		WHERE id = ANY (?::text[]) GROUP BY id`, w.run.ID, ids).Scan(&seen).Error
	if err != nil {
		return fmt.Errorf("find what other lists had: %w", err)
	}
	for _, s := range seen {
		hold(slices.DeleteFunc(slices.Clone(open), func(m *missing) bool { return m.ExternalID != s.ID }),
			"It moved to "+s.Account+" while the lists were read; the next run takes it there.")
	}
	return nil
}

// waitForEmpty lets what is missed elsewhere wait while a list that is suddenly empty is not believed yet: it may have
// moved there. That is settled within a run. So much that a person must be asked does not wait.
func (w *worker) waitForEmpty(ctx context.Context, open, all []*missing) error {
	i := slices.IndexFunc(all, func(m *missing) bool { return m.empty })
	if i < 0 {
		return nil
	}
	there, err := w.there(ctx)
	if err != nil {
		return err
	}
	if over, _, err := w.tooMany(ctx, len(open), there); err != nil || over {
		return err
	}
	hold(open, "The list of customer "+all[i].AccountName+" is suddenly empty, and it may have moved there; it is "+
		"decided when that list is believed.")
	return nil
}

func hold(ms []*missing, why string) {
	for _, m := range ms {
		if m.waits == "" {
			m.waits = why
		}
	}
}

// waitForUnread lets an id that may be with a customer that could not be read wait one run, no longer. Customers that
// a person has marked as not readable, and gone ones, take no safety from the others.
func (w *worker) waitForUnread(ctx context.Context, ms []*missing) error {
	var unread int
	err := w.s.DB.Read(ctx).Raw(`SELECT count(*) FROM sync_plan_accounts a
		LEFT JOIN provider_accounts o ON o.id = a.account_id
		WHERE a.run_id = ? AND NOT a.complete AND o.provider_status <> 'gone'
		AND NOT EXISTS (SELECT FROM unreadable_accounts u WHERE u.account_id = a.account_id)`,
		w.run.ID).Scan(&unread).Error
	if err != nil || unread == 0 {
		return err
	}
	for _, m := range ms {
		if !m.Earlier {
			m.waits = fmt.Sprintf("%d customers could not be read, and it may have moved there; the next run decides.",
				unread)
		}
	}
	return nil
}

// waitForUnlisted reads the customer list once more: what vanished may be with a customer that is not stored yet.
func (w *worker) waitForUnlisted(ctx context.Context, ms []*missing) error {
	if !w.conn.Capabilities().Accounts {
		return nil
	}
	got, err := w.conn.Accounts(ctx)
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if err != nil || !got.Complete {
		for _, m := range ms {
			if !m.Earlier {
				m.waits = "The customer list could not be read, and it may be with a new customer; " +
					"the next run decides."
			}
		}
		return nil
	}
	listed := make(postgres.Texts, len(got.Accounts))
	for i, a := range got.Accounts {
		listed[i] = a.ExternalID
	}
	var fresh []string
	err = w.s.DB.Read(ctx).Raw(`SELECT l.id FROM unnest(?::text[]) AS l (id) WHERE l.id NOT IN
		(SELECT external_id FROM provider_accounts WHERE provider_id = ?) ORDER BY 1`, listed,
		w.provider.ID).Scan(&fresh).Error
	if err != nil || len(fresh) == 0 {
		return err
	}
	const named = 3
	hold(ms, fmt.Sprintf("The distributor lists %d customers that are not read yet (%s); sync the accounts first.",
		len(fresh), strings.Join(fresh[:min(named, len(fresh))], ", ")))
	return nil
}

// keepMissing writes it all into the plan.
func (w *worker) keepMissing(ctx context.Context, ms []*missing) error {
	today := clock.Today(w.s.Clock, w.s.Zone)
	return w.lease.InTx(ctx, func(tx *gorm.DB) error {
		for _, m := range ms {
			state := RowPlanned
			if m.waits != "" {
				state = RowWaits
			}
			if err := w.keepRow(tx, m.Account, m.AccountName, m.row(today), state, m.waits); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m missing) row(today clock.Date) guard.Row {
	r := guard.Row{ExternalID: m.ExternalID, SubjectID: uuid.NullUUID{UUID: m.ID, Valid: true}, Name: m.Name,
		Kinds: []guard.Kind{guard.Gone}, SeatsBefore: m.BillableQuantity, CurrencyBefore: m.CostCurrency,
		CurrencyAfter: m.CostCurrency, Since: m.Since}
	if r.Since.IsZero() {
		r.Since = today
	}
	r.Words = "not seen since " + r.Since.String()
	if month, ok := money.PerMonth(m.UnitCost.Decimal, m.CostPeriod); ok && m.UnitCost.Valid {
		r.MonthBefore = decimal.NewNullDecimal(month.Mul(decimal.NewFromInt(int64(m.BillableQuantity))).Round(6))
	}
	return r
}
