package sso

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/auth"
	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
	"seatledger/internal/secret"
	"seatledger/internal/settings"
)

// Passwords says who may sign in with a password beside the provider.
type Passwords string

// The choices. The break-glass verb opens the door for administrators whatever is chosen.
const (
	ForAll    Passwords = "all"
	ForAdmins Passwords = "admins"
	ForNobody Passwords = "nobody"
)

// Setup is the provider as an administrator set it up.
type Setup struct {
	On        bool      `json:"on"`
	Name      string    `json:"name"`       // on the button
	Issuer    string    `json:"issuer"`     // https://login.example/tenant/v2.0
	TokenHost string    `json:"token_host"` // where the secret goes, if another than the issuer's
	ClientID  string    `json:"client_id"`
	Claim     string    `json:"claim"`     // of the groups
	Make      bool      `json:"make"`      // an account for who has none
	TrustMFA  bool      `json:"trust_mfa"` // its second factor counts here
	Passwords Passwords `json:"passwords"`
	// Groups are those that give a role, as the claim names them.
	Groups map[auth.Role][]string `json:"groups"`

	Saved settings.Saved `json:"-"`
}

const row = "sso"

// Load reads the provider.
func Load(ctx context.Context, db *gorm.DB) (Setup, error) {
	s := Setup{Claim: "groups", Passwords: ForAll, Groups: map[auth.Role][]string{}}
	saved, err := settings.Read(ctx, db, row, &s)
	s.Saved = saved
	return s, err
}

// servers are those that the client secret was given for.
func (s Setup) servers() string {
	u, err := url.Parse(s.Issuer)
	if err != nil {
		return ""
	}
	host := s.TokenHost
	if host == "" {
		host = u.Host
	}
	return u.Host + " " + strings.ToLower(host)
}

func (s Setup) tokenHost() string {
	_, host, _ := strings.Cut(s.servers(), " ")
	return host
}

// role is the mightiest that any of the groups gives; none where no group has one.
func (s Setup) role(groups []string) (auth.Role, bool) {
	for _, r := range auth.Roles() {
		for _, g := range groups {
			if slices.Contains(s.Groups[r], g) {
				return r, true
			}
		}
	}
	return "", false
}

// mapped tells whether groups give roles at all.
func (s Setup) mapped() bool {
	return slices.ContainsFunc(auth.Roles(), func(r auth.Role) bool { return len(s.Groups[r]) > 0 })
}

// Input is the form, as typed.
type Input struct {
	Setup
	Secret      distributor.Secret
	SecretClear bool
}

// Service proves who somebody is by the provider, and keeps who is who.
type Service struct {
	DB     *postgres.DB
	Clock  clock.Clock
	Sealer *secret.Sealer
	Auth   auth.Service
	Out    *outbound.Client
}

// Mark is all that a page may know of the client secret.
type Mark struct {
	SetAt  time.Time
	SetBy  string
	SentTo string
}

// Set tells whether there is one.
func (m Mark) Set() bool { return !m.SetAt.IsZero() }

// SecretMark tells whether the client secret is set.
func SecretMark(ctx context.Context, db *gorm.DB) (Mark, error) {
	var m Mark
	err := db.WithContext(ctx).Raw(`SELECT set_at, set_by, sent_to FROM sso_secrets`).Scan(&m).Error
	return m, err
}

func (s Service) checked(in Input) error {
	f := errs.Fields{}
	if in.Issuer != "" || in.On {
		u, err := url.Parse(in.Issuer)
		switch {
		case err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
			f.Add("issuer", "Enter the issuer's address, as https://login.example/tenant/v2.0.")
		default:
			if err := s.Out.CheckURL(in.Issuer); err != nil {
				f.Add("issuer", "%s", distributor.AsError(err).Message)
			}
		}
	}
	if in.TokenHost != "" && (strings.ContainsAny(in.TokenHost, "/@?# \t\n") || len(in.TokenHost) > 253) {
		f.Add("token_host", "Enter the name of the host alone.")
	}
	if in.On && in.ClientID == "" {
		f.Add("client_id", "Enter the client id that the provider gave to this application.")
	}
	if in.Claim == "" || len(in.Claim) > 100 {
		f.Add("claim", "Enter the name of the claim, as groups or roles.")
	}
	if in.Make && !in.mapped() {
		f.Add("make", "Accounts are made only for people whose groups give a role. Enter groups first.")
	}
	if !slices.Contains([]Passwords{ForAll, ForAdmins, ForNobody}, in.Passwords) {
		f.Add("passwords", "Choose who may sign in with a password.")
	}
	if in.Passwords != ForAll && !in.On {
		f.Add("passwords", "Without the provider, passwords are the only way in.")
	}
	return f.Err()
}

// Save stores the provider over the version it was read at, or settings.ErrStale. The secret stays with the servers
// that
// it was given for: another issuer has it asked for again.
func (s Service) Save(ctx context.Context, by audit.Actor, in Input) error {
	in.Issuer, in.TokenHost = strings.TrimSpace(in.Issuer), strings.ToLower(strings.TrimSpace(in.TokenHost))
	if in.Name = strings.TrimSpace(in.Name); in.Name == "" {
		in.Name = "single sign-on"
	}
	if err := s.checked(in); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		before, err := Load(ctx, tx)
		if err != nil {
			return err
		}
		mark, err := SecretMark(ctx, tx)
		if err != nil {
			return err
		}
		word, err := s.saveSecret(tx, by, in, mark)
		if err != nil {
			return err
		}
		if err := settings.Write(ctx, tx, s.Clock, by, row, in.Saved.Version, in.Setup); err != nil {
			return err
		}
		after := map[string]any{"setup": in.Setup}
		if word != "" {
			after["client_secret"] = word
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "settings.changed", ObjectType: "settings",
			ObjectID: row, ObjectName: "Single sign-on", Before: map[string]any{"setup": before}, After: after})
	})
}

func (s Service) saveSecret(tx *gorm.DB, by audit.Actor, in Input, mark Mark) (string, error) {
	to := in.servers()
	switch {
	case in.Secret != "":
		sealed, err := s.Sealer.Seal(secret.SSOSecret(to), in.Secret)
		if err != nil {
			return "", err
		}
		return "set", tx.Exec(`INSERT INTO sso_secrets (name, sealed, sent_to, set_at, set_by)
			VALUES ('client_secret', ?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, sent_to = excluded.sent_to,
				set_at = excluded.set_at, set_by = excluded.set_by`, sealed, to, s.Clock.Now(), by.Name).Error
	case in.SecretClear:
		return "removed", tx.Exec(`DELETE FROM sso_secrets`).Error
	case mark.Set() && mark.SentTo != to:
		return "", errs.Fields{"client_secret": "The stored secret was given for other servers. Enter it again."}.Err()
	}
	return "", nil
}

func (s Service) secretFor(ctx context.Context, p Setup) (distributor.Secret, error) {
	var rows []struct {
		Sealed []byte
		SentTo string
	}
	err := s.DB.Read(ctx).Raw(`SELECT sealed, sent_to FROM sso_secrets`).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return "", err // a public client has none: PKCE stands alone
	}
	if rows[0].SentTo != p.servers() {
		return "", errs.New(errs.Conflict, "The client secret was given for other servers and is not sent to these.")
	}
	return s.Sealer.Open(secret.SSOSecret(rows[0].SentTo), rows[0].Sealed)
}
