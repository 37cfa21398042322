package mapping_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/mapping"
	"seatledger/internal/match"
)

func (w *world) best(p, account uuid.UUID) mapping.Proposal {
	w.t.Helper()
	_, err := w.Refresh(w.t.Context(), p)
	w.must(err)
	all, err := mapping.Proposals(w.t.Context(), w.db.Read(w.t.Context()), ids(account))
	w.must(err)
	if len(all[account]) == 0 {
		return mapping.Proposal{}
	}
	return all[account][0]
}

func TestACRMAccountThatWasTakenIsNotOfferedAsFreeHoweverOldTheSuggestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	a, b := w.account(p, "1", facts{name: "Lakeside Clinic"}), w.account(p, "2", facts{name: "Quite different"})
	c := w.customer(facts{name: "Lakeside Clinic"})
	if best := w.best(p, a); best.CRMAccountID != c || !best.Free() {
		t.Fatalf("%+v", best)
	}
	w.must(w.Map(t.Context(), olga, mapping.Choice{AccountID: b, CRMAccountID: c}))
	// No refresh: the stored suggestion is old now.
	place, err := mapping.PlaceOf(t.Context(), w.db.Read(t.Context()), mapping.QueueFilter{}, a)
	w.must(err)
	if place.HolderID.UUID != b || place.Band != "unclear" {
		t.Errorf("%+v", place)
	}
	offers, err := mapping.Offers(t.Context(), w.db.Read(t.Context()), mapping.BatchFilter{ProviderID: p, Above: 0.5},
		mapping.QueueFilter{})
	w.must(err)
	if len(offers) != 0 {
		t.Errorf("offered: %+v", offers)
	}
}

func TestANoHoldsAgainstTheMachineAndLapsesWithTheData(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	a := w.account(p, "1", facts{name: "Harborview", tenant: tenant})
	c := w.customer(facts{name: "Harborview LLC", tenant: tenant})
	_, err := w.Refuse(t.Context(), olga, mapping.Choice{AccountID: a, CRMAccountID: c})
	w.must(err)
	if best := w.best(p, a); w.state(a) != "unmapped" || best.CRMAccountID == c {
		t.Fatalf("%s, suggested %+v", w.state(a), best)
	}
	w.exec(`UPDATE provider_accounts SET phone = '+1 503 555 0100', version = version + 1 WHERE id = ?`, a)
	w.best(p, a)
	if w.state(a) != "mapped Harborview LLC" {
		t.Errorf("after the data changed it is %s", w.state(a))
	}
}

func TestTheMachineMapsAllThatIsCertainOnlyWhereThatIsAllowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	a := w.account(p, "1", facts{name: "Harborview Dental Group"})
	w.exec(`UPDATE provider_accounts
		SET street = '12 Quay Street', city = 'Portland', postal_code = '97201', phone = '+1 503 555 0100'`)
	c := w.customer(facts{name: "Harborview Dental Group"})
	w.exec(`UPDATE crm_accounts SET street = '12 Quay Street', city = 'Portland', postal_code = '97201',
		phone = '+1 503 555 0100'`)
	if best := w.best(p, a); w.state(a) != "unmapped" || best.Band != match.Certain {
		t.Fatalf("by identity alone: %s, %+v", w.state(a), best)
	}
	w.exec(`INSERT INTO settings (name, value, updated_at, updated_by)
		VALUES ('general', '{"auto_map": true, "auto_map_scope": "certain"}', now(), 'Ada Example')`)
	w.best(p, a)
	if w.state(a) != "mapped Harborview Dental Group" {
		t.Fatal(w.state(a))
	}
	why := w.lines(`SELECT concat(actor, ' ', by_person, ' ', probability > 0.9, ' ', jsonb_array_length(evidence) > 2)
		FROM mapping_decisions`)[0]
	if why != audit.System.Name+" f t t" {
		t.Errorf("recorded: %s", why)
	}
	w.must(w.Undo(t.Context(), olga, mapping.Choice{AccountID: a}))
	w.best(p, a)
	if w.state(a) != "unmapped" {
		t.Errorf("mapped again against a person: %s, %v", w.state(a), c)
	}
}

func TestTheRunnerUpOfOneIsNotTakenFromAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North")
	branch := w.account(p, "1", facts{name: "Harborview Dental", domain: "harborview.example"})
	w.exec(`UPDATE provider_accounts SET city = 'Bend'`)
	main := w.account(p, "2", facts{name: "Harborview Dental", domain: "harborview.example"})
	w.exec(`UPDATE provider_accounts SET city = 'Portland', street = '12 Quay Street', phone = '+1 503 555 0100'
		WHERE id = ?`, main)
	c := w.customer(facts{name: "Harborview Dental", domain: "harborview.example"})
	w.exec(`UPDATE crm_accounts SET city = 'Portland', street = '12 Quay Street', phone = '+1 503 555 0100'`)
	if best := w.best(p, main); best.CRMAccountID != c || !best.Chosen {
		t.Errorf("the main one: %+v", best)
	}
	if best := w.best(p, branch); best.CRMAccountID == c &&
		(best.ClaimantID.UUID != main || best.Band != match.Unclear) {
		t.Errorf("the branch: %+v", best)
	}
}

// BenchmarkSuggestionsOfThreeThousandAccounts pairs them anew with as many CRM
// accounts and stores what it finds; reading the queue's first account is its own figure.
func BenchmarkSuggestionsOfThreeThousandAccounts(b *testing.B) {
	w := newWorld(b)
	p := w.provider("North")
	w.exec(`INSERT INTO provider_accounts (id, provider_id, external_id, name, domain, city, provider_status, state,
		first_seen_at, updated_at)
		SELECT gen_random_uuid(), ?, i::text, 'Company ' || md5(i::text), 'c' || md5(i::text) || '.example',
			'City ' || i % 300, 'active', 'unmapped', now(), now() FROM generate_series(1, 3000) i`, p)
	w.exec(`INSERT INTO crm_accounts (id, name, domain, city, source, created_at, updated_at)
		SELECT gen_random_uuid(), 'Company ' || md5(i::text) || ' LLC', 'c' || md5(i::text) || '.example',
			'City ' || i % 300, 'csv', now(), now() FROM generate_series(1, 3000) i`)
	w.exec(`INSERT INTO settings (name, value, updated_at, updated_by)
		VALUES ('general', '{"auto_map": false}', now(), 'Ada Example')`)
	var looking time.Duration
	for b.Loop() {
		_, err := w.Refresh(b.Context(), p)
		w.must(err)
		began := time.Now()
		place, err := mapping.PlaceOf(b.Context(), w.db.Read(b.Context()), mapping.QueueFilter{ProviderID: p}, uuid.Nil)
		w.must(err)
		if place.Total != 3000 {
			b.Fatalf("%d wait", place.Total)
		}
		looking += time.Since(began)
	}
	b.ReportMetric(float64(looking.Milliseconds())/float64(b.N), "queue-ms/op")
}
