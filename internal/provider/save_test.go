package provider_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/provider"
)

// opened are the secrets that the connector of a provider is opened with.
func (r *room) opened(id uuid.UUID) [2]string {
	r.Helper()
	if _, err := r.Connect(r.Context(), r.get(id)); err != nil {
		r.Fatal(err)
	}
	return [2]string{r.stub.asked.Password.Reveal(), r.stub.asked.ApplicationSecret.Reveal()}
}

func TestSecretsAreSealedAndNeverInTheTrail(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	err := r.Update(t.Context(), r.by, p.ID, p.Version,
		with(good(), func(in *provider.Input) { in.Password = "pass-phrase-2" }))
	if err != nil {
		t.Fatal(err)
	}
	var everything string
	err = r.DB.Read(t.Context()).Raw(`SELECT (SELECT string_agg(to_jsonb(p)::text, ' ')
		FROM providers p) || (SELECT string_agg(encode(s.sealed, 'escape'), ' ') FROM provider_secrets s)
		|| (SELECT string_agg(to_jsonb(a)::text, ' ') FROM audit_events a)`).Scan(&everything).Error
	if err != nil {
		t.Fatal(err)
	}
	for _, plain := range []string{"pass-phrase-1", "pass-phrase-2", "app-secret-1"} {
		if strings.Contains(everything, plain) {
			t.Errorf("%s stands in the database in the clear", plain)
		}
	}
	if !strings.Contains(everything, `"password": "set"`) {
		t.Error("the trail does not tell that the password was set")
	}
	if diff := cmp.Diff([2]string{"pass-phrase-2", "app-secret-1"}, r.opened(p.ID)); diff != "" {
		t.Error(diff)
	}
}

func TestABlankSecretKeepsAndOnlyClearRemoves(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	blank := with(good(), func(in *provider.Input) { in.Name, in.Password, in.ApplicationSecret = "Renamed", "", "" })
	if err := r.Update(t.Context(), r.by, p.ID, 1, blank); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([2]string{"pass-phrase-1", "app-secret-1"}, r.opened(p.ID)); diff != "" {
		t.Fatal(diff)
	}
	cleared := with(blank, func(in *provider.Input) { in.PasswordClear = true })
	if err := r.Update(t.Context(), r.by, p.ID, 2, cleared); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([2]string{"", "app-secret-1"}, r.opened(p.ID)); diff != "" {
		t.Error(diff)
	}
	needed := with(blank, func(in *provider.Input) { in.ApplicationSecretClear = true })
	if f := r.fields(r.Update(t.Context(), r.by, p.ID, 3, needed)); f["application_secret"] == "" {
		t.Errorf("the secret that the sign-in needs was removed: %v", f)
	}
}

func TestAStaleEditIsRefusedAndSavesNothing(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	first := with(good(), func(in *provider.Input) { in.Name = "First" })
	if err := r.Update(t.Context(), r.by, p.ID, 1, first); err != nil {
		t.Fatal(err)
	}
	second := with(good(), func(in *provider.Input) { in.Name, in.Password = "Second", "other" })
	if err := r.Update(t.Context(), r.by, p.ID, 1, second); !errors.Is(err, provider.ErrStale) ||
		errs.KindOf(err) != errs.Conflict {
		t.Errorf("got %v", err)
	}
	if got := r.get(p.ID); got.Name != "First" || r.opened(p.ID)[0] != "pass-phrase-1" {
		t.Errorf("the stale edit was saved: %s", got.Name)
	}
}

func TestAnEditThatChangesNothingWritesNothing(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	same := with(good(), func(in *provider.Input) { in.Password, in.ApplicationSecret = "", "" })
	if err := r.Update(t.Context(), r.by, p.ID, 1, same); err != nil {
		t.Fatal(err)
	}
	if got := r.get(p.ID); got.Version != 1 {
		t.Errorf("version %d", got.Version)
	}
}

func TestToggleAndInternalNameFreezeOnceThereAreAccounts(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	free, frozen := r.create(good()),
		r.create(with(good(), func(in *provider.Input) { in.Name, in.ResellerNumber = "Frozen", "100201" }))
	r.account(frozen.ID, "c1")
	off := with(legacy(), func(in *provider.Input) { in.InternalName = "Other.Provider" })
	if err := r.Update(t.Context(), r.by, free.ID, 1, off); err != nil {
		t.Errorf("without accounts the toggle is free: %v %v", err, errs.FieldsOf(err))
	}
	f := r.fields(r.Update(t.Context(), r.by, frozen.ID, 1, off))
	for _, field := range []string{"comprehensive_api", "internal_name"} {
		if !strings.Contains(f[field], "reate a new provider") {
			t.Errorf("%s says %q", field, f[field])
		}
	}
	// The database holds it also against code that forgot to ask.
	err := r.DB.Read(t.Context()).Exec(`UPDATE providers SET internal_name = 'x' WHERE id = ?`, frozen.ID).Error
	if err == nil {
		t.Error("the database let the internal name change")
	}
}

func TestAProviderIsNeverTurnedManualOrBack(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	api, hand := r.create(good()), r.create(provider.Input{Connector: distributor.Manual, Name: "By hand"})
	if f := r.fields(r.Update(t.Context(), r.by, api.ID, 1,
		provider.Input{Connector: distributor.Manual, Name: "X"})); f["connector"] == "" {
		t.Error(f)
	}
	if f := r.fields(r.Update(t.Context(), r.by, hand.ID, 1,
		with(good(), func(in *provider.Input) { in.Name = "Y" }))); f["connector"] == "" {
		t.Error(f)
	}
	if err := r.Update(t.Context(), r.by, hand.ID, 1, provider.Input{Name: "Still by hand"}); err != nil ||
		r.get(hand.ID).Name != "Still by hand" {
		t.Errorf("a manual provider cannot be renamed: %v", err)
	}
}

func TestAnotherHostOrResellerNumberAsksFirst(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	moved := with(good(), func(in *provider.Input) {
		in.URL, in.ResellerNumber = "https://api.ca.tdsynnex.com/",
			"100999"
	})
	if err := r.Update(t.Context(), r.by, p.ID, 1,
		with(good(), func(in *provider.Input) { in.ResellerNumber = "100300" })); err != nil {
		t.Fatalf("without accounts nothing is asked: %v", err)
	}
	r.account(p.ID, "c1")
	f := r.fields(r.Update(t.Context(), r.by, p.ID, 2, moved))
	for _, part := range []string{"api.us.tdsynnex.com", "api.ca.tdsynnex.com", "100300", "100999", "accounts (1)"} {
		if !strings.Contains(f["confirm_identity"], part) {
			t.Errorf("the question lacks %s: %s", part, f["confirm_identity"])
		}
	}
	if got := r.get(p.ID); got.ResellerNumber != "100300" || got.IdentityChangedAt != nil {
		t.Error("it was saved before anybody said yes")
	}
	if err := r.Update(t.Context(), r.by, p.ID, 2,
		with(moved, func(in *provider.Input) { in.ConfirmIdentity = true })); err != nil {
		t.Fatal(err)
	}
	got := r.get(p.ID)
	if got.Host != "api.ca.tdsynnex.com" || got.IdentityChangedAt == nil {
		t.Errorf("host %s, next listing compared first: %v", got.Host, got.IdentityChangedAt)
	}
	if err := provider.IdentityCompared(t.Context(), r.DB.Read(t.Context()), got); err != nil ||
		r.get(p.ID).IdentityChangedAt != nil {
		t.Error("an accepted listing does not settle it")
	}
}

func TestNamesAreUniqueInAnyCase(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.create(good())
	_, err := r.Create(t.Context(), r.by,
		with(good(), func(in *provider.Input) { in.Name, in.ResellerNumber = "NORTHWIND us", "1" }))
	if f := r.fields(err); f["name"] == "" {
		t.Error(f)
	}
}

func TestTwoActiveProvidersNeverReadTheSameCustomers(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	first := r.create(good())
	twin := with(good(), func(in *provider.Input) { in.Name, in.URL = "Twin", "https://API.us.tdsynnex.com./v2" })
	_, err := r.Create(t.Context(), r.by, twin)
	if f := r.fields(err); f["reseller_number"] == "" {
		t.Fatal(f)
	}
	if err := r.Deactivate(t.Context(), r.by, first.ID); err != nil {
		t.Fatal(err)
	}
	second := r.create(twin)
	err = r.Activate(t.Context(), r.by, first.ID)
	if errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err), "Deactivate that one first") {
		t.Errorf("activating the first beside %s: %v", second.Name, err)
	}
}

func TestDeactivatingKeepsByWhomAndActivatingClearsIt(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	for range 2 { // the second time changes nothing
		if err := r.Deactivate(t.Context(), r.by, p.ID); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.get(p.ID); got.Active || got.DeactivatedBy != "Ada Example" ||
		!got.DeactivatedAt.Equal(r.clock.Now()) || got.Version != 2 {
		t.Errorf("%+v", got)
	}
	if err := r.Activate(t.Context(), r.by, p.ID); err != nil {
		t.Fatal(err)
	}
	if got := r.get(p.ID); !got.Active || got.DeactivatedAt != nil || got.DeactivatedBy != "" {
		t.Errorf("%+v", got)
	}
	if err := r.Activate(t.Context(), r.by, uuid.New()); errs.KindOf(err) != errs.NotFound {
		t.Errorf("an unknown provider: %v", err)
	}
}

func TestACheckHoldsUntilACredentialIsEdited(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	if got := r.get(p.ID).Connectivity(); got != provider.Unverified {
		t.Fatalf("new: %s", got)
	}
	if _, err := r.Verify(t.Context(), r.by, p.ID); err != nil {
		t.Fatal(err)
	}
	if got := r.get(p.ID); got.Connectivity() != provider.Verified || got.CheckedBy != "Ada Example" ||
		len(got.Layers()) != 1 {
		t.Fatalf("checked: %s by %s", got.Connectivity(), got.CheckedBy)
	}
	version := 1
	save := func(change func(*provider.Input)) provider.Connectivity {
		r.clock.Advance(time.Minute)
		in := with(good(), func(in *provider.Input) { in.Password, in.ApplicationSecret = "", "" })
		if err := r.Update(t.Context(), r.by, p.ID, version, with(in, change)); err != nil {
			t.Fatal(err, errs.FieldsOf(err))
		}
		version++
		return r.get(p.ID).Connectivity()
	}
	if got := save(func(in *provider.Input) { in.Name = "Renamed" }); got != provider.Verified {
		t.Errorf("another name: %s", got)
	}
	if got := save(func(in *provider.Input) {
		in.Name, in.Password = "Renamed",
			"pass-phrase-3"
	}); got != provider.Stale {
		t.Errorf("another password: %s", got)
	}
}

func TestACheckOfCredentialsThatWereEditedMeanwhileIsStale(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	r.stub.during = func() {
		r.clock.Advance(time.Second)
		if err := r.Update(t.Context(), r.by, p.ID, 1,
			with(good(), func(in *provider.Input) { in.ApplicationSecret = "app-secret-2" })); err != nil {
			t.Error(err)
		}
	}
	if _, err := r.Verify(t.Context(), r.by, p.ID); err != nil {
		t.Fatal(err)
	}
	if got := r.get(p.ID).Connectivity(); got != provider.Stale {
		t.Errorf("it is %s", got)
	}
}

func TestAnEditCommittedDuringACheckMakesItStaleWhateverItsClockSaid(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	r.clock.Advance(time.Minute)
	// an edit that took its time before the check began, and committed after the check had read
	r.stub.during = func() {
		r.exec(`UPDATE providers SET credentials_at = ? WHERE id = ?`, r.clock.Now().Add(-time.Second), p.ID)
	}
	if _, err := r.Verify(t.Context(), r.by, p.ID); err != nil {
		t.Fatal(err)
	}
	if got := r.get(p.ID).Connectivity(); got != provider.Stale {
		t.Errorf("it is %s", got)
	}
}

func TestTheCheckOfANightIsPatientAndStoredAlike(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	if _, err := r.Verify(t.Context(), r.by, p.ID); err != nil || r.stub.how != distributor.Hurried {
		t.Fatalf("%v %v", err, r.stub.how)
	}
	if _, err := r.VerifyPatiently(t.Context(), audit.System, p.ID); err != nil || r.stub.how != distributor.Patient {
		t.Fatalf("%v %v", err, r.stub.how)
	}
	if got := r.get(p.ID); got.Connectivity() != provider.Verified || got.CheckedBy != audit.System.Name {
		t.Errorf("%s by %s", got.Connectivity(), got.CheckedBy)
	}
}
