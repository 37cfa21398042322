package webhook

import (
	"context"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/notify"
	"seatledger/internal/secret"
)

// ErrStale says that somebody else saved the webhook after the form was opened.
var ErrStale = errs.New(errs.Conflict,
	"Somebody else changed this webhook after you opened the form. Nothing was saved.")

// Input is the form of a webhook, as typed.
type Input struct {
	Name       string
	Shape      Shape
	Address    distributor.Secret // empty: it stays
	Signing    distributor.Secret // empty: it stays, or one is made
	NewSigning bool               // another one is made, and the one from before signs nothing any more
	Choice     notify.Choice
	Version    int
}

// Made is what came of saving a webhook.
type Made struct {
	Webhook Webhook
	Signing string // a signing secret that was made here, to be shown once; empty: none was
}

const most = 50 // webhooks

// checked is the webhook that the form describes, with what is stored of it and its secrets.
func (s *Service) checked(in Input, was Webhook, marks map[string]Mark) (Webhook, error) {
	f, w := errs.Fields{}, was
	if w.Name = strings.TrimSpace(in.Name); w.Name == "" || utf8.RuneCountInString(w.Name) > 100 {
		f.Add("name", "Enter a name, at most 100 characters long.")
	}
	switch w.Shape = in.Shape; in.Shape {
	case Standard, Slack, Teams:
	default:
		f.Add("shape", "Choose what the receiver reads.")
	}
	c := in.Choice.Checked(f, false)
	w.Severity, w.Kinds = c.From, c.List()
	if problem := s.addressProblem(in.Address.Reveal()); in.Address != "" && problem != "" {
		f.Add("address", "%s", problem)
	} else if in.Address != "" {
		w.Host = distributor.Origin(in.Address.Reveal())
	} else if !marks[Address].Set() || marks[Address].SentTo != w.Host {
		f.Add("address", "Enter the address, as https://alerts.reseller.example/hook.")
	}
	signing := marks[Signing]
	switch _, ok := signingKey(in.Signing); {
	case in.Shape != Standard && in.Signing != "":
		f.Add("signing", "Slack and Teams read no signature. Leave this empty.")
	case in.Signing != "" && in.NewSigning:
		f.Add("signing", "Enter a secret, or have one made; not both.")
	case in.Signing != "" && !ok:
		f.Add("signing", "A signing secret is whsec_ and base64 of %d to %d bytes. Leave it empty to have one made.",
			leastBytes, mostBytes)
	case in.Shape == Standard && in.Signing == "" && !in.NewSigning && signing.Set() && signing.SentTo != w.Host:
		f.Add("signing",
			"The secret was given for %s and does not sign for %s. Enter it again, or have another made.",
			signing.SentTo, w.Host)
	}
	return w, f.Err()
}

// addressProblem tells what is wrong with an address before anything is called; empty: nothing. Addresses of Teams
// bear a query, which those of distributors never do.
func (s *Service) addressProblem(raw string) string {
	plain, query, _ := strings.Cut(raw, "?")
	if err := s.Out.CheckURL(plain); err != nil {
		return forReceivers(distributor.AsError(err).Message + " " + distributor.AsError(err).Advice)
	}
	if _, err := url.ParseQuery(query); err != nil || strings.ContainsAny(query, "# \t\r\n\\") || len(raw) > 2000 {
		return "What stands behind the ? cannot be read. Copy the address as the receiver gives it."
	}
	return ""
}

// forReceivers says of a receiver what the way out says of distributors.
func forReceivers(words string) string {
	return strings.NewReplacer("The distributor", "The receiver", "the distributor", "the receiver",
		"for example https://api.us.tdsynnex.com/", "for example https://alerts.reseller.example/hook",
		" Lower the page size under Advanced, or ask the receiver what it sends.", "").Replace(words)
}

// Create stores a new webhook, which is sent what is told from now on.
func (s *Service) Create(ctx context.Context, by audit.Actor, in Input) (Made, error) {
	var out Made
	w, err := s.checked(in, Webhook{}, nil)
	if err != nil {
		return out, err
	}
	now := s.Clock.Now()
	w.ID, w.Active, w.Version = uuid.Must(uuid.NewV7()), true, 1
	w.Since, w.CreatedAt, w.UpdatedAt, w.CreatedBy = now, now, now, by.Name
	err = s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var there int
		if err := tx.Raw(`SELECT count(*) FROM webhooks`).Scan(&there).Error; err != nil {
			return err
		}
		if there >= most {
			return errs.Newf(errs.Conflict, "There are %d webhooks, which is the most. Remove one first.", there)
		}
		err := tx.Exec(`INSERT INTO webhooks (id, name, shape, host, severity, kinds, active, since, version,
			created_at, created_by, updated_at) VALUES (?, ?, ?, ?, ?, ?, true, ?, 1, ?, ?, ?)`, w.ID, w.Name,
			w.Shape,
			w.Host, w.Severity, w.Kinds, now, now, by.Name, now).Error
		if err != nil {
			return err
		}
		said, err := s.saveSecrets(tx, by, w, in, nil, &out)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, event("webhook.created", w, nil, trail(w, said)))
	})
	out.Webhook = w
	return out, err
}

// Update stores an edited webhook over the version it was read at, or ErrStale.
func (s *Service) Update(ctx context.Context, by audit.Actor, id uuid.UUID, in Input) (Made, error) {
	var out Made
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		out = Made{}
		was, err := locked(tx, id)
		if err != nil {
			return err
		}
		if was.Version != in.Version {
			return ErrStale
		}
		marks, err := Marks(ctx, tx, id)
		if err != nil {
			return err
		}
		w, err := s.checked(in, was, marks)
		if err != nil {
			return err
		}
		said, err := s.saveSecrets(tx, by, w, in, marks, &out)
		if err != nil {
			return err
		}
		w.Version, w.UpdatedAt = was.Version+1, s.Clock.Now()
		err = tx.Exec(`UPDATE webhooks SET name = ?, shape = ?, host = ?, severity = ?, kinds = ?, version = ?,
			updated_at = ? WHERE id = ?`, w.Name, w.Shape, w.Host, w.Severity, w.Kinds, w.Version, w.UpdatedAt,
			id).Error
		if err != nil {
			return err
		}
		out.Webhook = w
		return audit.Record(ctx, tx, s.Clock, by, event("webhook.changed", w, trail(was, nil), trail(w, said)))
	})
	return out, err
}

// saveSecrets seals what was typed or has to be made, takes away what serves no more, and says which were set.
func (s *Service) saveSecrets(tx *gorm.DB, by audit.Actor, w Webhook, in Input, marks map[string]Mark,
	out *Made) ([]string, error) {
	var said []string
	if in.Address != "" {
		if err := s.seal(tx, by, w, Address, in.Address); err != nil {
			return nil, err
		}
		said = append(said, Address)
	}
	if w.Shape != Standard {
		return said, tx.Exec(`DELETE FROM webhook_secrets WHERE webhook_id = ? AND name <> ?`, w.ID, Address).Error
	}
	typed := in.Signing
	if typed == "" && (in.NewSigning || !marks[Signing].Set()) {
		typed = newSigning()
		out.Signing = typed.Reveal()
	}
	if typed == "" {
		return said, nil
	}
	err := tx.Exec(`DELETE FROM webhook_secrets WHERE webhook_id = ? AND name = ?`, w.ID, SigningBefore).Error
	if err != nil {
		return nil, err
	}
	return append(said, Signing), s.seal(tx, by, w, Signing, typed)
}

// Rotate makes another signing secret and gives it, to be shown once. The one from before signs too for a day, so
// that
// the receiver may take the new one up meanwhile.
func (s *Service) Rotate(ctx context.Context, by audit.Actor, id uuid.UUID) (string, error) {
	made := newSigning()
	err := s.change(ctx, by, id, "webhook.signing_changed", func(tx *gorm.DB, w *Webhook) error {
		if w.Shape != Standard {
			return errs.New(errs.Conflict, "Slack and Teams read no signature, so there is no secret to change.")
		}
		k, err := s.open(ctx, *w)
		if err != nil {
			return err
		}
		if err := s.keepBefore(tx, by, *w, k.signing[0]); err != nil {
			return err
		}
		return s.seal(tx, by, *w, Signing, made)
	})
	return made.Reveal(), err
}

// keepBefore keeps the signing secret from before for a while.
func (s *Service) keepBefore(tx *gorm.DB, by audit.Actor, w Webhook, before distributor.Secret) error {
	if err := tx.Exec(`DELETE FROM webhook_secrets WHERE webhook_id = ? AND name = ?`, w.ID, SigningBefore).
		Error; err != nil {
		return err
	}
	now := s.Clock.Now()
	sealed, err := s.Sealer.Seal(secret.WebhookSecret(w.ID, SigningBefore, w.Host), before)
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO webhook_secrets (webhook_id, name, set_at, sealed, sent_to, set_by, until)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, w.ID, SigningBefore, now, sealed, w.Host, by.Name, now.Add(overlap)).Error
}

// SetActive switches a webhook on or off. What waited when it was switched off counts as failed, and can be sent
// again; what is told while it is off is not sent later.
func (s *Service) SetActive(ctx context.Context, by audit.Actor, id uuid.UUID, active bool) error {
	action := "webhook.switched_on"
	if !active {
		action = "webhook.switched_off"
	}
	return s.change(ctx, by, id, action, func(tx *gorm.DB, w *Webhook) error {
		switch {
		case w.Active == active:
			return errNothing
		case !active:
			return s.off(tx, w, "Switched off by "+by.Name+".")
		}
		return tx.Exec(`UPDATE webhooks SET active = true, off_why = '', failing_since = NULL, since = ?,
			version = version + 1, updated_at = ? WHERE id = ?`, s.Clock.Now(), s.Clock.Now(), id).Error
	})
}

// off switches a webhook off, under its lock.
func (s *Service) off(tx *gorm.DB, w *Webhook, why string) error {
	w.Active, w.OffWhy = false, why
	err := tx.Exec(`UPDATE webhooks SET active = false, off_why = ?, version = version + 1, updated_at = ?
		WHERE id = ?`, why, s.Clock.Now(), w.ID).Error
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE webhook_deliveries SET state = 'failed' WHERE webhook_id = ? AND state = 'queued'`,
		w.ID).Error
}

// Remove takes a webhook away, with its secrets and its log.
func (s *Service) Remove(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.change(ctx, by, id, "webhook.removed", func(tx *gorm.DB, w *Webhook) error {
		return tx.Exec(`DELETE FROM webhooks WHERE id = ?`, w.ID).Error
	})
}

// errNothing says that there was nothing to change, and nothing to tell.
var errNothing = errs.New(errs.Conflict, "Nothing to change.")

func (s *Service) change(ctx context.Context, by audit.Actor, id uuid.UUID, action string,
	do func(tx *gorm.DB, w *Webhook) error) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		w, err := locked(tx, id)
		if err != nil {
			return err
		}
		err = do(tx, &w)
		if err == errNothing { //nolint:errorlint // it is that very one
			return nil
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by,
			audit.Event{Action: action, ObjectType: "webhook", ObjectID: id.String(), ObjectName: w.Name})
	})
}

// trail is what the audit shows of a webhook: never an address or a secret, only which were set.
func trail(w Webhook, set []string) map[string]any {
	t := map[string]any{"name": w.Name, "shape": w.Shape, "host": w.Host, "severity": w.Severity, "kinds": w.Kinds}
	for _, name := range set {
		t[name] = "set"
	}
	return t
}

func event(action string, w Webhook, before, after map[string]any) audit.Event {
	e := audit.Event{Action: action, ObjectType: "webhook", ObjectID: w.ID.String(), ObjectName: w.Name, After: after}
	if before != nil {
		e.Before = before
	}
	return e
}

// longest is how long a receiver may fail before it is switched off.
const longest = 3 * 24 * time.Hour
