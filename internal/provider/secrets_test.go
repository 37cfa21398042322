package provider_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/provider"
	"seatledger/internal/secret"
)

// blank is the form of a standing provider as a person leaves it who changes no secret.
func blank(change func(*provider.Input)) provider.Input {
	return with(with(good(), func(in *provider.Input) { in.Password, in.ApplicationSecret = "", "" }), change)
}

// sent tells which secrets a connector would be opened with now, and why none.
func (r *room) sent(id uuid.UUID) ([2]string, error) {
	r.Helper()
	r.stub.asked = distributor.Credentials{}
	_, err := r.Connect(r.Context(), r.get(id))
	return [2]string{r.stub.asked.Password.Reveal(), r.stub.asked.ApplicationSecret.Reveal()}, err
}

var given = [2]string{"pass-phrase-1", "app-secret-1"}

func TestAChangedServerAsksForItsSecretsAgain(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*provider.Input){
		"another token host": func(in *provider.Input) { in.TokenURL = "https://tokens.example/oauth2/v1/token" },
		"another API host":   func(in *provider.Input) { in.URL = "https://api.ca.tdsynnex.com/" },
		"the API alone": func(in *provider.Input) {
			in.URL, in.TokenURL = "https://api.example/", "https://sso.us.tdsynnex.com/oauth2/v1/token"
		},
		"another port":             func(in *provider.Input) { in.URL = "https://api.us.tdsynnex.com:8443/" },
		"another port for tokens":  func(in *provider.Input) { in.TokenURL = "https://sso.us.tdsynnex.com:444/token" },
		"a name that begins alike": func(in *provider.Input) { in.TokenURL = "https://sso.us.tdsynnex.com.example/x" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoom(t)
			p := r.create(good())
			f := r.fields(r.Update(t.Context(), r.by, p.ID, 1, blank(change)))
			for _, field := range []string{provider.Password, provider.ApplicationSecret} {
				if !strings.Contains(f[field],
					"was given for https://sso.us.tdsynnex.com (API at https://api.us.tdsynnex.com)") ||
					!strings.Contains(f[field], "Type it again") {
					t.Errorf("%s: %q", field, f[field])
				}
			}
			if got, err := r.sent(p.ID); err != nil || got != given || r.get(p.ID).Version != 1 {
				t.Errorf("after the refusal: %v %v", got, err)
			}
			typed := blank(func(in *provider.Input) {
				change(in)
				in.ApplicationSecret,
					in.PasswordClear = "for the new one", true
			})
			if err := r.Update(t.Context(), r.by, p.ID, 1, typed); err != nil {
				t.Fatalf("%v %v", err, errs.FieldsOf(err))
			}
			if got, err := r.sent(p.ID); err != nil || got != [2]string{"", "for the new one"} {
				t.Errorf("typed again: %v %v", got, err)
			}
			// Back to the first one: what was typed for the second does not go there either.
			back := r.fields(r.Update(t.Context(), r.by, p.ID, 2, blank(func(*provider.Input) {})))
			if back[provider.ApplicationSecret] == "" || back[provider.Password] != "" {
				t.Errorf("back again: %v", back)
			}
		})
	}
}

func TestAnotherSpellingOfTheSameServerAsksNothing(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	for i, c := range []func(*provider.Input){
		func(in *provider.Input) { in.URL = "https://API.US.TDSynnex.com" },
		func(in *provider.Input) { in.URL = "https://api.us.tdsynnex.com.:443/" },
		func(in *provider.Input) { in.URL = "https://api.us.tdsynnex.com:0443/v1" },
		func(in *provider.Input) { in.TokenURL = "https://SSO.us.tdsynnex.com.:443/oauth2/v2/token" },
		func(in *provider.Input) { in.TokenURL = "" },
	} {
		if err := r.Update(t.Context(), r.by, p.ID, i+1, blank(c)); err != nil {
			t.Fatalf("%d: %v %v", i, err, errs.FieldsOf(err))
		}
		if got, err := r.sent(p.ID); err != nil || got != given {
			t.Errorf("%d: %v %v", i, got, err)
		}
	}
}

func TestASecretOpensForNoServerThatTheDatabaseWasTalkedInto(t *testing.T) {
	t.Parallel()
	const evil = "https://evil.example/oauth2/v1/token"
	r := newRoom(t)
	p := r.create(good())
	r.exec(`UPDATE providers SET token_url = ?`, evil)
	got, err := r.sent(p.ID)
	if distributor.KindOf(err) != distributor.NeedsCredentials || got != [2]string{} ||
		!strings.Contains(distributor.AsError(err).Message, "is not sent to https://evil.example") {
		t.Errorf("an address changed in the database: %v %v", got, err)
	}
	check, err := r.Verify(t.Context(), r.by, p.ID)
	if err != nil || check.Result() != distributor.Failed || check.Layers[0].Name != distributor.LayerToken ||
		r.get(p.ID).Connectivity() != provider.CheckFailed {
		t.Errorf("verify: %v %+v", err, check)
	}
	r.exec(`UPDATE provider_secrets SET sent_to = 'https://evil.example https://api.us.tdsynnex.com'`)
	if got, err := r.sent(p.ID); !errors.Is(err, secret.ErrDoesNotOpen) || got != [2]string{} {
		t.Errorf("and the secret's row with it: %v %v", got, err)
	}
	r.exec(`UPDATE providers SET url = 'https://evil.example/', token_url = ?`, evil)
	r.exec(`UPDATE provider_secrets SET sent_to = ''`)
	if got, err := r.sent(p.ID); err == nil || got != [2]string{} {
		t.Errorf("as if from before: %v %v", got, err)
	}
}

func TestASecretMeantForOneServerNeverMeetsTheAddressOfAnother(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	before := r.get(p.ID) // as a run has read it, just before an administrator saves
	typed := with(good(), func(in *provider.Input) {
		in.TokenURL, in.Password, in.ApplicationSecret = "https://tokens.example/t", "new-pass", "new-secret"
	})
	if err := r.Update(t.Context(), r.by, p.ID, 1, typed); err != nil {
		t.Fatal(err)
	}
	r.stub.asked = distributor.Credentials{}
	if _, err := r.Connect(t.Context(), before); distributor.KindOf(err) != distributor.NeedsCredentials ||
		r.stub.asked.ApplicationSecret != "" {
		t.Errorf("the old address with the new secret: %v", err)
	}
	// The other way round: the old secret's row is put back under the new address.
	old, err := r.Sealer.Seal(secret.ProviderSecret(p.ID, provider.ApplicationSecret,
		"https://sso.us.tdsynnex.com https://api.us.tdsynnex.com"), "app-secret-1")
	if err != nil {
		t.Fatal(err)
	}
	r.exec(`UPDATE provider_secrets SET set_at = now(), sealed = ? WHERE name = 'application_secret'`, old)
	if got, err := r.sent(p.ID); err == nil || got != [2]string{} {
		t.Errorf("an older row restored: %v %v", got, err)
	}
}

func TestTwoAdministratorsAtOnceLeaveOneAddressWithItsOwnSecret(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	var wg sync.WaitGroup
	for _, who := range []string{"one", "two"} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			in := with(good(), func(in *provider.Input) {
				in.TokenURL = "https://" + who + ".example/token"
				in.Password, in.ApplicationSecret = distributor.Secret("pass-"+who), distributor.Secret("secret-"+who)
			})
			err := r.Update(context.WithoutCancel(t.Context()), r.by, p.ID, 1, in)
			if err != nil && !errors.Is(err, provider.ErrStale) {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	got, err := r.sent(p.ID)
	who := strings.TrimSuffix(strings.TrimPrefix(r.get(p.ID).TokenURL, "https://"), ".example/token")
	if err != nil || got != [2]string{"pass-" + who, "secret-" + who} || r.stub.asked.TokenURL != r.get(p.ID).TokenURL {
		t.Errorf("%v %v at %s", got, err, r.stub.asked.TokenURL)
	}
}

func TestTheSealTurnsWithTheMasterKeyAndKeepsItsServer(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	if _, err := r.Sealer.Rotate(t.Context(), r.DB, r.clock, r.by); err != nil {
		t.Fatal(err)
	}
	if got, err := r.sent(p.ID); err != nil || got != given {
		t.Errorf("%v %v", got, err)
	}
	r.exec(`UPDATE providers SET token_url = 'https://evil.example/'`)
	if got, err := r.sent(p.ID); err == nil || got != [2]string{} {
		t.Errorf("%v %v", got, err)
	}
}

func TestTheFirstStartBindsWhatStandsAndNoLaterOne(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	// As a database from before: sealed for no server, and the key's proof with its older text.
	older := func() {
		for name, plain := range map[string]distributor.Secret{"password": "pass-phrase-1",
			"application_secret": "app-secret-1"} {
			sealed, err := r.Sealer.Seal(secret.ProviderSecret(p.ID, name, ""), plain)
			if err != nil {
				t.Fatal(err)
			}
			r.exec(`UPDATE provider_secrets SET set_at = now(), sealed = ?, sent_to = '' WHERE name = ?`, sealed, name)
		}
	}
	older()
	proof, err := r.Sealer.Seal(secret.Place{Table: "master_key_check", Row: "1", Column: "sealed"},
		"seatledger master key")
	if err != nil {
		t.Fatal(err)
	}
	r.exec(`INSERT INTO master_key_check (made_at, sealed) VALUES (now(), ?)`, proof)
	if h, err := r.Sealer.Examine(t.Context(), r.DB); err != nil || !h.Good() {
		t.Errorf("before the first start the doctor opens every value: %v %+v", err, h)
	}
	if err := r.Sealer.BindOnce(t.Context(), r.DB, r.Secrets()); err != nil {
		t.Fatal(err)
	}
	if got, err := r.sent(p.ID); err != nil || got != given {
		t.Errorf("bound: %v %v", got, err)
	}
	if h, err := r.Sealer.Examine(t.Context(), r.DB); err != nil || !h.Good() {
		t.Errorf("and after it: %v %+v", err, h)
	}
	older() // a row out of an old backup, under an address that somebody has changed
	r.exec(`UPDATE providers SET token_url = 'https://evil.example/'`)
	if err := r.Sealer.BindOnce(t.Context(), r.DB, r.Secrets()); err != nil {
		t.Fatal(err)
	}
	if got, err := r.sent(p.ID); distributor.KindOf(err) != distributor.NeedsCredentials || got != [2]string{} {
		t.Errorf("an old row is bound again: %v %v", got, err)
	}
	if h, err := r.Sealer.Examine(t.Context(), r.DB); err != nil || len(h.Broken) != 2 {
		t.Errorf("the doctor: %v %+v", err, h)
	}
	// Load takes the proof in both texts.
	key := filepath.Join(t.TempDir(), "none.key")
	if _, err := secret.Load(t.Context(), r.DB, secret.Options{Path: key, Clock: r.clock}); !errors.Is(err,
		secret.ErrMissing) {
		t.Errorf("load: %v", err)
	}
}

func TestTheQuestionsAboutSecretsAndAccountsComeAtOnce(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	r.account(p.ID, "c1")
	f := r.fields(r.Update(t.Context(), r.by, p.ID, 1,
		blank(func(in *provider.Input) { in.URL = "https://api.ca.tdsynnex.com/" })))
	if f[provider.ApplicationSecret] == "" || f["confirm_identity"] == "" {
		t.Errorf("%v", f)
	}
}

func TestASecretThatTheOtherAPIDoesNotUseGoesWithTheChange(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.create(good())
	if err := r.Update(t.Context(), r.by, p.ID, 1, legacy()); err != nil {
		t.Fatal(errs.FieldsOf(err))
	}
	if got, err := r.sent(p.ID); err != nil || got != [2]string{"pass-phrase-1", ""} {
		t.Errorf("%v %v", got, err)
	}
}
