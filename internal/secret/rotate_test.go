package secret

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/postgres"
	"seatledger/internal/testkit/pgtest"
)

const server = "https://api.one.example"

// vault is a database with providers whose secrets are sealed.
type vault struct {
	db        *pgtest.DB
	sealer    *Sealer
	providers []uuid.UUID
}

func newVault(t *testing.T, providers int) vault {
	t.Helper()
	v := vault{db: pgtest.New(t)}
	var err error
	v.sealer, err = Load(t.Context(), v.db.DB,
		Options{Path: filepath.Join(t.TempDir(), "master.key"), Create: true, Clock: newClock()})
	if err != nil {
		t.Fatal(err)
	}
	for i := range providers {
		id := uuid.New()
		v.exec(t, `INSERT INTO providers (id, name, connector, comprehensive_api, active, credentials_at, created_at,
			updated_at)
			VALUES (?, ?, 'manual', false, true, now(), now(), now())`, id, "Provider "+string(rune('A'+i)))
		for _, name := range []string{"password", "application_secret"} {
			v.exec(t, `INSERT INTO provider_secrets (provider_id, name, sealed, sent_to, set_at, set_by)
				VALUES (?, ?, ?, ?, now(), 'Ada')`,
				id, name, seal(t, v.sealer, ProviderSecret(id, name, server),
					distributor.Secret(sentinel+name)), server)
		}
		v.providers = append(v.providers, id)
	}
	return v
}

// withEveryKind seals one value of each other kind beside the providers': of a CRM source, the mail server, the
// identity
// provider, the trail's signing and an authenticator app.
func (v vault) withEveryKind(t *testing.T) vault {
	t.Helper()
	source, user, signer, app := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	v.exec(t, `INSERT INTO crm_sources (id, name, url, tenant, client_id, token_url, page_size, nightly, active,
		credentials_at, created_at, updated_at) VALUES (?, 'CRM', 'https://crm.example', 't', 'c',
		'https://login.example', 100, false, true, now(), now(), now())`, source)
	v.exec(t, `INSERT INTO users (id, name, email, role, password_hash, active, version, created_at, updated_at)
		VALUES (?, 'Ada', 'ada@reseller.example', 'admin', '', true, 1, now(), now())`, user)
	sealed := func(p Place) []byte { return seal(t, v.sealer, p, distributor.Secret(sentinel+p.Table)) }
	v.exec(t, `INSERT INTO crm_source_secrets (source_id, name, sealed, sent_to, set_at, set_by)
		VALUES (?, 'client_secret', ?, ?, now(), 'Ada')`, source, sealed(SourceSecret(source, "client_secret",
		server)),
		server)
	v.exec(t, `INSERT INTO mail_secrets (name, sealed, sent_to, set_at, set_by)
		VALUES ('password', ?, 'mail.example', now(), 'Ada')`, sealed(MailSecret("mail.example")))
	v.exec(t, `INSERT INTO sso_secrets (name, sealed, sent_to, set_at, set_by)
		VALUES ('client_secret', ?, 'login.example', now(), 'Ada')`, sealed(SSOSecret("login.example")))
	v.exec(t, `INSERT INTO audit_signers (id, public_key, sealed, sent_to, made_at) VALUES (?, 'key', ?, ?, now())`,
		signer, sealed(SignerSecret(signer)), SignerFor)
	v.exec(t, `INSERT INTO totp_factors (id, user_id, sealed, sent_to, made_at, confirmed_at)
		VALUES (?, ?, ?, ?, now(), now())`, app, user, sealed(FactorSecret(app)), FactorFor)
	values, err := all(t.Context(), v.db.DB)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, x := range values {
		kinds[x.Kind] = true
	}
	if len(kinds) != 7 {
		t.Fatalf("kinds %v: a new kind of secret is to be sealed here too", kinds)
	}
	return v
}

func (v vault) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if err := v.db.Read(t.Context()).Exec(sql, args...).Error; err != nil {
		t.Fatal(err)
	}
}

func (v vault) allOpen(t *testing.T, s *Sealer) {
	t.Helper()
	h, err := s.Examine(t.Context(), v.db.DB)
	if err != nil || !h.Good() {
		t.Errorf("health %+v, %v", h, err)
	}
}

func onOldKeys(h Health) (n int) {
	for _, k := range h.Keys {
		if !k.Primary {
			n += k.Values
		}
	}
	return n
}

func TestRotationSealsEverythingAgain(t *testing.T) {
	t.Parallel()
	v := newVault(t, 3)
	old := v.sealer.PrimaryID()
	r, err := v.sealer.Rotate(t.Context(), v.db.DB, newClock(), audit.System)
	if err != nil || r.Resealed != 7 || r.Primary == old || r.Resumed {
		t.Fatalf("rotation %+v, %v; want 6 secrets and the check value under a new key", r, err)
	}
	h, err := v.sealer.Examine(t.Context(), v.db.DB)
	if err != nil || !h.Good() || onOldKeys(h) != 0 || len(h.Keys) != 2 {
		t.Errorf("health %+v, %v", h, err)
	}
	n, err := v.sealer.Prune(t.Context(), v.db.DB, "")
	if err != nil || n != 1 {
		t.Errorf("pruned %d, %v", n, err)
	}
	again, err := Load(t.Context(), v.db.DB, Options{Path: v.sealer.from.Path, Clock: newClock()})
	if err != nil {
		t.Fatal(err)
	}
	v.allOpen(t, again)
}

func TestAnInterruptedRotationIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	v := newVault(t, 3)
	if err := v.sealer.addPrimary(); err != nil { // killed right behind this
		t.Fatal(err)
	}
	other, err := Load(t.Context(), v.db.DB, Options{Path: v.sealer.from.Path, Clock: newClock()})
	if err != nil {
		t.Fatal(err)
	}
	v.allOpen(t, other)
	values, _ := all(t.Context(), v.db.DB)
	if err := other.resealOne(t.Context(), v.db.DB, values[2]); err != nil { // and again behind this
		t.Fatal(err)
	}
	v.allOpen(t, other)
	r, err := other.Rotate(t.Context(), v.db.DB, newClock(), audit.System)
	if err != nil || !r.Resumed || len(other.IDs()) != 2 {
		t.Errorf("rotation %+v with keys %v, %v", r, other.IDs(), err)
	}
	h, _ := other.Examine(t.Context(), v.db.DB)
	if !h.Good() || onOldKeys(h) != 0 {
		t.Errorf("health %+v", h)
	}
}

func TestAProcessThatRunsSealsWithTheNewKeyAtOnce(t *testing.T) {
	t.Parallel()
	v := newVault(t, 1)
	running, err := OpenFile(v.sealer.from.Path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := v.sealer.Rotate(t.Context(), v.db.DB, newClock(), audit.System)
	if err != nil {
		t.Fatal(err)
	}
	if id, _ := KeyID(seal(t, running, ProviderSecret(v.providers[0], "password", server),
		"typed later")); id != r.Primary {
		t.Errorf("sealed with key %d, want %d", id, r.Primary)
	}
}

func TestReadersAndWritersGoOnDuringARotation(t *testing.T) {
	t.Parallel()
	v := newVault(t, 2).withEveryKind(t)
	running, err := OpenFile(v.sealer.from.Path) // another process with the old keys in memory
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			values, err := all(t.Context(), v.db.DB)
			if err != nil {
				t.Error(err)
				return
			}
			for _, x := range values {
				if _, err := running.Open(x.place(), x.Sealed); err != nil {
					t.Errorf("a reader met %v", err)
				}
			}
		}
	})
	wg.Go(func() {
		at := ProviderSecret(v.providers[0], "password", server)
		for ctx.Err() == nil {
			sealed, err := running.Seal(at, "typed just now")
			if err != nil {
				t.Error(err)
				return
			}
			v.exec(t, `UPDATE provider_secrets SET sealed = ? WHERE provider_id = ? AND name = 'password'`, sealed,
				v.providers[0])
		}
	})
	for range 3 {
		if _, err := v.sealer.Rotate(t.Context(), v.db.DB, newClock(), audit.System); err != nil {
			t.Error(err)
		}
	}
	stop()
	wg.Wait()
	h, err := v.sealer.Examine(t.Context(), v.db.DB)
	if err != nil || !h.Good() {
		t.Errorf("health %+v, %v", h, err)
	}
	// A writer may have sealed before the last key came and stored after its last pass: the next rotation takes that
	// in.
	if _, err := v.sealer.Rotate(t.Context(), v.db.DB, newClock(), audit.System); err != nil {
		t.Error(err)
	}
	if h, err := v.sealer.Examine(t.Context(), v.db.DB); err != nil || !h.Good() || onOldKeys(h) != 0 {
		t.Errorf("health once nobody writes: %+v, %v", h, err)
	}
}

func TestASecretMovedInTheDatabaseIsFoundByTheDoctor(t *testing.T) {
	t.Parallel()
	v := newVault(t, 2)
	v.exec(t, `UPDATE provider_secrets
		SET sealed = (SELECT sealed FROM provider_secrets WHERE provider_id = ? AND name = 'password')
		WHERE provider_id = ? AND name = 'password'`, v.providers[0], v.providers[1])
	out, err := v.keys(t, "doctor")
	if err == nil || !strings.Contains(out, "does not open: provider_secrets "+v.providers[1].String()+" password") ||
		strings.Contains(out, sentinel) {
		t.Errorf("doctor said %q, %v", out, err)
	}
	if _, err := v.keys(t, "rotate"); err == nil {
		t.Error("a rotation over a broken value must refuse")
	}
}

func (v vault) keys(t *testing.T, args ...string) (string, error) {
	t.Helper()
	return v.keysOf(t, v.sealer.from, args...)
}

func (v vault) keysOf(t *testing.T, from Source, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := RunKeys(t.Context(), args, Tool{
		Key: from, Clock: newClock(), Out: &out,
		OpenDB: func(context.Context) (*postgres.DB, func(), error) { return v.db.DB, func() {}, nil },
	})
	return out.String(), err
}

func TestTheKeysVerb(t *testing.T) {
	t.Parallel()
	v := newVault(t, 1)
	for _, step := range []struct{ verb, want string }{
		{"doctor", "(primary): 3 values"}, {"rotate", "3 values sealed again"}, {"prune", "Removed 1 keys"},
		{"doctor", "Every stored value opens."},
	} {
		out, err := v.keys(t, step.verb)
		if err != nil || !strings.Contains(out, step.want) {
			t.Errorf("%s: %q, %v", step.verb, out, err)
		}
	}
	file := filepath.Join(t.TempDir(), "new.key")
	if _, err := v.keys(t, "new", file); err != nil {
		t.Error(err)
	}
	if _, err := v.keys(t, "new", file); err == nil {
		t.Error("a key was written over another")
	}
	if _, err := v.keys(t, "polish"); err == nil || !strings.HasPrefix(err.Error(), "usage:") {
		t.Errorf("an unknown command: %v", err)
	}
}
