package mail

import (
	"time"

	"github.com/google/uuid"

	"seatledger/internal/listing"
	"seatledger/internal/paging"
)

// ListRow is one mail of the list.
type ListRow struct {
	ID           uuid.UUID
	Kind         Kind
	State        State
	ObjectName   string
	Subject      string
	Addresses    string
	InvoiceID    uuid.NullUUID
	CRMAccountID uuid.NullUUID
	CRMAccount   string
	QueuedAt     time.Time
	QueuedBy     string
	SentAt       *time.Time
	Answer       string
}

// All is the list of all mails.
var All = &listing.List[ListRow]{
	Name: "mails", One: "mail", Many: "mails", Table: "mails m", ID: "m.id", Default: "-queued_at",
	Joins:   "LEFT JOIN crm_accounts a ON a.id = m.crm_account_id",
	Columns: columns,
	Shown:   []string{"subject", "state", "kind", "addresses", "queued_at", "answer"},
	Card:    []string{"state", "queued_at"},
	Filters: []listing.Filter{
		{Name: "state", Label: "State", Where: "m.state = ?", Choices: stateChoices()},
		{Name: "kind", Label: "What", Where: "m.kind = ?", Choices: []listing.Choice{
			{Value: string(Invoice), Label: "Documents"}, {Value: string(Reminder), Label: "Reminders"},
			{Value: string(Notice), Label: "Notices"}}},
		{Name: "crm_account", Label: "Customer", IsID: true, Where: "m.crm_account_id = ?",
			NameSQL: "SELECT name FROM crm_accounts WHERE id = ?"},
	},
}

func stateChoices() []listing.Choice {
	var out []listing.Choice
	for _, s := range []State{Queued, Sending, Sent, Refused, Unknown, Withdrawn} {
		out = append(out, listing.Choice{Value: string(s), Label: capital(s.Words())})
	}
	return out
}

func capital(s string) string { return string(s[0]-'a'+'A') + s[1:] }

var columns = []listing.Column[ListRow]{
	{Key: "id", SQL: "m.id", Kind: listing.Word, Into: func(r *ListRow) any { return &r.ID }},
	{Key: "queued_at", Label: "Queued", SQL: "date_trunc('second', m.queued_at)", Kind: listing.Moment,
		Into: func(r *ListRow) any { return &r.QueuedAt }, Sort: listing.Sort{Expr: "m.queued_at", Kind: paging.Time}},
	{Key: "kind", Label: "What", SQL: "m.kind", Kind: listing.Word, Into: func(r *ListRow) any { return &r.Kind }},
	{Key: "state", Label: "State", SQL: "m.state", Kind: listing.Word, Into: func(r *ListRow) any { return &r.State }},
	{Key: "about", Label: "About", SQL: "m.object_name", Into: func(r *ListRow) any { return &r.ObjectName }},
	{Key: "invoice_id", SQL: "m.invoice_id", Kind: listing.Word, Into: func(r *ListRow) any { return &r.InvoiceID }},
	{Key: "crm_account_id", SQL: "m.crm_account_id", Kind: listing.Word,
		Into: func(r *ListRow) any { return &r.CRMAccountID }},
	{Key: "crm_account", Label: "Customer", SQL: "coalesce(a.name, '')",
		Into: func(r *ListRow) any { return &r.CRMAccount }},
	{Key: "subject", Label: "Subject", SQL: "m.subject", Into: func(r *ListRow) any { return &r.Subject }},
	{Key: "addresses", Label: "To", SQL: "m.addresses", Into: func(r *ListRow) any { return &r.Addresses }},
	{Key: "queued_by", Label: "Queued by", SQL: "m.queued_by", Into: func(r *ListRow) any { return &r.QueuedBy }},
	{Key: "sent_at", Label: "Sent", SQL: "date_trunc('second', m.sent_at)", Kind: listing.Moment,
		Into: func(r *ListRow) any { return &r.SentAt }},
	{Key: "answer", Label: "What the server said", SQL: "m.answer", Into: func(r *ListRow) any { return &r.Answer }},
	{Key: "message_id", SQL: "m.message_id"},
	{Key: "attempts", SQL: "m.attempt", Kind: listing.Whole},
	{Key: "stage", SQL: "m.stage", Kind: listing.Whole},
}
