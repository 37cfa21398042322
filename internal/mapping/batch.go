package mapping

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// BatchJob is the queue's task to work a batch's run. It carries the id alone.
type BatchJob struct {
	RunID uuid.UUID `json:"run_id"`
}

// Kind names the job in the queue.
func (BatchJob) Kind() string { return "mapping_batch" }

// BatchMost is how many accounts one batch takes; what is left takes another.
const BatchMost = 5000

// Pair is an account with the CRM account that it is to be mapped to.
type Pair struct{ AccountID, CRMAccountID uuid.UUID }

// BatchFilter says which suggestions are accepted at once.
type BatchFilter struct {
	ProviderID uuid.UUID
	Above      float64 // the least probability; 0: what is certain, whatever its probability
}

// Offer is one suggestion of the preview.
type Offer struct {
	Waiting
	Subscriptions int    // that would get a customer
	Contract      string // where they would land; empty: nowhere by themselves
	ContractID    uuid.NullUUID
	Contracts     int // active default contracts of the customer
}

// Offers lists what a batch would accept: the best suggestion of each account that
// waits, where it is free, not tied, chosen by the assignment and probable enough.
// What is doubtful for another reason than its probability is never among them.
func Offers(ctx context.Context, db *gorm.DB, f BatchFilter, q QueueFilter) ([]Offer, error) {
	q.ProviderID = f.ProviderID
	cond, args := `w.band = 'certain'`, q.everybody()
	if f.Above > 0 {
		cond, args = `(w.band = 'certain' OR w.band = 'likely' AND w.probability >= ?)`, append(args, f.Above)
	}
	var out []Offer
	err := db.WithContext(ctx).Raw(`SELECT w.*, (SELECT count(*) FROM subscriptions s
		WHERE s.account_id = w.id) AS subscriptions, k.name AS contract, k.id AS contract_id, coalesce(k.n,
			0) AS contracts
		FROM (`+waitingRows+`) w
		LEFT JOIN LATERAL (SELECT CASE WHEN count(*) = 1 THEN min(b.name) ELSE '' END AS name, CASE WHEN count(*) = 1
		THEN (array_agg(b.id))[1] END AS id, count(*) AS n
			FROM billing_contracts b WHERE b.crm_account_id = w.crm_account_id AND b.active AND b.is_default) k ON true
		WHERE w.shelf = 'open' AND w.chosen AND NOT w.tied AND w.holder_id IS NULL AND `+cond+
		` ORDER BY w.probability DESC, lower(w.name), w.id LIMIT ?`,
		append(args, BatchMost)...).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("what could be accepted: %w", err)
	}
	return out, nil
}

// Batch is a number of suggestions accepted in one go.
type Batch struct {
	ID         uuid.UUID
	ProviderID uuid.UUID
	Provider   string
	Above      *float64
	At         time.Time
	Actor      string
	UndoAt     *time.Time
	UndoBy     string
	Waiting    int // still to be carried out
	Mapped     int
	Skipped    int
	Undoing    int
	Undone     int
	Kept       int // stays although the batch was taken back
}

// Total is how many accounts are in it.
func (b Batch) Total() int {
	return b.Waiting + b.Mapped + b.Skipped + b.Undoing + b.Undone + b.Kept
}

// Running tells whether some of it is still to be carried out.
func (b Batch) Running() bool { return b.Waiting+b.Undoing > 0 }

const batchRows = `SELECT b.id, b.provider_id, p.name AS provider, b.above, b.at, b.actor, b.undo_at, b.undo_by,
	count(*) FILTER (WHERE i.state = 'waiting') AS waiting, count(*) FILTER (WHERE i.state = 'mapped') AS mapped,
		count(*) FILTER (WHERE i.state = 'skipped') AS skipped,
	count(*) FILTER (WHERE i.state = 'undoing') AS undoing, count(*) FILTER (WHERE i.state = 'undone') AS undone,
		count(*) FILTER (WHERE i.state = 'kept') AS kept
	FROM mapping_batches b JOIN providers p ON p.id = b.provider_id LEFT
	JOIN mapping_batch_items i ON i.batch_id = b.id`

// GetBatch reads a batch; errs.NotFound if there is none.
func GetBatch(ctx context.Context, db *gorm.DB, id uuid.UUID) (Batch, error) {
	var b Batch
	err := db.WithContext(ctx).Raw(batchRows+` WHERE b.id = ? GROUP BY b.id, p.name`, id).Scan(&b).Error
	if err == nil && b.ID == uuid.Nil {
		err = errs.New(errs.NotFound, "There is no such batch.")
	}
	return b, err
}

// Batches are the latest of a provider or, with uuid.Nil, of all.
func Batches(ctx context.Context, db *gorm.DB, providerID uuid.UUID, most int) ([]Batch, error) {
	var all []Batch
	err := db.WithContext(ctx).Raw(batchRows+
		` WHERE (? OR b.provider_id = ?) GROUP BY b.id, p.name ORDER BY b.at DESC, b.id DESC LIMIT ?`,
		providerID == uuid.Nil, providerID, most).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list batches: %w", err)
	}
	return all, nil
}

// Item is one account of a batch.
type Item struct {
	AccountID    uuid.UUID
	Account      string
	ExternalID   string
	CRMAccountID uuid.UUID `gorm:"column:crm_account_id"`
	CRMAccount   string
	State        string // waiting, mapped, skipped, undoing, undone, kept
	Why          string // it was skipped, or kept
}

// BatchItems are the accounts of a batch, what did not go as wanted first.
func BatchItems(ctx context.Context, db *gorm.DB, id uuid.UUID) ([]Item, error) {
	var all []Item
	err := db.WithContext(ctx).Raw(`SELECT i.account_id, coalesce(nullif(a.name, ''), a.external_id) AS account,
		a.external_id, i.crm_account_id, c.name AS crm_account, i.state, i.why
		FROM mapping_batch_items i JOIN provider_accounts a ON a.id = i.account_id
		JOIN crm_accounts c ON c.id = i.crm_account_id
		WHERE i.batch_id = ? ORDER BY i.state NOT IN ('skipped', 'kept'), lower(a.name), a.id`, id).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("accounts of batch %s: %w", id, err)
	}
	return all, nil
}

// AcceptMany stores a batch of what a person has seen and confirmed, and queues it. It
// is carried out by WorkBatch, one account after the other.
func (s *Service) AcceptMany(ctx context.Context, by audit.Actor, f BatchFilter, pairs []Pair) (uuid.UUID, error) {
	if len(pairs) == 0 || len(pairs) > BatchMost {
		return uuid.Nil, errs.Fields{"pair": fmt.Sprintf("Choose between 1 and %d accounts.", BatchMost)}.Err()
	}
	batch := uuid.Must(uuid.NewV7())
	accounts, customers := make([]uuid.UUID, len(pairs)), make([]uuid.UUID, len(pairs))
	for i, p := range pairs {
		accounts[i], customers[i] = p.AccountID, p.CRMAccountID
	}
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var above *float64
		if f.Above > 0 {
			above = &f.Above
		}
		err := tx.Exec(`INSERT INTO mapping_batches (id, provider_id, above, at, actor, actor_id)
			VALUES (?, ?, ?, ?, ?, ?)`,
			batch, f.ProviderID, above, s.Clock.Now(), by.Name, actorID(by)).Error
		if err != nil {
			return err
		}
		stored := tx.Exec(`INSERT INTO mapping_batch_items (batch_id, account_id, crm_account_id, state)
			SELECT DISTINCT ON (a.id) ?::uuid, a.id, c.id, 'waiting'
			FROM unnest(?::uuid[], ?::uuid[]) AS w (account_id, crm_account_id)
			JOIN provider_accounts a ON a.id = w.account_id AND a.provider_id = ?
			JOIN crm_accounts c ON c.id = w.crm_account_id ORDER BY a.id`,
			batch, postgres.IDs(accounts), postgres.IDs(customers), f.ProviderID)
		if stored.Error != nil {
			return stored.Error
		}
		if int(stored.RowsAffected) != len(pairs) {
			return errs.New(errs.Conflict,
				"Some of the chosen accounts are not this provider's, or were chosen twice. Nothing was changed; "+
					"open the preview again.")
		}
		if err := s.runBatch(ctx, tx, by, batch); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by,
			audit.Event{Action: "mapping.batch_accepted", ObjectType: "mapping_batch", ObjectID: batch.String(),
				After: map[string]any{"provider_id": f.ProviderID, "above": above, "accounts": len(pairs)}})
	})
	return batch, err
}

// UndoBatch takes a batch back: every account that nobody has decided about since,
// and that was not billed, stands as before. The others are kept, with the reason.
// What was kept before is tried again.
func (s *Service) UndoBatch(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		b, err := GetBatch(ctx, tx, id)
		if err != nil {
			return err
		}
		err = tx.Exec(`UPDATE mapping_batch_items SET state = 'skipped', why = 'taken back before its turn'
			WHERE batch_id = ? AND state = 'waiting'`, id).Error
		if err != nil {
			return err
		}
		wanted := tx.Exec(`UPDATE mapping_batch_items SET state = 'undoing', why = '' WHERE batch_id = ?
			AND state IN ('mapped', 'kept')`, id)
		if wanted.Error != nil {
			return wanted.Error
		}
		if wanted.RowsAffected == 0 && b.Waiting == 0 {
			return errs.New(errs.Conflict, "Nothing of this batch is left to take back.")
		}
		err = tx.Exec(`UPDATE mapping_batches SET undo_at = ?, undo_by = ?, undo_by_id = ? WHERE id = ?`, s.Clock.Now(),
			by.Name, actorID(by), id).Error
		if err != nil {
			return err
		}
		if err := s.runBatch(ctx, tx, by, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "mapping.batch_taken_back",
			ObjectType: "mapping_batch", ObjectID: id.String(), After: map[string]any{"accounts": wanted.RowsAffected}})
	})
}
