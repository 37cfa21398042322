package secret

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/notify"
	"seatledger/internal/postgres"
)

// Table is one in which secrets stand.
type Table struct {
	Name string
	Kind string // of the secrets that people enter or make; empty: Why says why nobody has to renew them
	Why  string
}

// Tables are all in which secrets stand, sealed or as hashes of what programs bear. A test compares them with the
// database.
func Tables() []Table {
	return []Table{
		{Name: "provider_secrets", Kind: "provider"},
		{Name: "crm_source_secrets", Kind: "source"},
		{Name: "mail_secrets", Kind: kindMail},
		{Name: "sso_secrets", Kind: kindSSO},
		{Name: "webhook_secrets", Kind: kindHook},
		{Name: "api_tokens", Kind: kindAPI},
		{Name: "audit_signers", Why: "made here and sent nowhere; the master key's rotation seals it again"},
		{Name: "master_key_check", Why: "no secret: it proves that the master key is the right one"},
		{Name: "totp_factors", Why: "a person's own authenticator app, renewed in their profile"},
		{Name: "held_forms", Why: "a form that waits ten minutes for its sender"},
	}
}

const kindAPI = "token"

// Due is a stored secret as a page may know it: whose it is, who set it and when, and until when it is good.
type Due struct {
	Kind      string
	Owner     uuid.UUID
	Name      string
	OwnerName string
	SetAt     time.Time
	SetBy     string
	SentTo    string
	ExpiresAt *time.Time // nil: nobody has said
}

// Key names it in a form.
func (d Due) Key() string { return d.Kind + " " + d.Owner.String() + " " + d.Name }

// Called names it for a person.
func (d Due) Called() string {
	what := strings.ReplaceAll(d.Name, "_", " ")
	switch d.Kind {
	case kindAPI:
		return "API token " + d.OwnerName
	case kindMail:
		return "Password of the mail server"
	case kindSSO:
		return "Client secret of the identity provider"
	case kindHook:
		return "Webhook " + d.OwnerName + ": " + what
	case "source":
		return "CRM source " + d.OwnerName + ": " + what
	}
	return "Provider " + d.OwnerName + ": " + what
}

const none = "'00000000-0000-0000-0000-000000000000'::uuid"

// dues are the secrets of all kinds. What was said of a secret holds for that one alone.
const dues = `SELECT s.kind, s.owner, s.name, s.owner_name, s.set_at, s.set_by, s.sent_to,
		coalesce(s.expires_at, d.expires_on::timestamp AT TIME ZONE 'UTC') AS expires_at
	FROM (SELECT 'provider' AS kind, x.provider_id AS owner, x.name, p.name AS owner_name, x.set_at, x.set_by,
		x.sent_to,
			NULL::timestamptz AS expires_at FROM provider_secrets x JOIN providers p ON p.id = x.provider_id
		UNION ALL SELECT 'source', x.source_id, x.name, p.name, x.set_at, x.set_by, x.sent_to, NULL
			FROM crm_source_secrets x JOIN crm_sources p ON p.id = x.source_id
		UNION ALL SELECT 'mail', ` + none + `, name, '', set_at, set_by, sent_to, NULL FROM mail_secrets
		UNION ALL SELECT 'sso', ` + none + `, name, '', set_at, set_by, sent_to, NULL FROM sso_secrets
		UNION ALL SELECT 'webhook', x.webhook_id, x.name, w.name, x.set_at, x.set_by, x.sent_to, NULL
			FROM webhook_secrets x JOIN webhooks w ON w.id = x.webhook_id WHERE x.until IS NULL
		UNION ALL SELECT 'token', t.id, 'token', t.name, t.made_at, u.name, '', t.expires_at
			FROM api_tokens t JOIN users u ON u.id = t.made_by WHERE t.revoked_at IS NULL) s
	LEFT JOIN secret_dues d ON d.kind = s.kind AND d.owner = s.owner AND d.name = s.name AND d.set_at = s.set_at`

// Dues says until when secrets are good, and reminds in time.
type Dues struct {
	DB    *postgres.DB
	Clock clock.Clock
}

// All are all secrets that people enter or make, those that expire first before the others.
func (s Dues) All(ctx context.Context) ([]Due, error) {
	var all []Due
	err := s.DB.Read(ctx).Raw(dues + ` ORDER BY expires_at NULLS LAST, s.kind, s.owner_name, s.owner, s.name`).
		Scan(&all).Error
	return all, err
}

// Say keeps until when a secret is good; a zero day takes that back. errs.Invalid at expires_on and secret.
func (s Dues) Say(ctx context.Context, by audit.Actor, key string, on clock.Date) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var all []Due
		if err := tx.Raw(dues).Scan(&all).Error; err != nil {
			return err
		}
		var d Due
		for _, x := range all {
			if x.Key() == key {
				d = x
			}
		}
		switch today := clock.DateOf(s.Clock.Now(), time.UTC); {
		case d.Kind == "":
			return errs.Fields{"secret": "Choose a secret that is stored."}.Err()
		case d.Kind == kindAPI:
			return errs.Fields{"secret": "A token's end was set when it was made. Make another one instead."}.Err()
		case !on.IsZero() && (!on.After(today) || on.After(today.AddMonths(12*10))):
			return errs.Fields{"expires_on": "Enter a day after today, within ten years."}.Err()
		}
		err := tx.Exec(`DELETE FROM secret_dues WHERE kind = ? AND owner = ? AND name = ?`, d.Kind, d.Owner,
			d.Name).Error
		if err == nil && !on.IsZero() {
			err = tx.Exec(`INSERT INTO secret_dues (kind, owner, name, set_at, expires_on, said_at, said_by)
				VALUES (?, ?, ?, ?, ?, ?, ?)`, d.Kind, d.Owner, d.Name, d.SetAt, on, s.Clock.Now(), by.Name).Error
		}
		if err != nil {
			return fmt.Errorf("until when a secret is good: %w", err)
		}
		e := audit.Event{Action: "secret.expiry_said", ObjectType: "secret", ObjectID: d.Owner.String(),
			ObjectName: d.Called(), After: map[string]any{"expires_on": on.String()}}
		if d.ExpiresAt != nil {
			e.Before = map[string]any{"expires_on": clock.DateOf(*d.ExpiresAt, time.UTC).String()}
		}
		return audit.Record(ctx, tx, s.Clock, by, e)
	})
}

// The days before the end on which somebody is told, and the end itself.
var reminders = []int{0, 1, 7, 30}

const day = 24 * time.Hour

// Remind tells of secrets that end within 30, 7 and 1 days, and of those that have ended, each once. One that was made
// for less than that is not told of at once. A job calls it.
func (s Dues) Remind(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		now := s.Clock.Now()
		var all []Due
		err := tx.Raw(`SELECT * FROM (`+dues+`) x WHERE expires_at < ? ORDER BY expires_at, kind, owner, name`,
			now.Add(time.Duration(reminders[len(reminders)-1])*day)).Scan(&all).Error
		for _, d := range all {
			if err == nil {
				err = s.remind(ctx, tx, d, now)
			}
		}
		return err
	})
}

func (s Dues) remind(ctx context.Context, tx *gorm.DB, d Due, now time.Time) error {
	for _, days := range reminders {
		span := time.Duration(days) * day
		if d.ExpiresAt.Sub(now) > span {
			continue
		}
		if days > 0 && d.ExpiresAt.Sub(d.SetAt) <= span {
			return nil
		}
		told := tx.Exec(`INSERT INTO secret_reminders (kind, owner, name, expires_at, days, at) VALUES (?, ?, ?, ?,
			?, ?)
			ON CONFLICT DO NOTHING`, d.Kind, d.Owner, d.Name, *d.ExpiresAt, days, now)
		if told.Error != nil || told.RowsAffected == 0 {
			return told.Error
		}
		e := notify.Event{Kind: notify.SecretExpires, ObjectType: "secret", ObjectID: d.Owner.String(),
			ObjectName: d.Called()}
		if d.Kind == kindAPI {
			e.Kind, e.ObjectType, e.ObjectName = notify.TokenExpires, "token", d.OwnerName
		}
		until := d.ExpiresAt.UTC().Format("2 Jan 2006 15:04 MST")
		e.Text = fmt.Sprintf("%s, set by %s, expires on %s. What works with it is refused then; put another in its "+
			"place in time.", d.Called(), d.SetBy, until)
		if days == 0 {
			e.Severity = notify.Bad
			e.Text = fmt.Sprintf("%s, set by %s, has expired on %s. Put another in its place.", d.Called(), d.SetBy,
				until)
		}
		return notify.Record(ctx, tx, s.Clock, e)
	}
	return nil
}
