package anchor

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/secret"
)

type storedSigner struct {
	ID        uuid.UUID
	PublicKey []byte
	Sealed    []byte
}

var errNoKey = errors.New("the master key is not at hand, so nothing can be signed")

// signer is the key that signs. It is made once, and sealed by the master key: who has the database alone can neither
// sign nor put a key of their own in its place.
func (k Keeper) signer(ctx context.Context, tx *gorm.DB) (ed25519.PrivateKey, error) {
	if k.Sealer == nil {
		return nil, errNoKey
	}
	if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('audit signer', 0))`).Error; err != nil {
		return nil, err
	}
	var row storedSigner
	found := tx.Raw(`SELECT id, public_key, sealed FROM audit_signers ORDER BY made_at DESC, id DESC LIMIT 1`).Scan(&row)
	if found.Error != nil {
		return nil, found.Error
	}
	if found.RowsAffected == 0 {
		return k.makeSigner(ctx, tx)
	}
	return k.open(row)
}

func (k Keeper) open(row storedSigner) (ed25519.PrivateKey, error) {
	plain, err := k.Sealer.Open(secret.SignerSecret(row.ID), row.Sealed)
	if err != nil {
		return nil, fmt.Errorf("the key that signs the audit trail: %w", err)
	}
	seed, err := base64.StdEncoding.DecodeString(plain.Reveal())
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, errors.New("the key that signs the audit trail is none")
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func (k Keeper) makeSigner(ctx context.Context, tx *gorm.DB) (ed25519.PrivateKey, error) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	id := uuid.Must(uuid.NewV7())
	sealed, err := k.Sealer.Seal(secret.SignerSecret(id),
		distributor.Secret(base64.StdEncoding.EncodeToString(private.Seed())))
	if err != nil {
		return nil, err
	}
	err = tx.Exec(`INSERT INTO audit_signers (id, public_key, sealed, sent_to, made_at) VALUES (?, ?, ?, ?, ?)`, id,
		[]byte(public), sealed, secret.SignerFor, k.Clock.Now()).Error
	if err != nil {
		return nil, err
	}
	return private, k.note(ctx, tx, audit.System, audit.Event{Action: "audit.signer_made",
		ObjectID: Fingerprint(public), After: map[string]any{"key": Fingerprint(public)}})
}

// trusted are the keys whose signatures count: those that the master key vouches for, and those named by a person.
type trusted map[string]bool

func (t trusted) signed(key ed25519.PublicKey, said, signature []byte) bool {
	return len(key) == ed25519.PublicKeySize && t[Fingerprint(key)] && ed25519.Verify(key, said, signature)
}

// vouched opens every key that the database has: only what the master key sealed counts.
func (k Keeper) vouched(ctx context.Context, named []string) (trusted, error) {
	out := trusted{}
	for _, n := range named {
		out[n] = true
	}
	if k.Sealer == nil {
		return out, nil
	}
	var rows []storedSigner
	err := k.DB.Read(ctx).Raw(`SELECT id, public_key, sealed FROM audit_signers`).Scan(&rows).Error
	for _, row := range rows {
		private, err := k.open(row)
		if err != nil {
			continue // what it signed is said not to be vouched for
		}
		if public, ok := private.Public().(ed25519.PublicKey); ok {
			out[Fingerprint(public)] = true
		}
	}
	return out, err
}
