// Package secret seals what must not be read from the database: providers'
// passwords and application secrets, those of CRM sources, the mail server's
// password, the key that signs the audit trail, and what authenticator apps make their
// codes of. One keyset is the master key, from a file, the environment or a command. A
// sealed value opens only in the table, row and column it was sealed for, and only for
// the servers or the purpose that it was given for. The package knows the tables of
// secrets only to check and to re-seal them.
package secret

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
)

// Place is where a sealed value stands, and the servers it may be sent to. Both are bound
// to the value, so that one copied to another row or column does not open there, nor one
// whose address was changed under it.
type Place struct {
	Table, Row, Column string
	For                string // as distributor.SecretFor names the servers; empty for what is sent nowhere
}

// ProviderSecret is the place of one secret of a provider: "password" or "application_secret".
func ProviderSecret(provider uuid.UUID, name, sentTo string) Place {
	return Place{Table: "provider_secrets", Row: provider.String(), Column: name, For: sentTo}
}

// SourceSecret is the place of the secret of a CRM source.
func SourceSecret(source uuid.UUID, name, sentTo string) Place {
	return Place{Table: "crm_source_secrets", Row: source.String(), Column: name, For: sentTo}
}

// MailSecret is the place of the mail server's password.
func MailSecret(sentTo string) Place {
	return Place{Table: "mail_secrets", Row: "1", Column: "password", For: sentTo}
}

// SSOSecret is the place of the client secret of the identity provider, with the hosts of its issuer and its tokens.
func SSOSecret(sentTo string) Place {
	return Place{Table: "sso_secrets", Row: "1", Column: "client_secret", For: sentTo}
}

// WebhookSecret is the place of one secret of a webhook: its address, or what its messages are signed with.
func WebhookSecret(webhook uuid.UUID, name, sentTo string) Place {
	return Place{Table: "webhook_secrets", Row: webhook.String(), Column: name, For: sentTo}
}

// SignerFor says what the keys that sign the audit trail are for: they are sent nowhere.
const SignerFor = "signing the audit trail"

// SignerSecret is the place of a key that signs the audit trail.
func SignerSecret(id uuid.UUID) Place {
	return Place{Table: "audit_signers", Row: id.String(), Column: "sealed", For: SignerFor}
}

// FactorFor says what the secrets of authenticator apps are for: they are sent nowhere.
const FactorFor = "codes of an authenticator app"

// FactorSecret is the place of the secret that an authenticator app makes its codes of.
func FactorSecret(id uuid.UUID) Place {
	return Place{Table: "totp_factors", Row: id.String(), Column: "sealed", For: FactorFor}
}

// bound writes the place so that no two places read the same.
func (p Place) bound() []byte {
	b, parts := []byte("seatledger/1"), []string{p.Table, p.Row, p.Column}
	if p.For != "" {
		b, parts = []byte("seatledger/2"), append(parts, p.For)
	}
	for _, s := range parts {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return b
}

// ErrDoesNotOpen says that a value was changed, moved, or sealed with another key.
var ErrDoesNotOpen = errors.New("secret: the sealed value does not open")

// Sealer seals and opens with the keys of one source. It is safe for concurrent use.
type Sealer struct {
	from Source

	mu   sync.RWMutex
	aead tink.AEAD
	keys *keyset.Handle
	seen stamp // of the source that keys came from
	// asked is for which key a command was last asked, and when.
	asked map[uint32]time.Time
}

// Seal encrypts with the primary key. A rotation that happened meanwhile is picked
// up first, so that nothing new is sealed with an old key.
func (s *Sealer) Seal(at Place, plain distributor.Secret) ([]byte, error) {
	if err := s.refresh(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.aead.Encrypt([]byte(plain.Reveal()), at.bound())
}

// Open decrypts with whichever key of the file sealed the value. What does not
// open is an errs.Conflict around ErrDoesNotOpen that tells what a person can do.
func (s *Sealer) Open(at Place, sealed []byte) (distributor.Secret, error) {
	if id, ok := KeyID(sealed); ok && !s.has(id) {
		if err := s.refreshFor(id); err != nil {
			return "", err
		}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	plain, err := s.aead.Decrypt(sealed, at.bound())
	if err != nil {
		return "", errs.Because(errs.Conflict,
			"A stored secret cannot be opened: it was sealed with another master key, or changed in the database. "+
				"Nothing was lost; enter the secret again.",
			fmt.Errorf("%w at %s %s %s", ErrDoesNotOpen, at.Table, at.Row, at.Column))
	}
	return distributor.Secret(plain), nil
}

// PrimaryID names the key that seals. It is no secret.
func (s *Sealer) PrimaryID() uint32 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.keys.KeysetInfo().GetPrimaryKeyId()
}

// IDs names all keys of the file.
func (s *Sealer) IDs() []uint32 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []uint32
	for _, k := range s.keys.KeysetInfo().GetKeyInfo() {
		out = append(out, k.GetKeyId())
	}
	return out
}

func (s *Sealer) has(id uint32) bool {
	for _, k := range s.IDs() {
		if k == id {
			return true
		}
	}
	return false
}

// KeyID reads which key sealed a value, without opening it.
func KeyID(sealed []byte) (uint32, bool) {
	const tinkPrefix = 1
	if len(sealed) < 5 || sealed[0] != tinkPrefix {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:5]), true
}

// use takes over the keys of a file that was read at a stamp.
func (s *Sealer) use(keys *keyset.Handle, seen stamp) error {
	a, err := aead.New(keys)
	if err != nil {
		return fmt.Errorf("master key of %s: %w", s.from.Says(), err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aead, s.keys, s.seen = a, keys, seen
	return nil
}
