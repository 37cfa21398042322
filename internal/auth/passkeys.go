package auth

import (
	"context"
	"encoding/json"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// How long a passkey may take to answer, how many may be asked from one place at once, and how many a person may
// have.
const (
	challengeLasts  = 5 * time.Minute
	challengesPlace = 30
	mostPasskeys    = 20
	maxPasskeyName  = 80
)

// What a passkey is asked for. An answer for one deed serves no other.
const (
	forRegister = "register"
	forEnter    = "enter"
	forSecond   = "second"
	forProve    = "prove"
)

// Passkey is one that a person has registered.
type Passkey struct {
	ID     uuid.UUID
	Name   string
	MadeAt time.Time
	UsedAt *time.Time
}

// PasskeysAt is the address at which browsers let passkeys be used: https and a name, or this machine. False where
// the address that people use is neither.
func (s Service) PasskeysAt() (at *url.URL, ok bool) {
	u, err := url.Parse(s.BaseURL)
	if err != nil || u.Hostname() == "" {
		return nil, false
	}
	at = &url.URL{Scheme: strings.ToLower(u.Scheme), Host: strings.ToLower(u.Host)}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		if !ip.IsLoopback() {
			return nil, false
		}
		at.Host = "localhost"
		if u.Port() != "" {
			at.Host += ":" + u.Port()
		}
	}
	here := at.Hostname() == "localhost" || strings.HasSuffix(at.Hostname(), ".localhost")
	return at, at.Scheme == "https" || here && at.Scheme == "http"
}

func (s Service) relyingParty() (*webauthn.WebAuthn, error) {
	at, ok := s.PasskeysAt()
	if !ok {
		return nil, errs.New(errs.Conflict, "Passkeys need https and a name in the address of this Seatledger. "+
			"Nothing was changed. Use a code of an authenticator app.")
	}
	return webauthn.New(&webauthn.Config{
		RPID: at.Hostname(), RPDisplayName: codeIssuer, RPOrigins: []string{at.String()},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationRequired,
		},
	})
}

// holder is a person as the library wants to see them. The id of their row is their handle.
type holder struct {
	User
	keys []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return h.ID[:] }
func (h holder) WebAuthnName() string                       { return h.Email }
func (h holder) WebAuthnDisplayName() string                { return h.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func passkeysOf(db *gorm.DB, user uuid.UUID) ([]Passkey, error) {
	var out []Passkey
	err := db.Raw(`SELECT id, name, made_at, used_at FROM passkeys WHERE user_id = ? ORDER BY made_at, id`, user).
		Scan(&out).Error
	return out, err
}

func holderOf(ctx context.Context, db *gorm.DB, u User) (holder, error) {
	var rows []string
	h := holder{User: u}
	err := db.WithContext(ctx).Raw(`SELECT credential::text FROM passkeys WHERE user_id = ? ORDER BY made_at, id`,
		u.ID).
		Scan(&rows).Error
	for _, row := range rows {
		var k webauthn.Credential
		if err == nil {
			err = json.Unmarshal([]byte(row), &k)
		}
		h.keys = append(h.keys, k)
	}
	return h, err
}

// AskPasskey begins the registration of a passkey, and gives what the browser is to be asked, as JSON.
func (s Service) AskPasskey(ctx context.Context, u User, address string) ([]byte, error) {
	rp, err := s.relyingParty()
	if err != nil {
		return nil, err
	}
	h, err := holderOf(ctx, s.DB.Read(ctx), u)
	if err != nil {
		return nil, err
	}
	ask, data, err := rp.BeginRegistration(h,
		webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return nil, err
	}
	return s.challenged(ctx, forRegister, u.ID, address, data, ask)
}

// AskFactor asks for a passkey of somebody who stands at the second step.
func (s Service) AskFactor(ctx context.Context, step, address string) ([]byte, error) {
	h, err := s.Half(ctx, step)
	if err != nil {
		return nil, err
	}
	return s.askFor(ctx, forSecond, h.User, address)
}

// AskProof asks for a passkey of somebody who is signed in, to prove that it is still they.
func (s Service) AskProof(ctx context.Context, u User, address string) ([]byte, error) {
	return s.askFor(ctx, forProve, u, address)
}

func (s Service) askFor(ctx context.Context, purpose string, u User, address string) ([]byte, error) {
	rp, err := s.relyingParty()
	if err != nil {
		return nil, err
	}
	h, err := holderOf(ctx, s.DB.Read(ctx), u)
	if err != nil {
		return nil, err
	}
	if len(h.keys) == 0 {
		return nil, errs.New(errs.Conflict, "There is no passkey yet. Nothing was changed. Use a code.")
	}
	ask, data, err := rp.BeginLogin(h)
	if err != nil {
		return nil, err
	}
	return s.challenged(ctx, purpose, u.ID, address, data, ask)
}

// AskAnybody asks for a passkey of whoever is there.
func (s Service) AskAnybody(ctx context.Context, address string) ([]byte, error) {
	rp, err := s.relyingParty()
	if err != nil {
		return nil, err
	}
	ask, data, err := rp.BeginDiscoverableLogin()
	if err != nil {
		return nil, err
	}
	return s.challenged(ctx, forEnter, uuid.Nil, address, data, ask)
}

// challenged keeps what was asked, and gives the question as browsers read it.
func (s Service) challenged(ctx context.Context, purpose string, user uuid.UUID, address string,
	data *webauthn.SessionData, ask any) ([]byte, error) {
	data.Expires = time.Time{} // ours stands in the row
	kept, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	now, place := s.trueNow(), Place(address)
	done := s.DB.Read(ctx).Exec(`INSERT INTO passkey_challenges (id, hash, purpose, user_id, place, data, expires_at)
		SELECT ?, ?, ?, ?, ?, CAST(? AS jsonb), ?
		WHERE (SELECT count(*) FROM passkey_challenges WHERE place = ? AND expires_at > ?) < ?`, newID(),
		hashed(data.Challenge), purpose, uuid.NullUUID{UUID: user, Valid: user != uuid.Nil}, place, string(kept),
		now.Add(challengeLasts), place, now, challengesPlace)
	if done.Error != nil {
		return nil, done.Error
	}
	if done.RowsAffected == 0 {
		return nil, &TooMany{Wait: challengeLasts}
	}
	return json.Marshal(ask)
}

// takeChallenge gives what was asked under a challenge, and no second time.
func (s Service) takeChallenge(tx *gorm.DB, purpose string, user uuid.UUID, challenge string) (webauthn.SessionData,
	error) {
	var rows []string
	var out webauthn.SessionData
	err := tx.Raw(`DELETE FROM passkey_challenges WHERE hash = ? AND purpose = ? AND user_id IS NOT DISTINCT FROM ?
		AND expires_at > ? RETURNING data::text`, hashed(challenge), purpose,
		uuid.NullUUID{UUID: user, Valid: user != uuid.Nil}, s.trueNow()).Scan(&rows).Error
	if err != nil {
		return out, err
	}
	if len(rows) == 0 {
		return out, wrongPasskey()
	}
	return out, json.Unmarshal([]byte(rows[0]), &out)
}

func wrongPasskey() error {
	f := errs.Fields{}
	f.Add("passkey", "This passkey did not fit, or the question was too old. Try again, or use another way.")
	return f.Err()
}

// AddPasskey registers the passkey that answered, under a name. The first factor of a person brings recovery codes.
// Other sessions of the person end.
func (s Service) AddPasskey(ctx context.Context, u User, name, answer, keep string) (codes []string, err error) {
	name = strings.TrimSpace(name)
	if err := checkPasskeyName(name); err != nil {
		return nil, err
	}
	rp, err := s.relyingParty()
	if err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return nil, wrongPasskey()
	}
	return codes, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		codes = nil
		if err := lockUser(tx, u.ID); err != nil {
			return err
		}
		if err := s.enrols(ctx, tx, u, keep); err != nil {
			return err
		}
		data, err := s.takeChallenge(tx, forRegister, u.ID, parsed.Response.CollectedClientData.Challenge)
		if err != nil {
			return err
		}
		h, err := holderOf(ctx, tx, u)
		if err != nil {
			return err
		}
		if len(h.keys) >= mostPasskeys {
			return errs.Newf(errs.Conflict, "You have %d passkeys, which is as many as can be. Remove one first.",
				mostPasskeys)
		}
		key, err := rp.CreateCredential(h, data, parsed)
		if err != nil {
			return wrongPasskey()
		}
		if err := s.insertPasskey(tx, u, name, key); err != nil {
			return err
		}
		codes, err = s.factorAdded(ctx, tx, u, "passkey", name, keep)
		return err
	})
}

func checkPasskeyName(name string) error {
	f := errs.Fields{}
	switch {
	case name == "":
		f.Add("name", "Enter a name, as that of the device it is on.")
	case utf8.RuneCountInString(name) > maxPasskeyName:
		f.Add("name", "A name has %d characters at most.", maxPasskeyName)
	}
	return f.Err()
}

func (s Service) insertPasskey(tx *gorm.DB, u User, name string, key *webauthn.Credential) error {
	text, err := json.Marshal(key)
	if err != nil {
		return err
	}
	err = tx.Exec(`INSERT INTO passkeys (id, user_id, name, credential_id, credential, made_at)
		VALUES (?, ?, ?, ?, CAST(? AS jsonb), ?)`, newID(), u.ID, name, key.ID, string(text), s.Clock.Now()).Error
	if postgres.Constraint(err) == "passkeys_credential" {
		return errs.New(errs.Conflict, "This passkey is registered already. Nothing was changed.")
	}
	return err
}

// checkPasskey proves with a passkey of the person, who must have been verified by it.
func (s Service) checkPasskey(ctx context.Context, tx *gorm.DB, u User, purpose, answer string) error {
	rp, err := s.relyingParty()
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return wrongPasskey()
	}
	data, err := s.takeChallenge(tx, purpose, u.ID, parsed.Response.CollectedClientData.Challenge)
	if err != nil {
		return err
	}
	h, err := holderOf(ctx, tx, u)
	if err != nil {
		return err
	}
	key, err := rp.ValidateLogin(h, data, parsed)
	if err != nil {
		return wrongPasskey()
	}
	return s.passkeyUsed(tx, u, key)
}

// passkeyUsed keeps the count of a passkey. One that counts backwards was copied.
func (s Service) passkeyUsed(tx *gorm.DB, u User, key *webauthn.Credential) error {
	if key.Authenticator.CloneWarning {
		return wrongPasskey()
	}
	text, err := json.Marshal(key)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE passkeys SET credential = CAST(? AS jsonb), used_at = ? WHERE user_id = ? AND
		credential_id = ?`,
		string(text), s.Clock.Now(), u.ID, key.ID).Error
}

// EnterByPasskey signs in whoever the answer of a passkey belongs to. It holds both factors: the device, and how it
// knew its owner. errs.Invalid at passkey, or *TooMany.
func (s Service) EnterByPasskey(ctx context.Context, answer, address string) (Entry, error) {
	ctx = audit.WithFrom(ctx, audit.From{Address: address})
	a := Attempt{Email: "a passkey at " + Place(address), Address: address}
	try, err := s.reserve(ctx, a)
	if err != nil {
		return Entry{}, err
	}
	u, err := s.ownerOf(ctx, answer)
	if errs.KindOf(err) == errs.Invalid || err == nil && !u.Active {
		return Entry{}, s.refusedPasskey(ctx, u)
	}
	if err != nil {
		return Entry{}, err
	}
	return s.enter(ctx, Proof{User: u, By: ByPasskey, Strong: true, Address: address},
		func(tx *gorm.DB) error { return forgive(tx, a, try) })
}

func (s Service) refusedPasskey(ctx context.Context, u User) error {
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		e := audit.Event{Action: "sign_in.refused", ObjectType: "user", ObjectName: "(a passkey)"}
		if u.ID != uuid.Nil {
			e.ObjectID, e.ObjectName = u.ID.String(), u.Name
		}
		return audit.Record(ctx, tx, s.Clock, stranger(), e)
	})
	if err != nil {
		return err
	}
	return wrongPasskey()
}

func (s Service) ownerOf(ctx context.Context, answer string) (u User, err error) {
	rp, err := s.relyingParty()
	if err != nil {
		return u, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return u, wrongPasskey()
	}
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		data, err := s.takeChallenge(tx, forEnter, uuid.Nil, parsed.Response.CollectedClientData.Challenge)
		if err != nil {
			return err
		}
		_, key, err := rp.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
			id, err := uuid.FromBytes(handle)
			if err != nil {
				return nil, err
			}
			if u, err = Get(ctx, tx, id); err != nil {
				return nil, err
			}
			return holderOf(ctx, tx, u)
		}, data, parsed)
		if err != nil {
			return wrongPasskey()
		}
		return s.passkeyUsed(tx, u, key)
	})
	return u, err
}

// RemovePasskey takes one of a person's own passkeys away: errs.NotFound when it is not theirs.
func (s Service) RemovePasskey(ctx context.Context, u User, id uuid.UUID, keep string) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := lockUser(tx, u.ID); err != nil {
			return err
		}
		var names []string
		err := tx.Raw(`DELETE FROM passkeys WHERE user_id = ? AND id = ? RETURNING name`, u.ID, id).Scan(&names).Error
		if err != nil {
			return err
		}
		if len(names) == 0 {
			return errs.New(errs.NotFound, "There is no such passkey of yours. Nothing was changed.")
		}
		return s.factorGone(ctx, tx, u, "passkey", names[0], keep)
	})
}
