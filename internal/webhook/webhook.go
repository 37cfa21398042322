// Package webhook sends notices on over HTTPS: as Standard Webhooks, which are signed, or
// in the shapes that Slack and Teams read. Each delivery is a row with its tries; a
// message has its notice's id on every try, so that a receiver may drop a second one. It
// knows notices by the outbox alone, and no record that they tell of.
package webhook

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/errs"
	"seatledger/internal/notify"
	"seatledger/internal/obs"
	"seatledger/internal/postgres"
	"seatledger/internal/secret"
)

// Shape is how a message is written.
type Shape string

// The shapes.
const (
	Standard Shape = "standard" // Standard Webhooks: JSON, signed
	Slack    Shape = "slack"
	Teams    Shape = "teams" // a card, as a workflow of Teams takes it
)

// Webhook is one receiver. Its address stands apart, sealed.
type Webhook struct {
	ID           uuid.UUID
	Name         string
	Shape        Shape
	Host         string // scheme and host of the address
	Severity     notify.Severity
	Kinds        string
	Active       bool
	Since        time.Time
	FailingSince *time.Time
	OffWhy       string
	Version      int
	CreatedAt    time.Time
	CreatedBy    string
	UpdatedAt    time.Time
}

// Choice says which notices it is sent.
func (w Webhook) Choice() notify.Choice { return notify.ChoiceOf(w.Severity, w.Kinds) }

// Listed is a webhook with how its deliveries stand.
type Listed struct {
	Webhook
	Waiting       int
	Failed        int
	LastDelivered *time.Time
}

// Service sends. Its fields are set once, by app.
type Service struct {
	DB     *postgres.DB
	Clock  clock.Clock
	Log    *slog.Logger
	Sealer *secret.Sealer
	Out    *outbound.Client
	Meter  *obs.Meter
	Holder string // names this process in the leases of deliveries
	// BaseURL is where people open a notice; empty: nowhere.
	BaseURL string
}

// Outbound asks receivers with little patience, and reads little of what they say.
func Outbound(o outbound.Options) (*outbound.Client, error) {
	o.Timeout, o.MaxBody, o.MaxHeader = timeout, 64<<10, 16<<10
	return outbound.New(o)
}

// timeout bounds one try; lease is how long one counts as in hand, and is longer.
const (
	timeout = 15 * time.Second
	lease   = time.Minute
)

// All are all webhooks, by name.
func All(ctx context.Context, db *gorm.DB) ([]Listed, error) {
	var all []Listed
	err := db.WithContext(ctx).Raw(`SELECT w.*,
		(SELECT count(*) FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'queued') AS waiting,
		(SELECT count(*) FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'failed') AS failed,
		(SELECT max(delivered_at) FROM webhook_deliveries d WHERE d.webhook_id = w.id) AS last_delivered
		FROM webhooks w ORDER BY lower(w.name), w.id`).Scan(&all).Error
	return all, err
}

// Get reads one; errs.NotFound when there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (Webhook, error) {
	return one(db.WithContext(ctx).Raw(`SELECT * FROM webhooks WHERE id = ?`, id))
}

// locked is Get in a transaction that changes it. Whoever also changes deliveries locks their webhook first.
func locked(tx *gorm.DB, id uuid.UUID) (Webhook, error) {
	return one(tx.Raw(`SELECT * FROM webhooks WHERE id = ? FOR NO KEY UPDATE`, id))
}

func one(query *gorm.DB) (Webhook, error) {
	var found []Webhook
	if err := query.Scan(&found).Error; err != nil {
		return Webhook{}, fmt.Errorf("webhook: %w", err)
	}
	if len(found) == 0 {
		return Webhook{}, errs.New(errs.NotFound, "There is no such webhook. It may have been removed.")
	}
	return found[0], nil
}
