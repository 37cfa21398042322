package mapping

import (
	"time"

	"github.com/google/uuid"

	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// Entry is one thing that was decided or said about an account: by whom, when and why.
type Entry struct {
	ID           uuid.UUID
	At           time.Time
	Actor        string
	ByPerson     bool
	Action       string // map, unmap, exclude, include, undo, no, snooze
	AccountID    uuid.UUID
	Account      string
	ExternalID   string
	ProviderID   uuid.UUID
	Provider     string
	From         string        // the CRM account before
	CRMAccountID uuid.NullUUID `gorm:"column:crm_account_id"`
	CRMAccount   string
	Why          string
	Probability  *float64
	BatchID      uuid.NullUUID
	TakenBack    bool // undone, revoked or ended
	Lapsed       bool // a no whose data have changed
}

// journal is decisions, noes and snoozes in one shape, each read by its own index.
const journal = `(
	SELECT d.id, d.at, d.actor, d.by_person, d.action, d.account_id, d.from_crm_account_id,
		d.to_crm_account_id AS crm_account_id, d.why, d.probability::double precision AS probability, d.batch_id,
		false AS ended, false AS lapsed
	FROM mapping_decisions d
	UNION ALL SELECT r.id, r.at, r.actor, r.actor_id IS NOT NULL, 'no', r.account_id, NULL::uuid, r.crm_account_id,
		CASE WHEN r.crm_account_id IS NULL THEN 'none of the candidates' ELSE 'not this one' END,
		NULL::double precision, NULL::uuid, r.revoked_at IS NOT NULL, r.lapsed_at IS NOT NULL
	FROM mapping_refusals r
	UNION ALL SELECT z.id, z.at, z.actor, z.actor_id IS NOT NULL, 'snooze', z.account_id, NULL::uuid, NULL::uuid,
		'until ' || to_char(z.until, 'YYYY-MM-DD'), NULL::double precision, NULL::uuid, z.ended_at IS NOT NULL, false
	FROM mapping_snoozes z) j`

// Journal is the list of everything that was decided about mappings, the newest first.
var Journal = &listing.List[Entry]{
	Name: "mapping-history", One: "decision", Many: "decisions",
	Table: journal, ID: "j.id", Default: "-at",
	Joins: `JOIN provider_accounts a ON a.id = j.account_id JOIN providers p ON p.id = a.provider_id
		LEFT JOIN crm_accounts c ON c.id = j.crm_account_id LEFT JOIN crm_accounts f ON f.id = j.from_crm_account_id`,
	Search: listing.Search{Label: "Search account, CRM account or person",
		Where: `lower(j.actor) LIKE ?
			OR j.account_id IN (SELECT id FROM provider_accounts WHERE lower(name || ' ' || external_id) LIKE ?)
			OR j.crm_account_id IN (SELECT id FROM crm_accounts WHERE lower(name) LIKE ?)`},
	Columns: journalColumns,
	Shown:   []string{"account", "action", "crm_account", "why", "actor", "at"},
	Filters: []listing.Filter{
		{Name: "provider", Label: "Provider",
			Where:      "j.account_id IN (SELECT id FROM provider_accounts WHERE provider_id = ?)",
			ChoicesSQL: "SELECT id::text, name, lower(name) FROM providers", Steady: true},
		{Name: "account", Label: "Account", IsID: true, Where: "j.account_id = ?",
			NameSQL: "SELECT coalesce(nullif(name, ''), external_id) FROM provider_accounts WHERE id = ?"},
		{Name: "batch", Label: "One batch", IsID: true, Where: "j.batch_id = ?"},
		{Name: "by", Label: "Decided by", Choices: []listing.Choice{
			{Value: "person", Label: "A person", Where: "j.by_person"},
			{Value: "machine", Label: "Seatledger", Where: "NOT j.by_person"}}},
		{Name: "action", Label: "What", Where: "j.action = ?", Choices: []listing.Choice{{Value: "map",
			Label: "Mapped"},
			{Value: "unmap", Label: "Unmapped"}, {Value: "exclude", Label: "Excluded"},
			{Value: "include", Label: "Included"}, {Value: "undo", Label: "Undone"}, {Value: "no", Label: "Said no"},
			{Value: "snooze", Label: "Snoozed"}}},
	},
}

var journalColumns = []listing.Column[Entry]{
	{Key: "id", SQL: "j.id", Kind: listing.Word, Into: func(e *Entry) any { return &e.ID }},
	{Key: "at", Label: "When", SQL: "date_trunc('second', j.at)", Kind: listing.Moment,
		Into: func(e *Entry) any { return &e.At }, Sort: listing.Sort{Expr: "j.at", Kind: paging.Time}},
	{Key: "actor", Label: "By", SQL: "j.actor", Into: func(e *Entry) any { return &e.Actor }},
	{Key: "by_person", SQL: "j.by_person", Kind: listing.YesNo, Into: func(e *Entry) any { return &e.ByPerson }},
	{Key: "action", Label: "Decision", SQL: "j.action", Kind: listing.Word,
		Into: func(e *Entry) any { return &e.Action }},
	{Key: "account_id", SQL: "j.account_id", Kind: listing.Word, Into: func(e *Entry) any { return &e.AccountID }},
	{Key: "account", Label: "Account", SQL: "coalesce(nullif(a.name, ''), a.external_id)",
		Into: func(e *Entry) any { return &e.Account }},
	{Key: "external_id", Label: "Id", SQL: "a.external_id", Into: func(e *Entry) any { return &e.ExternalID }},
	{Key: "provider_id", SQL: "a.provider_id", Kind: listing.Word, Into: func(e *Entry) any { return &e.ProviderID }},
	{Key: "provider", Label: "Provider", SQL: "p.name", Into: func(e *Entry) any { return &e.Provider }},
	{Key: "crm_account_id", SQL: "j.crm_account_id", Kind: listing.Word,
		Into: func(e *Entry) any { return &e.CRMAccountID }},
	{Key: "crm_account", Label: "CRM account", SQL: "coalesce(c.name, '')",
		Into: func(e *Entry) any { return &e.CRMAccount }},
	{Key: "crm_account_before", Label: "Before", SQL: "coalesce(f.name, '')",
		Into: func(e *Entry) any { return &e.From }},
	{Key: "why", Label: "Why", SQL: "j.why", Into: func(e *Entry) any { return &e.Why }},
	{Key: "probability", Label: "Confidence", SQL: "j.probability", Kind: listing.Amount,
		Into: func(e *Entry) any { return &e.Probability }},
	{Key: "batch_id", SQL: "j.batch_id", Kind: listing.Word, Into: func(e *Entry) any { return &e.BatchID }},
	{Key: "taken_back", SQL: "(j.ended OR EXISTS (SELECT FROM mapping_decisions u WHERE u.undoes = j.id))",
		Kind: listing.YesNo, Into: func(e *Entry) any { return &e.TakenBack }},
	{Key: "lapsed", SQL: "j.lapsed", Kind: listing.YesNo, Into: func(e *Entry) any { return &e.Lapsed }},
}
