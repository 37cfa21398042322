package webhook

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/notify"
)

// Delivery is one message to one receiver, as the log shows it.
type Delivery struct {
	WebhookID   uuid.UUID
	ID          uuid.UUID
	State       State
	QueuedAt    time.Time
	NextAt      time.Time
	DeliveredAt *time.Time
	Kind        notify.Kind // empty: a test
	ObjectName  string
	Text        string
	Attempt     int
	Code        int // of the last try; 0: no answer
	MS          int `gorm:"column:ms"`
	Answer      string
}

// Label is what it tells of, in plain words.
func (d Delivery) Label() string {
	if d.Kind == "" {
		return "Test message"
	}
	return d.Kind.Label()
}

const deliverySQL = `SELECT d.webhook_id, d.id, d.state, d.queued_at, d.next_at, d.delivered_at, d.attempt,
	coalesce(n.kind, '') AS kind, coalesce(n.object_name, '') AS object_name, coalesce(n.text, '') AS text,
	coalesce(t.code, 0) AS code, coalesce(t.ms, 0) AS ms, coalesce(t.answer, '') AS answer
	FROM webhook_deliveries d LEFT JOIN notices n ON n.id = d.notice_id
	LEFT JOIN webhook_tries t ON t.webhook_id = d.webhook_id AND t.delivery_id = d.id AND t.attempt = d.attempt `

// LogSize is how many deliveries the log shows.
const LogSize = 100

// Log are the newest deliveries of a webhook; of one state, or of all.
func Log(ctx context.Context, db *gorm.DB, id uuid.UUID, state State) ([]Delivery, error) {
	var all []Delivery
	err := db.WithContext(ctx).Raw(deliverySQL+`WHERE d.webhook_id = @id AND (@state = '' OR d.state = @state)
		ORDER BY d.queued_at DESC, d.id DESC LIMIT @most`,
		map[string]any{"id": id, "state": string(state), "most": LogSize}).Scan(&all).Error
	return all, err
}

// DeliveryOf reads one; errs.NotFound when there is none.
func DeliveryOf(ctx context.Context, db *gorm.DB, webhook, id uuid.UUID) (Delivery, error) {
	var found []Delivery
	err := db.WithContext(ctx).Raw(deliverySQL+`WHERE d.webhook_id = ? AND d.id = ?`, webhook, id).Scan(&found).Error
	if err == nil && len(found) == 0 {
		err = errs.New(errs.NotFound, "There is no such delivery.")
	}
	if err != nil {
		return Delivery{}, err
	}
	return found[0], nil
}

// Try is one try of a delivery.
type Try struct {
	Attempt int
	At      time.Time
	Code    int
	MS      int `gorm:"column:ms"`
	Outcome string
	Answer  string
}

// Tries are the tries of a delivery, the first one first.
func Tries(ctx context.Context, db *gorm.DB, webhook, id uuid.UUID) ([]Try, error) {
	var all []Try
	err := db.WithContext(ctx).Raw(`SELECT attempt, at, code, ms, outcome, answer FROM webhook_tries
		WHERE webhook_id = ? AND delivery_id = ? ORDER BY attempt`, webhook, id).Scan(&all).Error
	return all, err
}

const isOff = "The webhook is switched off, so nothing is sent. Switch it on first. Nothing was changed."

// Again puts one delivery back into the queue, whatever became of it. It goes out under the same id.
func (s *Service) Again(ctx context.Context, by audit.Actor, webhook, id uuid.UUID) error {
	return s.change(ctx, by, webhook, "webhook.sent_again", func(tx *gorm.DB, w *Webhook) error {
		if !w.Active {
			return errs.New(errs.Conflict, isOff)
		}
		done := tx.Exec(requeue+` AND id = ? AND notice_id IS NOT NULL`, s.Clock.Now(), webhook, id)
		if done.Error == nil && done.RowsAffected == 0 {
			return errs.New(errs.NotFound, "There is no such delivery, or it is a test. Send another test instead.")
		}
		return done.Error
	})
}

const requeue = `UPDATE webhook_deliveries SET state = 'queued', next_at = ?, round = 0 WHERE webhook_id = ?`

// AgainAll puts all that failed back into the queue, and gives how many.
func (s *Service) AgainAll(ctx context.Context, by audit.Actor, webhook uuid.UUID) (int, error) {
	n := 0
	err := s.change(ctx, by, webhook, "webhook.failed_sent_again", func(tx *gorm.DB, w *Webhook) error {
		if !w.Active {
			return errs.New(errs.Conflict, isOff)
		}
		done := tx.Exec(requeue+` AND state = 'failed' AND notice_id IS NOT NULL`, s.Clock.Now(), webhook)
		if n = int(done.RowsAffected); done.Error == nil && n == 0 {
			return errNothing
		}
		return done.Error
	})
	return n, err
}

// Test sends a test message at once, on or off, and says in words what came of it.
func (s *Service) Test(ctx context.Context, by audit.Actor, webhook uuid.UUID) (delivered bool, words string,
	err error) {
	d := delivery{WebhookID: webhook, ID: uuid.Must(uuid.NewV7()), State: Queued, QueuedAt: s.Clock.Now()}
	var w Webhook
	err = s.change(ctx, by, webhook, "webhook.tested", func(tx *gorm.DB, found *Webhook) error {
		w, d.Attempt = *found, 0
		if err := tx.Exec(`INSERT INTO webhook_deliveries (webhook_id, id, state, queued_at, next_at)
			VALUES (?, ?, 'queued', ?, ?)`, webhook, d.ID, d.QueuedAt, d.QueuedAt).Error; err != nil {
			return err
		}
		return s.hold(tx, &d)
	})
	if err != nil {
		return false, "", err
	}
	o, err := s.sendTo(ctx, w, d)
	return o.what == taken, o.says(), err
}

const kept = 90 * 24 * time.Hour // of deliveries that went well, and of tests

// Prune takes old deliveries out of the log, and signing secrets that sign nothing any more.
func (s *Service) Prune(ctx context.Context) error {
	now := s.Clock.Now()
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec(`DELETE FROM webhook_secrets WHERE until <= ?`, now).Error; err != nil {
			return err
		}
		return tx.Exec(`DELETE FROM webhook_deliveries WHERE queued_at < ? AND held_until IS NULL
			AND (state = 'delivered' OR notice_id IS NULL)`, now.Add(-kept)).Error
	})
}

// Waiting counts deliveries that are not delivered yet, by whether they are still tried.
func Waiting(ctx context.Context, db *gorm.DB) (queued, failed int, err error) {
	var row struct{ Queued, Failed int }
	err = db.WithContext(ctx).Raw(`SELECT count(*) FILTER (WHERE state = 'queued') AS queued,
		count(*) FILTER (WHERE state = 'failed') AS failed FROM webhook_deliveries WHERE state <> 'delivered'`).
		Scan(&row).Error
	return row.Queued, row.Failed, err
}

// TakeOver lets everything be tried again at once where no other process can be at work, as at the start on a private
// server.
func (s *Service) TakeOver(ctx context.Context) error {
	return s.DB.Read(ctx).Exec(`UPDATE webhook_deliveries SET held_until = NULL, holder = ''
		WHERE held_until IS NOT NULL`).Error
}
