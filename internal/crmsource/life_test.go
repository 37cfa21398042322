package crmsource_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/crm/dataverse"
	"seatledger/internal/crm/dataverse/standin"
	"seatledger/internal/crmsource"
	"seatledger/internal/errs"
	"seatledger/internal/runs"
	"seatledger/internal/secret"
)

// state reads how a run stands.
func (w *world) state(id uuid.UUID) crmsource.Run {
	w.Helper()
	r, err := crmsource.GetRun(w.Context(), w.DB.Read(w.Context()), w.source.ID, id)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func (w *world) request() crmsource.Run {
	w.Helper()
	r, _, err := w.Request(w.Context(), ada, crmsource.Request{Source: w.source.ID, Trigger: crmsource.ByPerson})
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func TestARunThatWasKilledBeginsAgainAndLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(7)
	w.read()
	w.org.PutAccount(id(1), map[string]any{"address1_city": "Bath"})
	w.org.DeleteAccount(id(2))
	r := w.request()
	// Killed after the accounts were written and before the run's end was: what a kill -9
	// leaves is a running run, the old delta link, and nobody at work.
	killed, kill := context.WithCancel(t.Context())
	broken := *w.Service
	broken.CRM.Touched = func(*gorm.DB) error { kill(); return nil }
	_ = broken.Execute(killed, r.ID)
	if err := w.DB.Read(t.Context()).
		Exec(`UPDATE crm_source_runs SET state = 'running', finished_at = NULL, held_until = now() + interval '1 hour'
			WHERE id = ?`, r.ID).Error; err != nil {
		t.Fatal(err)
	}
	if err := w.Execute(t.Context(), r.ID); !errors.Is(err, runs.ErrBusy) || w.state(r.ID).State != crmsource.Running {
		t.Fatalf("somebody worked at a run that is held: %v", err)
	}
	if err := w.TakeOver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.Watch(t.Context()); err != nil || w.state(r.ID).State != crmsource.Interrupted {
		t.Fatalf("%v %s", err, w.state(r.ID).State)
	}
	if err := w.Execute(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	w.ends(w.state(r.ID), crmsource.Succeeded)
	if w.customer(1).City != "Bath" ||
		w.text(`SELECT status FROM crm_source_records WHERE external_id = ?`, id(2)) != "gone" {
		t.Error("a change was lost")
	}
	if next := w.read(); next.Accounts != 0 {
		t.Errorf("the changes came again: %+v", next.Counts)
	}
}

func TestAnOldAttemptCannotCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(3)
	r := w.request()
	slow := *w.Service
	slow.Open = func(c dataverse.Config) (*dataverse.Client, error) {
		// Meanwhile another process takes the run over.
		err := w.DB.Read(t.Context()).Exec(`UPDATE crm_source_runs SET attempt = attempt + 1 WHERE id = ?`, r.ID).Error
		if err != nil {
			t.Error(err)
		}
		return w.Service.Open(c)
	}
	if err := slow.Execute(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.text(`SELECT count(*)::text FROM crm_accounts`); got != "0" ||
		w.state(r.ID).State != crmsource.Running {
		t.Errorf("%s accounts, %s", got, w.state(r.ID).State)
	}
}

func TestARunThatIsInterruptedThriceHasFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.request()
	for range 3 {
		if err := w.DB.Read(t.Context()).
			Exec(`UPDATE crm_source_runs SET state = 'running', attempt = attempt + 1, fruitless = fruitless + 1,
				held_until = 'epoch' WHERE id = ?`, r.ID).Error; err != nil {
			t.Fatal(err)
		}
		if err := w.Watch(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	w.ends(w.state(r.ID), crmsource.Failed, "Interrupted 3 times")
}

func TestTheNightReadsOnceAndOnlyWhatIsToBeRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	quiet := w.input()
	quiet.Name, quiet.Nightly = "On demand", false
	if _, err := w.Create(t.Context(), ada, quiet); err != nil {
		t.Fatal(err)
	}
	night := func() int {
		if err := w.Night(t.Context()); err != nil {
			t.Fatal(err)
		}
		return len(w.queued)
	}
	if n := night(); n != 0 {
		t.Errorf("%d runs by day", n)
	}
	w.clock.Set(time.Date(2026, 11, 23, 2, 0, 5, 0, time.UTC))
	if n := night() + night(); n != 2 || len(w.queued) != 1 {
		t.Errorf("%d runs in a night", len(w.queued))
	}
	r := w.state(w.queued[0])
	if r.Trigger != crmsource.ByNight || r.SourceID != w.source.ID {
		t.Errorf("%+v", r)
	}
	if err := w.Execute(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.SetActive(t.Context(), ada, w.source.ID, false); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(24 * time.Hour)
	if night(); len(w.queued) != 1 {
		t.Error("a deactivated source was read")
	}
}

func TestAFailedReadingKeepsWhatWasThereAndSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(3)
	w.read()
	w.org.PutAccount(id(1), map[string]any{"address1_city": "Bath"})
	w.org.Break(standin.Fault{Path: "/contacts", HTML: true, Status: 200})
	w.ends(w.read(), crmsource.Failed, "web page", "kept")
	if w.customer(1).City != "Leeds" {
		t.Error("half of a reading was applied")
	}
	w.ends(w.read(), crmsource.Succeeded)
	if w.customer(1).City != "Bath" {
		t.Error("the change was lost with the failed reading")
	}
	w.org.SetSecret("another")
	w.org.ExpireTokens()
	w.ends(w.read(), crmsource.Failed, "Microsoft Entra refused the sign-in", "not its Secret ID")
	if strings.Contains(w.log.String(), standin.Secret) ||
		strings.Contains(w.text(`SELECT message || advice FROM crm_source_runs`), standin.Secret) {
		t.Error("the secret was written down")
	}
}

func TestWithoutTheRightToContactsCustomersComeAndKeepTheirDomains(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(2)
	w.org.PutContact(contactID(1), id(1), "ann@customer01.example")
	w.read()
	w.org.Forbid("contacts", true)
	w.org.PutAccount(id(1), map[string]any{"address1_city": "Bath"})
	w.ends(w.read(), crmsource.Partial, "Contacts could not be read")
	if a := w.customer(1); a.City != "Bath" || a.EmailDomains != "customer01.example" {
		t.Errorf("%+v", a)
	}
	w.org.Forbid("contacts", false)
	w.org.PutContact(contactID(2), id(2), "bob@customer02.example")
	w.ends(w.read(), crmsource.Succeeded)
	if a := w.customer(2); a.EmailDomains != "customer02.example" {
		t.Errorf("%+v", a)
	}
}

func TestAnotherOrganisationIsComparedFirstAndAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(4)
	w.read()
	in := w.input()
	in.URL, in.TokenURL = strings.Replace(in.URL, "127.0.0.1", "localhost", 1),
		strings.Replace(in.TokenURL, "127.0.0.1", "localhost", 1)
	src, err := crmsource.Get(t.Context(), w.DB.Read(t.Context()), w.source.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Update(t.Context(), ada, crmsource.Edit{ID: src.ID, Version: src.Version, Input: in}); err != nil {
		t.Fatalf("%v %v", err, errs.FieldsOf(err))
	}
	w.org.Lose("accounts", id(1))
	r := w.read()
	w.ends(r, crmsource.Stopped, "organisation's URL was changed")
	w.ends(w.read(allowGone), crmsource.Succeeded)
	if src, _ = crmsource.Get(t.Context(), w.DB.Read(t.Context()), w.source.ID); src.CompareFirst {
		t.Error("it still compares")
	}
}

func TestAnEditMakesTheCheckStale(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(1)
	get := func() crmsource.Source {
		src, err := crmsource.Get(t.Context(), w.DB.Read(t.Context()), w.source.ID)
		if err != nil {
			t.Fatal(err)
		}
		return src
	}
	if c := get().Connectivity(); c != crmsource.Unverified {
		t.Errorf("%s", c)
	}
	if _, err := w.Verify(t.Context(), ada, w.source.ID); err != nil || get().Connectivity() != crmsource.Verified {
		t.Errorf("%v %s", err, get().Connectivity())
	}
	w.clock.Advance(time.Minute)
	in := w.input()
	in.Name, in.ClientSecret = "Renamed", ""
	save := func() {
		if err := w.Update(t.Context(), ada,
			crmsource.Edit{ID: w.source.ID, Version: get().Version, Input: in}); err != nil {
			t.Fatalf("%v %v", err, errs.FieldsOf(err))
		}
	}
	if save(); get().Connectivity() != crmsource.Verified {
		t.Error("a new name has nothing to do with the connection")
	}
	in.ClientSecret = standin.Secret
	if save(); get().Connectivity() != crmsource.Stale {
		t.Errorf("%s", get().Connectivity())
	}
}

func TestACheckOfSettingsThatWereEditedMeanwhileIsStaleFromTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	slow := *w.Service
	slow.Open = func(c dataverse.Config) (*dataverse.Client, error) {
		w.clock.Advance(time.Second)
		if err := w.Update(t.Context(), ada,
			crmsource.Edit{ID: w.source.ID, Version: 1, Input: w.input()}); err != nil {
			t.Error(err)
		}
		w.clock.Advance(-2 * time.Second)
		return w.Service.Open(c)
	}
	w.clock.Advance(time.Minute)
	if _, err := slow.Verify(t.Context(), ada, w.source.ID); err != nil {
		t.Fatal(err)
	}
	src, err := crmsource.Get(t.Context(), w.DB.Read(t.Context()), w.source.ID)
	if err != nil || src.Connectivity() != crmsource.Stale {
		t.Errorf("%v %s", err, src.Connectivity())
	}
}

func TestTheSecretIsSealedAndTurnsWithTheMasterKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(1)
	var sealed []byte
	if err := w.DB.Read(t.Context()).Raw(`SELECT sealed FROM crm_source_secrets`).Row().Scan(&sealed); err != nil ||
		strings.Contains(string(sealed), standin.Secret) {
		t.Fatalf("%v: the secret stands open", err)
	}
	before, _ := secret.KeyID(sealed)
	if _, err := w.Sealer.Rotate(t.Context(), w.DB, w.clock, ada); err != nil {
		t.Fatal(err)
	}
	if n, err := w.Sealer.Prune(t.Context(), w.DB, ""); err != nil || n == 0 {
		t.Errorf("%d %v", n, err)
	}
	if err := w.DB.Read(t.Context()).Raw(`SELECT sealed FROM crm_source_secrets`).Row().Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	if after, _ := secret.KeyID(sealed); after == before {
		t.Error("the secret is sealed with the old key")
	}
	w.ends(w.read(), crmsource.Succeeded)
}

func TestMappingIsToldOfWhatASourceBrought(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(2)
	told := 0
	w.CRM.Touched = func(*gorm.DB) error { told++; return nil }
	w.read()
	if told == 0 {
		t.Error("nobody was told")
	}
	told = 0
	if w.read(); told > 0 {
		t.Error("a reading without changes told of some")
	}
}

func TestManyCustomersAreReadInOneGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.input()
	in.PageSize, in.ClientSecret = "500", ""
	if err := w.Update(t.Context(), ada, crmsource.Edit{ID: w.source.ID, Version: 1, Input: in}); err != nil {
		t.Fatal(err)
	}
	w.customers(2500)
	for i := range 1500 {
		w.org.PutContact(contactID(i), id(i+1), "office@customer.example")
	}
	w.counts(w.read(), crmsource.Counts{Added: 2500})
	w.counts(w.read(whole), crmsource.Counts{Unchanged: 2500})
}

// Old readings go, as old syncs do; the last good one of a source stays however old it is.
func TestOldReadingsArePruned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customers(2)
	for range 3 {
		w.read()
		w.clock.Advance(time.Hour)
	}
	if n, err := w.Prune(t.Context()); err != nil || n != 0 {
		t.Errorf("%d were pruned at once, %v", n, err)
	}
	w.clock.Advance(10 * 365 * 24 * time.Hour)
	if n, err := w.Prune(t.Context()); err != nil || n != 2 {
		t.Errorf("%d were pruned, %v", n, err)
	}
	if left := w.text(`SELECT state FROM crm_source_runs`); left != "succeeded" {
		t.Errorf("left: %s", left)
	}
}
