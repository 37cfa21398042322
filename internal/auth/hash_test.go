package auth

import (
	"strings"
	"testing"
)

func TestNewHashesMeetTheFloor(t *testing.T) {
	t.Parallel()
	c := DefaultCost()
	if c.MemoryKiB < 19*1024 || c.Passes < 2 || c.Lanes < 1 {
		t.Errorf("cost %+v is below 19 MiB, 2 passes, 1 lane", c)
	}
	h, err := NewHasher(c).Hash(t.Context(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(h, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %q does not say how it was made", h)
	}
}

func TestAHashKnowsItsPasswordOnly(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap())
	phc, err := h.Hash(t.Context(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{goodPassword: true, goodPassword + " ": false, "": false,
		strings.ToUpper(goodPassword): false} {
		got, _, err := h.Verify(t.Context(), phc, password)
		if err != nil || got != want {
			t.Errorf("Verify(%q) = %v, %v; want %v", password, got, err, want)
		}
	}
	again, _ := h.Hash(t.Context(), goodPassword)
	if again == phc {
		t.Error("two hashes of one password are equal: the salt is not fresh")
	}
}

func TestOneCharacterWrittenTwoWaysIsOnePassword(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap())
	phc, _ := h.Hash(t.Context(), "caf\u00e9 under the bridge")
	ok, _, err := h.Verify(t.Context(), phc, "cafe\u0301 under the bridge")
	if !ok || err != nil {
		t.Errorf("composed and decomposed spelling differ: %v, %v", ok, err)
	}
}

func TestAHashOfAnotherCostAsksToBeRenewed(t *testing.T) {
	t.Parallel()
	old := NewHasher(Cost{MemoryKiB: 32, Passes: 1, Lanes: 1})
	phc, _ := old.Hash(t.Context(), goodPassword)
	ok, renew, err := NewHasher(cheap()).Verify(t.Context(), phc, goodPassword)
	if !ok || !renew || err != nil {
		t.Errorf("ok %v, renew %v, %v", ok, renew, err)
	}
	if _, renew, _ = old.Verify(t.Context(), phc, goodPassword); renew {
		t.Error("a hash of today's cost need not be renewed")
	}
}

func TestADamagedHashIsAnErrorAndNoPassword(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap())
	for _, phc := range []string{"", "x", "$argon2id$v=19$m=64,t=1,p=1$$", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA",
		"$argon2id$v=19$m=64,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		if ok, _, err := h.Verify(t.Context(), phc, ""); ok || err == nil {
			t.Errorf("Verify(%q) = %v, %v", phc, ok, err)
		}
	}
}
