package mapping_test

import (
	"strings"
	"testing"

	"seatledger/internal/mapping"
)

const tenant = "2b1f0e5c-7a41-4d0e-9a53-0c6a1d0e7f11"

func TestOnlyWhatIsCertainByIdentityIsMappedByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	byTenant := w.account(p, "1", facts{name: "Any name", tenant: strings.ToUpper(tenant)})
	w.customer(facts{name: "Tenant LLC", tenant: tenant})
	byDomain := w.account(p, "2", facts{name: "harborview.example", domain: "harborview.example"})
	w.customer(facts{name: "Harborview LLC", domain: "harborview.example"})
	twice := w.account(p, "3", facts{name: "Redwood", domain: "redwood.example"})
	w.customer(facts{name: "Redwood East", domain: "redwood.example"})
	w.customer(facts{name: "Redwood West", domain: "redwood.example"})
	sameName := w.account(p, "4", facts{name: "Lakeside Clinic"})
	w.customer(facts{name: "Lakeside Clinic"})

	n, err := w.Refresh(t.Context(), p)
	w.must(err)
	if n != 2 || w.state(byTenant) != "mapped Tenant LLC" || w.state(byDomain) != "mapped Harborview LLC" {
		t.Errorf("%d mapped: %s, %s", n, w.state(byTenant), w.state(byDomain))
	}
	if w.state(twice) != "unmapped" || w.state(sameName) != "unmapped" {
		t.Errorf("the ambiguous one is %s, the one of the same name %s", w.state(twice), w.state(sameName))
	}
	if by := w.lines(`SELECT decided_by || ': ' || decided_why FROM provider_accounts WHERE id = ?`,
		byTenant)[0]; by != "Seatledger: same tenant id" {
		t.Errorf("decided %s", by)
	}
	all, err := mapping.Proposals(t.Context(), w.db.Read(t.Context()), ids(twice, sameName, byTenant))
	w.must(err)
	if len(all[twice]) != 2 || len(all[byTenant]) != 0 || len(all[sameName]) == 0 ||
		len(all[sameName][0].Evidence) == 0 {
		t.Errorf("suggestions: %+v", all)
	}
}

func TestNothingIsMappedByItselfAgainstAPersonsDecision(t *testing.T) {
	t.Parallel()
	for what, decide := range map[string]func(w *world, c mapping.Choice) error{
		"unmapped": func(w *world, c mapping.Choice) error {
			w.must(w.Map(w.t.Context(), olga, c))
			return w.Unmap(w.t.Context(), olga, c)
		},
		"undone": func(w *world, c mapping.Choice) error {
			_, err := w.Refresh(w.t.Context(), w.providers()[0])
			w.must(err)
			return w.Undo(w.t.Context(), olga, c)
		},
		"excluded": func(w *world, c mapping.Choice) error {
			c.Reason = "a test tenant"
			return w.Exclude(w.t.Context(), olga, c)
		},
		"mapped elsewhere": func(w *world, c mapping.Choice) error {
			c.CRMAccountID = w.customer(facts{name: "Elsewhere"})
			return w.Map(w.t.Context(), olga, c)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.provider("North")
			a := w.account(p, "1", facts{name: "Harborview", tenant: tenant})
			c := mapping.Choice{AccountID: a, CRMAccountID: w.customer(facts{name: "Harborview LLC", tenant: tenant})}
			w.must(decide(w, c))
			before := w.state(a)
			n, err := w.Refresh(t.Context(), p)
			w.must(err)
			if got := w.state(a); n != 0 || got != before {
				t.Errorf("%d mapped by itself: %s, before %s", n, got, before)
			}
		})
	}
}

func TestACRMAccountThatSomebodyHasIsNotTakenByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	customer := w.customer(facts{name: "Harborview LLC", tenant: tenant})
	holder := w.account(p, "1", facts{name: "Old name", tenant: tenant})
	w.must(w.Map(t.Context(), olga, mapping.Choice{AccountID: holder, CRMAccountID: customer}))
	w.gone(holder)
	heir := w.account(p, "2", facts{name: "New name", tenant: tenant})
	n, err := w.Refresh(t.Context(), p)
	w.must(err)
	if n != 0 || w.state(heir) != "unmapped" || w.state(holder) != "mapped Harborview LLC" {
		t.Errorf("%d mapped; heir %s, holder %s", n, w.state(heir), w.state(holder))
	}
	all, err := mapping.Proposals(t.Context(), w.db.Read(t.Context()), ids(heir))
	w.must(err)
	if len(all[heir]) == 0 || all[heir][0].Holder.AccountID != holder || all[heir][0].Free() {
		t.Errorf("the suggestion does not name the holder: %+v", all[heir])
	}
}

func TestUnchangedSuggestionsAreNotWrittenAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	w.account(p, "1", facts{name: "Lakeside Clinic"})
	w.customer(facts{name: "Lakeside Clinic"})
	where := func() string {
		return strings.Join(w.lines(`SELECT ctid::text || xmin::text FROM mapping_suggestions
			ORDER BY account_id, rank`), " ")
	}
	_, err := w.Refresh(t.Context(), p)
	w.must(err)
	before := where()
	_, err = w.Refresh(t.Context(), p)
	w.must(err)
	if got := where(); got != before || got == "" {
		t.Errorf("rows %q, before %q", got, before)
	}
}

// TestAChangedBandUndoesNoDecision: rules change with a release; what people said stands. The pairs are such as the
// machine is certain of now, whatever it thought when a person decided.
func TestAChangedBandUndoesNoDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	facts1 := facts{name: "Harborview Dental", domain: "harborview.example"}
	elsewhere := w.customer(facts{name: "Somebody Else"})
	facts2 := facts{name: "Redwood Legal", domain: "redwood.example"}
	mapped, refused := w.account(p, "1", facts1), w.account(p, "2", facts2)
	w.customer(facts1)
	no := w.customer(facts2)
	w.must(w.Map(t.Context(), olga, mapping.Choice{AccountID: mapped, CRMAccountID: elsewhere}))
	_, err := w.Service.Refuse(t.Context(), olga, mapping.Choice{AccountID: refused, CRMAccountID: no})
	w.must(err)
	// As an older release left them: another band, another probability, other rules.
	w.must(w.db.Read(t.Context()).Exec(`UPDATE mapping_suggestions SET band = 'unclear', probability = 0.3`).Error)
	w.must(w.db.Read(t.Context()).Exec(`UPDATE mapping_refreshes SET computed = 'rules 1'`).Error)
	n, err := w.Refresh(t.Context(), p)
	w.must(err)
	if n != 0 || w.state(mapped) != "mapped Somebody Else" || w.state(refused) != "unmapped" {
		t.Errorf("%d mapped by itself; %s, %s", n, w.state(mapped), w.state(refused))
	}
	all, err := mapping.Proposals(t.Context(), w.db.Read(t.Context()), ids(refused))
	w.must(err)
	for _, c := range all[refused] {
		if c.CRMAccountID == no {
			t.Error("what a person said no to is offered again")
		}
	}
}
