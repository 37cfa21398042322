package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Cost is what one argon2id hash takes. OWASP's floor is 19 MiB, 2 passes, 1 lane.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// DefaultCost is the cost of new hashes. Older, cheaper ones are renewed at the next sign-in.
func DefaultCost() Cost { return Cost{MemoryKiB: 19 * 1024, Passes: 2, Lanes: 1} }

const (
	saltBytes = 16
	hashBytes = 32
	// Hashes at work at once: many sign-ins together wait instead of filling the memory.
	hashesAtOnce = 4
)

var errHashForm = errors.New("auth: not an argon2id hash")

// Hasher makes and checks password hashes. It is safe for concurrent use.
type Hasher struct {
	cost  Cost
	slots chan struct{}
	dummy string // checked when there is no such user, so that it takes as long
	key   func(password, salt []byte, passes, memoryKiB uint32, lanes uint8, bytes uint32) []byte
}

// NewHasher makes a hasher whose new hashes have this cost.
func NewHasher(cost Cost) *Hasher {
	h := &Hasher{cost: cost, slots: make(chan struct{}, hashesAtOnce), key: argon2.IDKey}
	h.dummy = encode(cost, make([]byte, saltBytes), make([]byte, hashBytes))
	return h
}

// Hash makes the PHC string of a password under a fresh salt. It waits for a free
// slot as long as ctx allows.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	sum, err := h.derive(ctx, password, salt, h.cost)
	return encode(h.cost, salt, sum), err
}

// Verify tells whether a password belongs to a PHC string, and whether the hash is
// cheaper than what is made today and should be renewed.
func (h *Hasher) Verify(ctx context.Context, phc, password string) (ok, renew bool, err error) {
	cost, salt, want, err := decode(phc)
	if err != nil {
		return false, false, err
	}
	got, err := h.derive(ctx, password, salt, cost)
	if err != nil {
		return false, false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, cost != h.cost, nil
}

// Waste takes as long as Verify does and always says no.
func (h *Hasher) Waste(ctx context.Context, password string) error {
	_, _, err := h.Verify(ctx, h.dummy, password)
	return err
}

func (h *Hasher) derive(ctx context.Context, password string, salt []byte, c Cost) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.slots }()
	// One spelling of every character: keyboards differ in how they compose them.
	return h.key([]byte(norm.NFC.String(password)), salt, c.Passes, c.MemoryKiB, c.Lanes, hashBytes), nil
}

func encode(c Cost, salt, sum []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.MemoryKiB, c.Passes, c.Lanes,
		b64(salt), b64(sum))
}

func decode(phc string) (c Cost, salt, sum []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errHashForm
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Passes, &c.Lanes); err != nil {
		return c, nil, nil, errHashForm
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	sum, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if errors.Join(err1, err2) != nil || len(sum) != hashBytes || c.Passes == 0 || c.Lanes == 0 {
		return c, nil, nil, errHashForm
	}
	return c, salt, sum, nil
}
