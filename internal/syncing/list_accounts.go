package syncing

import (
	"seatledger/internal/listing"
	"seatledger/internal/paging"
	"seatledger/internal/words"
)

// RunAccounts is the list of the accounts of one run that changed, failed or were held; one that stayed as it
// was is only counted.
var RunAccounts = &listing.List[AccountOutcome]{
	Name: "run-accounts", One: "account", Many: "accounts",
	Table: "sync_run_accounts a", ID: "a.id", Within: "a.run_id = ?", Default: "name",
	Search: listing.Search{Label: "Search name, external id or what happened",
		Where: "a.name_key LIKE ? OR lower(a.external_id) LIKE ? OR lower(a.cause) LIKE ?"},
	Columns: outcomeColumns,
	Shown:   []string{"name", "outcome", "cause", "added", "changed", "gone", "held"},
	Card:    []string{"outcome", "cause"},
	Filters: []listing.Filter{{Name: "outcome", Label: "Outcome", Where: "a.outcome = ?",
		Choices: choices(words.Capital, OutcomeFailed, OutcomeChanged, OutcomeHeld)}},
}

var outcomeColumns = []listing.Column[AccountOutcome]{
	{SQL: "a.id", Into: func(a *AccountOutcome) any { return &a.ID }},
	{Key: "external_id", Label: "External id", SQL: "a.external_id",
		Into: func(a *AccountOutcome) any { return &a.ExternalID }},
	{Key: "account_id", SQL: "a.account_id", Kind: listing.Word, Into: func(a *AccountOutcome) any { return &a.AccountID }},
	{Key: "name", Label: "Account", SQL: "a.name", Into: func(a *AccountOutcome) any { return &a.Name },
		Sort: listing.Sort{Expr: "a.name_key", Kind: paging.Text}},
	{Key: "outcome", Label: "Outcome", SQL: "a.outcome", Kind: listing.Word,
		Into: func(a *AccountOutcome) any { return &a.Outcome }},
	{Key: "cause", Label: "What happened", SQL: "a.cause", Into: func(a *AccountOutcome) any { return &a.Cause }},
	{Key: "advice", Label: "What to do", SQL: "a.advice", Into: func(a *AccountOutcome) any { return &a.Advice }},
	{Key: "error_kind", SQL: "a.error_kind", Kind: listing.Word,
		Into: func(a *AccountOutcome) any { return &a.ErrorKind }},
	{Key: "request_id", Label: "Request", SQL: "a.request_id",
		Into: func(a *AccountOutcome) any { return &a.RequestID }},
	whole("added", "Added", "a.added", func(a *AccountOutcome) any { return &a.Added }),
	whole("changed", "Changed", "a.changed", func(a *AccountOutcome) any { return &a.Changed }),
	whole("unchanged", "Unchanged", "a.unchanged", func(a *AccountOutcome) any { return &a.Unchanged }),
	whole("gone", "Gone", "a.gone", func(a *AccountOutcome) any { return &a.Gone }),
	whole("held", "Held", "a.held", func(a *AccountOutcome) any { return &a.Held }),
	{Key: "at", Label: "When", SQL: "date_trunc('second', a.at)", Kind: listing.Moment,
		Into: func(a *AccountOutcome) any { return &a.At }},
}
