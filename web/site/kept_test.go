package site_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/testkit/kept"
	"seatledger/internal/testkit/webtest"
)

// Whatever people and syncs do, in whatever order: what lists keep equals what the records say.
func TestWhatListsKeepEqualsTheRecordsAfterAnyHistory(t *testing.T) {
	t.Parallel()
	w := lived(t)
	kept.Check(t.Context(), t, w.DB)
	seed := rand.Uint64()
	k := keeper{walk: w, dice: rand.New(rand.NewPCG(seed, 0)), done: map[string]int{}}
	for n := range 60 {
		name := k.step()
		if kept.Check(t.Context(), t, w.DB); t.Failed() {
			t.Fatalf("seed %d, step %d: %s", seed, n, name)
		}
	}
	t.Logf("seed %d, what went through: %v", seed, k.done)
}

// keeper does something at random through the front door, refused or not.
type keeper struct {
	*walk
	dice *rand.Rand
	done map[string]int
}

func (k *keeper) step() string {
	steps := []struct {
		name string
		do   func() *webtest.Page
	}{
		{"rename a customer", func() *webtest.Page { return k.rename("/crm-accounts") }},
		{"rename a contract", func() *webtest.Page { return k.rename("/contracts") }},
		{"a customer's domain", func() *webtest.Page {
			return k.edit("/crm-accounts", "website", fmt.Sprintf("https://site%d.example", k.dice.IntN(1000)))
		}},
		{"unmap", func() *webtest.Page { return k.post("/accounts", "/unmap", nil) }},
		{"map", func() *webtest.Page {
			return k.post("/accounts", "/map", url.Values{"crm_account_id": {k.one("/crm-accounts")["id"]}})
		}},
		{"exclude", func() *webtest.Page { return k.post("/accounts", "/exclude", url.Values{"reason": {"ours"}}) }},
		{"none of the candidates", func() *webtest.Page { return k.post("/mapping", "/none", nil) }},
		{"not this one", func() *webtest.Page {
			return k.post("/mapping", "/none", url.Values{"crm_account_id": {k.one("/crm-accounts")["id"]}})
		}},
		{"put aside", func() *webtest.Page { return k.post("/mapping", "/snooze", url.Values{"days": {"7"}}) }},
		{"suggest", func() *webtest.Page {
			_, err := k.App.Mapping.Refresh(k.t.Context(), uuid.MustParse(k.one("/providers")["id"]))
			k.must(err)
			return nil
		}},
		{"include", func() *webtest.Page { return k.post("/accounts", "/include", nil) }},
		{"contract", func() *webtest.Page {
			return k.post("/subscriptions", "/contract", url.Values{"contract_id": {k.one("/contracts")["id"]}})
		}},
		{"price", func() *webtest.Page {
			return k.post("/subscriptions", "/price", url.Values{"price_period": {"month"},
				"unit_price": {fmt.Sprint(1 + k.dice.IntN(90))}})
		}},
		{"sign", func() *webtest.Page {
			return k.admin.Post("/subscriptions/sign-off", url.Values{"id": {k.one("/subscriptions")["id"]}})
		}},
		{"draft", func() *webtest.Page {
			return k.post("/contracts", "/invoices", url.Values{"kind": {"change_log"},
				"period_end": {k.App.Clock.Now().AddDate(0, k.dice.IntN(3), 0).Format("2006-01-02")}})
		}},
		{"bill", func() *webtest.Page { return k.post("/invoices", "/bill", nil) }},
		{"pay", func() *webtest.Page { return k.post("/invoices", "/pay", nil) }},
		{"void", func() *webtest.Page { return k.post("/invoices", "/void", url.Values{"reason": {"wrong"}}) }},
		{"seats", k.seats},
		{"a company under another name", k.otherName},
		{"switch a contract off", func() *webtest.Page { return k.post("/contracts", "/deactivate", nil) }},
		{"add up", k.addUp},
	}
	s := steps[k.dice.IntN(len(steps))]
	if p := s.do(); p == nil || p.Status < http.StatusBadRequest {
		k.done[s.name]++
	}
	return s.name
}

// one is any record of a list.
func (k *keeper) one(list string) map[string]string {
	all := k.admin.Get(list + ".csv").Records()
	return all[k.dice.IntN(len(all))]
}

func (k *keeper) post(list, command string, v url.Values) *webtest.Page {
	if list == "/mapping" { // any account, whether it waits or not
		return k.admin.Post(list+"/"+k.one("/accounts")["id"]+command, v)
	}
	return k.admin.Post(list+"/"+k.one(list)["id"]+command, v)
}

func (k *keeper) rename(list string) *webtest.Page {
	return k.edit(list, "name", fmt.Sprintf("Ünder %d_%% name", k.dice.IntN(1000)))
}

func (k *keeper) edit(list, field, value string) *webtest.Page {
	path := list + "/" + k.one(list)["id"]
	return k.admin.Get(path+"/edit").FormTo(path).Set(field, value).Submit()
}

func (k *keeper) seats() *webtest.Page {
	far := k.Far.Subscriptions()
	s := far[k.dice.IntN(len(far))]
	k.must(k.Far.ChangeSubscription(s.ID, sandbox.SubscriptionChange{Quantity: new(1 + k.dice.IntN(9)), Quiet: true}))
	return k.read("/sync-subscriptions")
}

func (k *keeper) otherName() *webtest.Page {
	_, err := k.Far.AddCustomer(sandbox.NewCustomer{Company: sandbox.Company{Name: fmt.Sprint("New ",
		k.dice.IntN(99))}})
	k.must(err)
	return k.read("/sync-accounts")
}

// read syncs, whatever comes of it: a run that stops to ask is an end too.
func (k *keeper) read(command string) *webtest.Page {
	p := k.admin.Get(k.provider).FormTo(k.provider + command).Submit().Next()
	k.WaitRun(p)
	return p
}

func (k *keeper) addUp() *webtest.Page {
	for _, l := range k.App.Keepers() {
		k.must(l.AddUp(k.t.Context(), k.DB.DB))
	}
	return nil
}

// What comes in past the triggers, as by a restore of data alone, is found and made right, for everything kept.
func TestWhatIsKeptWronglyIsMended(t *testing.T) {
	t.Parallel()
	w := walked(t)
	w.bill()
	for _, sql := range []string{
		`UPDATE crm_accounts SET mapped_accounts = mapped_accounts + 3, active_contracts = 0`,
		`ALTER TABLE price_list_items DISABLE TRIGGER USER; UPDATE price_list_items SET days = '{}';
			ALTER TABLE price_list_items ENABLE TRIGGER USER`,
		`DELETE FROM audit_days`, `DELETE FROM subscription_counts`, `DELETE FROM account_counts`,
		`DELETE FROM subscription_finding_counts; INSERT INTO subscription_finding_counts
			SELECT gen_random_uuid(), '', '', '', '', '', false, NULL, '{margin}', 7`,
		`DELETE FROM subscription_tallies`, `DELETE FROM change_counts`, `DELETE FROM contract_counts`,
		`INSERT INTO mapping_waiting SELECT id, provider_id, 'none', NULL, NULL, '', false, false, NULL, 'open',
			'-infinity', name_key, name_key FROM provider_accounts WHERE state = 'mapped' LIMIT 1`,
		`DELETE FROM money_tallies`, `DELETE FROM subscription_names`,
		`DELETE FROM invoice_counts`, `DELETE FROM invoice_line_month_counts`, `DELETE FROM crm_account_counts`,
	} {
		if _, err := w.DB.Owner().Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	for name, l := range w.App.Keepers() {
		counts, rows, err := l.Mend(t.Context(), w.DB.DB)
		if err != nil || counts+rows == 0 {
			t.Errorf("%s: nothing was mended, %v", name, err)
		}
	}
	kept.Check(t.Context(), t, w.DB)
	for name, l := range w.App.Keepers() {
		if counts, rows, err := l.Mend(t.Context(), w.DB.DB); err != nil || counts+rows > 0 {
			t.Errorf("%s: mended again, %d and %d, %v", name, counts, rows, err)
		}
	}
}
