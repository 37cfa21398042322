package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/errs"
	"seatledger/internal/mapping"
)

// inheritance is a gone account with its CRM account and a successor of the same tenant id.
func inheritance(w *world) (gone, heir uuid.UUID) {
	p := w.provider("North")
	customer := w.customer(facts{name: "Lakeside Clinic"})
	w.contract(customer, "Default", "14", true)
	gone = w.account(p, "1", facts{name: "Lakeside (old)", tenant: tenant})
	w.sync(p, gone, "S-old", 5)
	w.must(w.Map(w.t.Context(), olga, mapping.Choice{AccountID: gone, CRMAccountID: customer}))
	w.gone(gone)
	heir = w.account(p, "2", facts{name: "Lakeside", tenant: strings.ToUpper(tenant)})
	w.sync(p, heir, "S-new", 5)
	return gone, heir
}

func TestASuccessorTakesOverInOneStepAndTheUndoIsOneStepToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone, heir := inheritance(w)
	found, err := mapping.Heritages(t.Context(), w.db.Read(t.Context()), ids(gone, heir))
	w.must(err)
	if len(found) != 1 || found[heir].GoneID != gone {
		t.Fatalf("heritages %+v", found)
	}
	before := w.subs(gone)
	w.must(w.TakeOver(t.Context(), pete, mapping.Choice{AccountID: heir, FromID: gone}))
	if w.state(gone) != "unmapped" || w.state(heir) != "mapped Lakeside Clinic" {
		t.Errorf("gone %s, heir %s", w.state(gone), w.state(heir))
	}
	if got := w.subs(heir); !strings.HasPrefix(got, "S-new active Lakeside Clinic Default") {
		t.Errorf("the heir's: %s", got)
	}
	if got := w.subs(gone); !strings.HasPrefix(got, "S-old held unmapped") {
		t.Errorf("the gone one's: %s", got)
	}
	w.must(w.Undo(t.Context(), pete, mapping.Choice{AccountID: heir}))
	if w.state(gone) != "mapped Lakeside Clinic" || w.state(heir) != "unmapped" || w.subs(gone) != before {
		t.Errorf("undone: gone %s, heir %s\n%s\nwant\n%s", w.state(gone), w.state(heir), w.subs(gone), before)
	}
	if n := len(w.lines(`SELECT action FROM audit_events
		WHERE action IN ('account.mapped', 'account.unmapped', 'account.decision_undone')`)); n != 5 {
		t.Errorf("%d rows in the trail", n)
	}
}

func TestOnlyAGoneAccountOfTheSameTenantIsTakenOverFrom(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]string{
		"still listed": `UPDATE provider_accounts SET provider_status = 'active', gone_at = NULL
			WHERE external_id = '1'`,
		"another tenant": `UPDATE provider_accounts SET tenant_id = '7b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11'
			WHERE external_id = '1'`,
		"no tenant id": `UPDATE provider_accounts SET tenant_id = ''`,
		"released already": `UPDATE provider_accounts SET state = 'unmapped', crm_account_id = NULL
			WHERE external_id = '1'`,
		"the successor excluded": `UPDATE provider_accounts SET state = 'excluded', exclude_reason = 'a test'
			WHERE external_id = '2'`,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			gone, heir := inheritance(w)
			w.exec(spoil)
			before := w.state(gone) + w.state(heir)
			if err := w.TakeOver(t.Context(), pete,
				mapping.Choice{AccountID: heir, FromID: gone}); errs.KindOf(err) != errs.Conflict {
				t.Errorf("taken over: %v", err)
			}
			if got := w.state(gone) + w.state(heir); got != before {
				t.Errorf("now %s, before %s", got, before)
			}
		})
	}
}

func TestAnUndoOfATakeOverStopsWhereSomebodyHasDecidedSince(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone, heir := inheritance(w)
	w.must(w.TakeOver(t.Context(), pete, mapping.Choice{AccountID: heir, FromID: gone}))
	w.must(w.Exclude(t.Context(), olga, mapping.Choice{AccountID: gone, Reason: "closed"}))
	err := w.Undo(t.Context(), pete, mapping.Choice{AccountID: heir})
	if errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err), "Olga Example") {
		t.Errorf("undo: %v", err)
	}
	if w.state(heir) != "mapped Lakeside Clinic" || w.state(gone) != "excluded closed" {
		t.Errorf("heir %s, gone %s", w.state(heir), w.state(gone))
	}
}

func ids(all ...uuid.UUID) []uuid.UUID { return all }
