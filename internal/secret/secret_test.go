package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) {
	if database, file, ok := strings.Cut(os.Getenv(rotates), "\n"); ok {
		rotateAndExit(database, file)
	}
	pgtest.Main(m)
}

const sentinel = "sentinel-secret-7731"

func newClock() clock.Clock { return clock.NewFake(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)) }

func newSealer(t *testing.T) *Sealer {
	t.Helper()
	s, err := CreateFile(filepath.Join(t.TempDir(), "keys", "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func seal(t *testing.T, s *Sealer, at Place, plain distributor.Secret) []byte {
	t.Helper()
	b, err := s.Seal(at, plain)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestASealedValueOpensAtItsPlaceAlone(t *testing.T) {
	t.Parallel()
	s := newSealer(t)
	a, b := uuid.New(), uuid.New()
	places := []Place{
		ProviderSecret(a, "password", server), ProviderSecret(a, "application_secret", server),
		ProviderSecret(b, "password", server), ProviderSecret(b, "application_secret", server),
		ProviderSecret(a, "password", "https://api.two.example"), ProviderSecret(a, "password", ""),
		ProviderSecret(a, "password"+server, ""), SourceSecret(a, "password", server),
		{"provider_secrets", a.String() + "password", "", ""}, {"provider_secrets" + a.String(), "", "password", ""},
		{"other", a.String(), "password", ""},
	}
	for i, from := range places {
		sealed := seal(t, s, from, sentinel)
		for j, to := range places {
			plain, err := s.Open(to, sealed)
			if i == j && (err != nil || plain.Reveal() != sentinel) {
				t.Errorf("%v does not open at home: %v", from, err)
			}
			if i != j && (!errors.Is(err, ErrDoesNotOpen) || errs.KindOf(err) != errs.Conflict || plain != "") {
				t.Errorf("sealed for %v, opened at %v: %v", from, to, err)
			}
		}
	}
}

func TestOneFlippedBitIsRefused(t *testing.T) {
	t.Parallel()
	s := newSealer(t)
	at := ProviderSecret(uuid.New(), "password", server)
	sealed := seal(t, s, at, sentinel)
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := s.Open(at, bad); err == nil {
			t.Errorf("byte %d of %d may be changed", i, len(sealed))
		}
		if _, err := s.Open(at, sealed[:i]); err == nil {
			t.Errorf("the first %d bytes open", i)
		}
	}
}

func TestTwoSealingsOfOneSecretDiffer(t *testing.T) {
	t.Parallel()
	s := newSealer(t)
	at := ProviderSecret(uuid.New(), "password", server)
	seen := map[string]bool{}
	for range 20_000 {
		sealed := seal(t, s, at, "x")
		nonce := string(sealed[5 : 5+8+12]) // XAES-256-GCM: salt and nonce behind the prefix
		if seen[nonce] {
			t.Fatal("a nonce came twice")
		}
		seen[nonce] = true
	}
}

func TestTheKeyFileIsItsOwnersAndNeverOverwritten(t *testing.T) {
	t.Parallel()
	s := newSealer(t)
	info, err := os.Stat(s.from.Path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	before, _ := os.ReadFile(s.from.Path)
	if _, err := CreateFile(s.from.Path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second key: %v", err)
	}
	after, _ := os.ReadFile(s.from.Path)
	if !bytes.Equal(before, after) {
		t.Error("the key file was changed")
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(s.from.Path), ".master-key-*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestADamagedKeyFileIsNotQuoted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	if err := os.WriteFile(path, []byte(`{"primaryKeyId": 1, "key": "`+sentinel+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := OpenFile(path)
	if err == nil || strings.Contains(err.Error(), sentinel) {
		t.Errorf("got %v", err)
	}
}

func TestAWrongOrMissingKeyRefusesToStartAndMakesNone(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	path := filepath.Join(t.TempDir(), "master.key")
	o := Options{Path: path, Create: true, Clock: newClock()}
	first, err := Load(t.Context(), db.DB, o)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Load(t.Context(), db.DB, o)
	if err != nil || again.PrimaryID() != first.PrimaryID() {
		t.Fatalf("the second start: %v", err)
	}
	other := newSealer(t)
	if _, err := Load(t.Context(), db.DB, Options{Path: other.from.Path, Create: true,
		Clock: newClock()}); !errors.Is(err,
		ErrWrong) {
		t.Errorf("the wrong key: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(t.Context(), db.DB, o); !errors.Is(err, ErrMissing) {
		t.Errorf("a missing key: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a new key was made over a database that has one")
	}
}

func TestWithADatabaseOfOnesOwnNoKeyIsMade(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	path := filepath.Join(t.TempDir(), "master.key")
	_, err := Load(t.Context(), db.DB, Options{Path: path, Clock: newClock()})
	if err == nil || !strings.Contains(err.Error(), "keys new") {
		t.Errorf("got %v, want the command that makes one", err)
	}
}

func TestNeitherSealerNorErrorsPrintASecret(t *testing.T) {
	t.Parallel()
	s := newSealer(t)
	sealed := seal(t, s, ProviderSecret(uuid.New(), "password", server), sentinel)
	_, err := s.Open(ProviderSecret(uuid.New(), "password", server), sealed)
	plain := distributor.Secret(sentinel)
	raw, _ := os.ReadFile(s.from.Path)
	_, material, _ := strings.Cut(string(raw), `"value":"`)
	material, _, _ = strings.Cut(material, `"`)
	if len(material) < 20 {
		t.Fatal("the key's bytes were not found in the file")
	}
	all := fmt.Sprintf("%v %s %v %+v %s", err, errs.Public(err), plain, struct{ S any }{plain}, s.keys)
	if strings.Contains(all, sentinel) || strings.Contains(all, material) {
		t.Errorf("printed: %s", all)
	}
}
