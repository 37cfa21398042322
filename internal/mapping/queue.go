package mapping

import (
	"cmp"
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/listing"
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
}

// Called is the account's name, or its id where it has none.
func (w Waiting) Called() string { return cmp.Or(w.Name, w.ExternalID) }

// The rows of the queue are kept (mapping_waiting); these are what else they show.
const (
	waitingTable = "mapping_waiting w"
	waitingJoins = `JOIN provider_accounts a ON a.id = w.account_id JOIN providers p ON p.id = w.provider_id
		LEFT JOIN crm_accounts c ON c.id = w.crm_account_id LEFT JOIN provider_accounts h ON h.id = w.holder_id
		LEFT JOIN mapping_snoozes z ON z.account_id = w.account_id AND z.ended_at IS NULL`
)

// Queue is the list of the unmapped accounts that are not gone, as of a day: on it an account that was put aside
// is asked about again.
func Queue(today clock.Date) *listing.List[Waiting] {
	aside := "w.snoozed_until > " + day(today)
	awake := "w.snoozed_until <= " + day(today)
	return &listing.List[Waiting]{
		Name: "mapping-queue", One: "account", Many: "accounts",
		Table: waitingTable, ID: "w.account_id", Joins: waitingJoins, Default: "confidence",
		Search: listing.Search{Label: "Search name, domain, external id or tenant id",
			Where: "w.account_id IN (SELECT accounts_like(?))"},
		Columns: waitingColumns(aside),
		Shown:   []string{"name", "provider", "confidence", "crm_account"},
		Card:    []string{"confidence", "crm_account"},
		Filters: []listing.Filter{
			{Name: "provider", Label: "Provider", Where: "w.provider_id = ?",
				ChoicesSQL: `SELECT id::text, name, lower(name) FROM providers p
					WHERE EXISTS (SELECT FROM account_counts a WHERE a.provider_id = p.id)`},
			{Name: "show", Label: "Show", Usual: string(ToDecide), Choices: []listing.Choice{
				{Value: string(ToDecide), Label: "To decide", Where: "w.shelf = 'open' AND " + awake},
				{Value: string(NoMatch), Label: "None of these", Where: "w.shelf = 'no_match' AND " + awake},
				{Value: string(Snoozed), Label: "Snoozed", Where: "w.snoozed_until > '-infinity' AND " + aside}}},
			{Name: "band", Label: "Confidence", Where: "w.band = ?", Choices: []listing.Choice{
				{Value: "certain", Label: "Certain"}, {Value: "likely", Label: "Likely"},
				{Value: "unclear", Label: "Unclear"}, {Value: NoBand, Label: "No candidate"}}},
		},
	}
}

// day writes a day of the clock into SQL. Without one nothing is aside.
func day(d clock.Date) string { return "DATE '" + cmp.Or(d.String(), "infinity") + "'" }

func waitingColumns(aside string) []listing.Column[Waiting] {
	return []listing.Column[Waiting]{
		{Key: "account_id", SQL: "w.account_id", Kind: listing.Word, Into: func(w *Waiting) any { return &w.ID }},
		{Key: "provider_id", SQL: "w.provider_id", Kind: listing.Word,
			Into: func(w *Waiting) any { return &w.ProviderID }},
		{Key: "provider", Label: "Provider", SQL: "p.name", Into: func(w *Waiting) any { return &w.Provider }},
		{Key: "external_id", Label: "External id", SQL: "a.external_id",
			Into: func(w *Waiting) any { return &w.ExternalID }},
		{Key: "name", Label: "Account", SQL: "a.name", Into: func(w *Waiting) any { return &w.Name },
			Sort: listing.Sort{Expr: "w.name_key", Kind: paging.Text}},
		{Key: "domain", Label: "Domain", SQL: "a.domain", Into: func(w *Waiting) any { return &w.Domain }},
		{Key: "confidence", Label: "Confidence", SQL: "w.band", Kind: listing.Word,
			Into: func(w *Waiting) any { return &w.Band }, Sort: listing.Sort{Expr: "w.queue_key", Kind: paging.Text}},
		{Key: "probability", SQL: "w.probability", Kind: listing.Amount},
		{Key: "crm_account_id", SQL: "w.crm_account_id", Kind: listing.Word,
			Into: func(w *Waiting) any { return &w.CRMAccountID }},
		{Key: "crm_account", Label: "Best candidate", SQL: "coalesce(c.name, '')",
			Into: func(w *Waiting) any { return &w.CRMAccount }},
		{Key: "doubt", Label: "Doubt", SQL: "w.doubt", Into: func(w *Waiting) any { return &w.Doubt }},
		{Key: "near_tie", Label: "Near tie", SQL: "w.tied", Kind: listing.YesNo,
			Into: func(w *Waiting) any { return &w.Tied }},
		{Key: "holder_id", SQL: "w.holder_id", Kind: listing.Word, Into: func(w *Waiting) any { return &w.HolderID }},
		{Key: "holder", Label: "Taken by", SQL: "coalesce(nullif(h.name, ''), h.external_id, '')",
			Into: func(w *Waiting) any { return &w.Holder }},
		{Key: "snoozed_until", Label: "Put aside until", SQL: "CASE WHEN " + aside + " THEN w.snoozed_until END",
			Kind: listing.Day, Into: func(w *Waiting) any { return &w.SnoozedUntil }},
		{SQL: "coalesce(w.probability, 0)", Into: func(w *Waiting) any { return &w.Probability }},
		{SQL: "a.provider_status", Into: func(w *Waiting) any { return &w.Status }},
		{SQL: "coalesce(z.actor, '')", Into: func(w *Waiting) any { return &w.Snoozer }},
		{SQL: "a.version", Into: func(w *Waiting) any { return &w.Version }},
	}
}

// query is the list and what of it the filter lets through, in its usual order.
func (f QueueFilter) query() (*listing.List[Waiting], listing.Query) {
	l, values := Queue(f.Today), listing.Values{"show": string(cmp.Or(f.Shelf, ToDecide))}
	if f.ProviderID != uuid.Nil {
		values["provider"] = f.ProviderID.String()
	}
	if f.Band != "" {
		values["band"] = f.Band
	}
	q := l.Ask(values)
	q.Search = f.Search
	return l, q
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
	l, q := f.query()
	where, args := q.Where()
	if at != uuid.Nil {
		where, args = where+" AND w.account_id = ?", append(args, at)
	}
	rows, err := l.Some(ctx, db, where, q.Page.Order.SQL()+" LIMIT 1", args...)
	if err != nil || len(rows) == 0 {
		return Place{}, err
	}
	p := Place{Waiting: rows[0]}
	beside, err := l.Beside(ctx, db, q, p.ID, "")
	if err != nil {
		return p, err
	}
	p.Previous, p.Next = beside.Prev, beside.Next
	where, args = q.Where()
	err = db.WithContext(ctx).Raw(`SELECT count(*), count(*) FILTER (WHERE (w.queue_key, w.account_id) <=
			(SELECT k.queue_key, k.account_id FROM mapping_waiting k WHERE k.account_id = ?))
		FROM `+waitingTable+` WHERE `+where, append([]any{p.ID}, args...)...).Row().Scan(&p.Total, &p.Position)
	if err != nil {
		return p, fmt.Errorf("place in the queue: %w", err)
	}
	return p, nil
}

// QueueCounts is how many accounts wait, by shelf and, of those to decide, by band.
type QueueCounts struct {
	Open, Snoozed, NoMatch         int
	Certain, Likely, Unclear, None int
}

// CountQueue counts the queue of a provider or, with uuid.Nil, of all.
func CountQueue(ctx context.Context, db *gorm.DB, f QueueFilter) (QueueCounts, error) {
	var c QueueCounts
	awake := "w.snoozed_until <= " + day(f.Today)
	open := "w.shelf = 'open' AND " + awake
	err := db.WithContext(ctx).Raw(`SELECT count(*) FILTER (WHERE `+open+`) AS open,
			count(*) FILTER (WHERE NOT `+awake+`) AS snoozed,
			count(*) FILTER (WHERE shelf = 'no_match' AND `+awake+`) AS no_match,
			count(*) FILTER (WHERE `+open+` AND band = 'certain') AS certain,
			count(*) FILTER (WHERE `+open+` AND band = 'likely') AS likely,
			count(*) FILTER (WHERE `+open+` AND band = 'unclear') AS unclear,
			count(*) FILTER (WHERE `+open+` AND band = 'none') AS none
		FROM `+waitingTable+` WHERE ? OR w.provider_id = ?`, f.ProviderID == uuid.Nil, f.ProviderID).Scan(&c).Error
	if err != nil {
		return c, fmt.Errorf("count the queue: %w", err)
	}
	return c, nil
}

// Waiters looks after the kept rows of the queue, as listing looks after what lists keep.
type Waiters struct{}

// AddUp does nothing: the queue keeps rows, no differences.
func (Waiters) AddUp(context.Context, *postgres.DB) error { return nil }

// Mend makes right the rows that were changed past their triggers, and tells how many that were.
func (Waiters) Mend(ctx context.Context, db *postgres.DB) (counts, rows int64, err error) {
	err = db.InTx(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec(`SELECT pg_advisory_xact_lock(?)`, suggestionsLock).Error; err != nil {
			return err
		}
		return tx.Raw(`WITH wrong AS (
				SELECT coalesce(f.account_id, w.account_id) AS id
				FROM mapping_waits(ARRAY(SELECT id FROM provider_accounts WHERE state = 'unmapped')) f
				FULL JOIN mapping_waiting w ON w.account_id = f.account_id WHERE f IS DISTINCT FROM w),
			done AS (SELECT count(*) AS n, mapping_queue_follow(array_agg(id)) FROM wrong)
			SELECT n FROM done`).Row().Scan(&rows)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("mend the mapping queue: %w", err)
	}
	return 0, rows, nil
}
