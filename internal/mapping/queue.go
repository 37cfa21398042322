package mapping

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// Shelf is a part of the work on a provider's unmapped accounts.
type Shelf string

// The shelves: what is to be decided, what sleeps until a day, and what a person
// said no to and has no other candidate.
const (
	ToDecide Shelf = "open"
	Snoozed  Shelf = "snoozed"
	NoMatch  Shelf = "no_match"
)

// NoBand is the word for an account without a candidate, where the others have a band.
const NoBand = "none"

// QueueFilter narrows the queue. Zero values let everything through but the shelf, which is ToDecide.
type QueueFilter struct {
	ProviderID uuid.UUID
	Shelf      Shelf
	Band       string // certain, likely, unclear or none
	Search     string // in name, domain, external id and tenant id
	Today      clock.Date
}

// Waiting is an account that waits for a decision, with its best candidate.
type Waiting struct {
	ID           uuid.UUID
	ProviderID   uuid.UUID
	Provider     string
	ExternalID   string
	Name         string
	Domain       string
	Status       string
	Band         string // of the best candidate; NoBand without one
	Probability  float64
	CRMAccountID uuid.NullUUID `gorm:"column:crm_account_id"`
	CRMAccount   string
	Doubt        string
	Tied         bool
	HolderID     uuid.NullUUID // who has that CRM account
	Holder       string
	SnoozedUntil clock.Date
	Snoozer      string
	Version      int
	OrderKey     string // of the list's order
}

// Called is the account's name, or its id where it has none.
func (w Waiting) Called() string {
	if w.Name == "" {
		return w.ExternalID
	}
	return w.Name
}

// waitingRows are the unmapped accounts that are not gone, each with its best
// candidate: the first that nobody said no to. One that is taken is nobody's certain partner.
const waitingRows = `
	SELECT a.id, a.provider_id, p.name AS provider, a.external_id, a.name, a.domain, a.tenant_id,
		a.provider_status AS status, a.version,
		CASE WHEN b.account_id IS NULL THEN 'none' WHEN h.id IS NOT NULL THEN 'unclear' ELSE b.band END AS band,
		coalesce(b.probability, 0) AS probability, b.crm_account_id, coalesce(c.name, '') AS crm_account,
			coalesce(b.doubt, '') AS doubt, coalesce(b.tied, false) AS tied, coalesce(b.chosen, false) AS chosen,
		h.id AS holder_id, coalesce(nullif(h.name, ''), h.external_id, '') AS holder, z.until AS snoozed_until,
			coalesce(z.actor, '') AS snoozer,
		CASE WHEN z.id IS NOT NULL THEN 'snoozed' WHEN b.account_id IS NULL AND n.id IS NOT NULL THEN 'no_match'
		ELSE 'open' END AS shelf
	FROM provider_accounts a JOIN providers p ON p.id = a.provider_id
	LEFT JOIN LATERAL (SELECT s.* FROM mapping_suggestions s WHERE s.account_id = a.id
	AND NOT EXISTS (SELECT FROM mapping_refusals r
			WHERE r.account_id = s.account_id AND r.crm_account_id = s.crm_account_id AND r.revoked_at IS NULL
			AND r.lapsed_at IS NULL)
		ORDER BY s.rank LIMIT 1) b ON true
	LEFT JOIN crm_accounts c ON c.id = b.crm_account_id
	LEFT JOIN provider_accounts h ON h.provider_id = a.provider_id AND h.state = 'mapped'
	AND h.crm_account_id = b.crm_account_id
	LEFT JOIN mapping_snoozes z ON z.account_id = a.id AND z.ended_at IS NULL AND z.until > ?
	LEFT JOIN mapping_refusals n ON n.account_id = a.id AND n.crm_account_id IS NULL AND n.revoked_at IS NULL
	AND n.lapsed_at IS NULL
	WHERE a.state = 'unmapped' AND a.provider_status <> 'gone' AND (? OR a.provider_id = ?)`

// queueKey puts what is certain first, then the more probable, then by name.
const queueKey = `(CASE w.band WHEN 'certain' THEN '0' WHEN 'likely' THEN '1' WHEN 'unclear' THEN '2'
	ELSE '3' END || to_char(10000 - w.probability * 10000, 'FM00000') || lower(w.name))`

// everybody are the arguments of waitingRows.
func (f QueueFilter) everybody() []any { return []any{f.Today, f.ProviderID == uuid.Nil, f.ProviderID} }

func (f QueueFilter) rows() (string, []any) {
	if f.Shelf == "" {
		f.Shelf = ToDecide
	}
	cond, args := `w.shelf = ?`, append(f.everybody(), f.Shelf)
	if f.Band != "" {
		cond, args = cond+` AND w.band = ?`, append(args, f.Band)
	}
	if f.Search != "" {
		cond, args = cond+` AND lower(w.name || ' ' || w.domain || ' ' || w.external_id || ' ' || w.tenant_id) LIKE ?`,
			append(args, postgres.Contains(f.Search))
	}
	return `SELECT w.*, ` + queueKey + ` AS sort_key FROM (` + waitingRows + `) w WHERE ` + cond, args
}

// Place is where an account stands in the queue.
type Place struct {
	Waiting
	Position int
	Total    int
	Previous uuid.NullUUID
	Next     uuid.NullUUID
}

// PlaceOf finds an account in the queue; with uuid.Nil the first one. The zero Place
// means that it is not, or no longer, in it.
func PlaceOf(ctx context.Context, db *gorm.DB, f QueueFilter, at uuid.UUID) (Place, error) {
	rows, args := f.rows()
	var p Place
	err := db.WithContext(ctx).Raw(`SELECT *
		FROM (SELECT q.*, row_number() OVER o AS position, count(*) OVER () AS total, lag(id) OVER o AS previous,
			lead(id) OVER o AS next
		FROM (`+rows+`) q WINDOW o AS (ORDER BY sort_key, id)) x
		WHERE id = ? OR ? AND position = 1`, append(args, at, at == uuid.Nil)...).Scan(&p).Error
	if err != nil {
		return p, fmt.Errorf("place in the queue: %w", err)
	}
	return p, nil
}

// QueueSorts are the orders of the list.
func QueueSorts() paging.Sorts {
	return paging.Sorts{ID: "q.id", Default: "band",
		Keys: []paging.Sort{{Key: "band", Expr: "q.sort_key", Kind: paging.Text},
			{Key: "name", Expr: "lower(q.name)", Kind: paging.Text}}}
}

// Queue reads one page of the queue as a list, and the token of the next.
func Queue(ctx context.Context, db *gorm.DB, f QueueFilter, r paging.Request) ([]Waiting, string, error) {
	rows, args := f.rows()
	behind, more := r.Where()
	var out []Waiting
	err := db.WithContext(ctx).Raw(`SELECT q.*, `+r.Order.Sort.Expr+` AS order_key FROM (`+rows+`) q WHERE `+behind+
		` ORDER BY `+r.Order.SQL()+` LIMIT ?`,
		append(append(args, more...), r.Limit())...).Scan(&out).Error
	if err != nil {
		return nil, "", fmt.Errorf("list the queue: %w", err)
	}
	return paging.Cut(r, out, func(w Waiting) (any, uuid.UUID) { return w.OrderKey, w.ID })
}

// EachWaiting hands over every account of the queue in order, for the CSV.
func EachWaiting(ctx context.Context, db *gorm.DB, f QueueFilter, o paging.Order, do func(Waiting) error) error {
	rows, args := f.rows()
	return postgres.Each(db.WithContext(ctx).Raw(`SELECT q.* FROM (`+rows+`) q ORDER BY `+o.SQL(), args...), do)
}

// QueueCounts is how many accounts wait, by shelf and, of those to decide, by band.
type QueueCounts struct {
	Open, Snoozed, NoMatch         int
	Certain, Likely, Unclear, None int
}

// CountQueue counts the queue of a provider or, with uuid.Nil, of all.
func CountQueue(ctx context.Context, db *gorm.DB, f QueueFilter) (QueueCounts, error) {
	var c QueueCounts
	err := db.WithContext(ctx).Raw(`SELECT count(*) FILTER (WHERE shelf = 'open') AS open,
		count(*) FILTER (WHERE shelf = 'snoozed') AS snoozed, count(*) FILTER (WHERE shelf = 'no_match') AS no_match,
		count(*) FILTER (WHERE shelf = 'open' AND band = 'certain') AS certain, count(*) FILTER (WHERE shelf = 'open'
		AND band = 'likely') AS likely,
		count(*) FILTER (WHERE shelf = 'open' AND band = 'unclear') AS unclear, count(*) FILTER (WHERE shelf = 'open'
		AND band = 'none') AS none
		FROM (`+waitingRows+`) w`, f.everybody()...).Scan(&c).Error
	if err != nil {
		return c, fmt.Errorf("count the queue: %w", err)
	}
	return c, nil
}
