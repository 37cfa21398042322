package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/secret"
)

// The names of a webhook's secrets.
const (
	Address       = "address"
	Signing       = "signing"
	SigningBefore = "signing_before" // signs too, until a moment
)

// overlap is how long the signing secret from before signs too.
const overlap = 24 * time.Hour

const (
	signPrefix = "whsec_"
	leastBytes = 24
	mostBytes  = 64
)

// Mark is all that a page may know of a secret.
type Mark struct {
	Name   string
	SetAt  time.Time
	SetBy  string
	SentTo string
	Until  *time.Time
}

// Set tells whether there is one.
func (m Mark) Set() bool { return !m.SetAt.IsZero() }

// Marks tell of the secrets of a webhook, by name.
func Marks(ctx context.Context, db *gorm.DB, id uuid.UUID) (map[string]Mark, error) {
	var rows []Mark
	err := db.WithContext(ctx).Raw(`SELECT name, set_at, set_by, sent_to, until FROM webhook_secrets
		WHERE webhook_id = ?`, id).Scan(&rows).Error
	out := map[string]Mark{}
	for _, m := range rows {
		out[m.Name] = m
	}
	return out, err
}

// newSigning makes a signing secret as Standard Webhooks write it.
func newSigning() distributor.Secret {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	return distributor.Secret(signPrefix + base64.StdEncoding.EncodeToString(key))
}

// signingKey is the key in a signing secret.
func signingKey(s distributor.Secret) ([]byte, bool) {
	text, has := strings.CutPrefix(s.Reveal(), signPrefix)
	key, err := base64.StdEncoding.DecodeString(text)
	return key, has && err == nil && len(key) >= leastBytes && len(key) <= mostBytes
}

func (s *Service) seal(tx *gorm.DB, by audit.Actor, w Webhook, name string, plain distributor.Secret) error {
	sealed, err := s.Sealer.Seal(secret.WebhookSecret(w.ID, name, w.Host), plain)
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO webhook_secrets (webhook_id, name, set_at, sealed, sent_to, set_by)
		VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (webhook_id, name) DO UPDATE SET sealed = excluded.sealed, sent_to = excluded.sent_to,
			set_at = excluded.set_at, set_by = excluded.set_by`, w.ID, name, s.Clock.Now(), sealed, w.Host,
		by.Name).Error
}

// keyring is what one try needs.
type keyring struct {
	address distributor.Secret
	signing []distributor.Secret // the newest first
}

// open opens the secrets of a webhook. What was given for another host stays closed.
func (s *Service) open(ctx context.Context, w Webhook) (keyring, error) {
	var rows []struct {
		Name   string
		Sealed []byte
		SentTo string
		Until  *time.Time
	}
	err := s.DB.Read(ctx).Raw(`SELECT name, sealed, sent_to, until FROM webhook_secrets WHERE webhook_id = ?
		ORDER BY name`, w.ID).Scan(&rows).Error
	var k keyring
	for _, r := range rows {
		if err != nil {
			break
		}
		if r.SentTo != w.Host {
			return k, errs.Newf(errs.Conflict, "A secret was given for %s and is not used for %s. Nothing was sent. "+
				"Enter it again on the webhook's edit page.", r.SentTo, w.Host)
		}
		if r.Until != nil && !r.Until.After(s.Clock.Now()) {
			continue
		}
		var plain distributor.Secret
		plain, err = s.Sealer.Open(secret.WebhookSecret(w.ID, r.Name, r.SentTo), r.Sealed)
		if r.Name == Address {
			k.address = plain
		} else {
			k.signing = append(k.signing, plain)
		}
	}
	switch {
	case err != nil:
		return k, err
	case distributor.Origin(k.address.Reveal()) != w.Host:
		return k, errs.New(errs.Conflict, "The address is not set. Enter it on the webhook's edit page.")
	case w.Shape == Standard && len(k.signing) == 0:
		return k, errs.New(errs.Conflict, "The signing secret is not set. Enter one on the webhook's edit page.")
	}
	return k, nil
}

// signatures sign a message with each key, as the header webhook-signature has it.
func signatures(keys []distributor.Secret, id string, at time.Time, body []byte) string {
	var out []string
	for _, k := range keys {
		key, ok := signingKey(k)
		if !ok {
			continue
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		mac.Write(body)
		out = append(out, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(out, " ")
}
