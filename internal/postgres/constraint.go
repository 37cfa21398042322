package postgres

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"seatledger/internal/errs"
)

// refusal is how a constraint speaks to a person: at a form's field, or as a conflict.
type refusal struct {
	field string // empty: a conflict, not a field's fault
	says  string
}

// Constraints by name. A constraint that is not here is a fault of ours and stays internal.
var refusals = map[string]refusal{
	"users_email_key":      {"email", "Another user signs in with this e-mail address."},
	"first_admin_pkey":     {"", "The first admin was just made by somebody else. Sign in instead."},
	"providers_name_key":   {"name", "Another provider has this name."},
	"providers_name_given": {"name", "Enter a name."},
	"providers_same_connection": {"reseller_number",
		"Another active provider reads the same host with the same reseller number. " +
			"Deactivate that one first, or two providers would bring every seat twice."},
	"providers_frozen": {"comprehensive_api",
		"This provider has accounts, and their ids belong to the API they came from. " +
			"Leave it as it is and create a new provider for the other API."},
	"crm_accounts_external_id_key": {"external_id", "Another CRM account has this external id."},
	"crm_accounts_name_given":      {"name", "Enter a name."},
	"crm_accounts_not_own_parent":  {"parent_id", "An account cannot be its own parent."},
	"crm_sources_name_key":         {"name", "Another CRM source has this name."},
	"crm_sources_name_given":       {"name", "Enter a name."},
	"price_lists_name_key":         {"name", "Another price list has this name."},
	"price_list_items_key": {"effective_from",
		"The list already has a price for this product, term and frequency from that day on."},
	"price_list_items_period":     {"effective_to", "The price would end before it begins."},
	"billing_contracts_name_key":  {"name", "This customer already has a contract of that name."},
	"billing_contracts_period":    {"end_date", "The contract would end before it starts."},
	"billing_contracts_bill_from": {"bill_from", "Billing cannot begin before the contract does."},
	"billing_contracts_rhythm": {"",
		"Invoices of this contract were cut with these settings, so they stay. " +
			"Void those first, or make a new contract. Nothing was changed."},
	"provider_accounts_one_crm_account": {"",
		"This CRM account is already mapped to another account of the same provider."},
	"sync_runs_one_unfinished":      {"", "A sync of this provider is already under way."},
	"mapping_decisions_undone_once": {"", "Somebody has just undone this decision."},
	"license_changes_append_only": {"",
		"The ledger is append-only: rows are neither changed nor deleted. Nothing was changed."},
	"audit_events_append_only": {"", "The audit trail is append-only. Nothing was changed."},
	"subscriptions_ledger_sums": {"",
		"The ledger would no longer add up to the billable seats, so nothing was saved. Please report this: " +
			"it is a fault of Seatledger."},
	"invoices_exported_stay": {"",
		"This invoice is in the books, so it stays. Correct it by a credit, or take it out of its export first; " +
			"nothing was changed."},
	"book_export_invoices_once": {"",
		"Somebody has just exported one of these invoices. Nothing was exported; look again."},
	"invoice_lines_one_cycle": {"",
		"A day of one of these subscriptions is on another live invoice already. Nothing was billed; " +
			"look at the preview again."},
	"invoice_lines_typed_once": {"",
		"A cycle of one of the typed lines is on another live invoice already. Nothing was billed; " +
			"look at the preview again."},
	"invoice_lines_again_once": {"",
		"Somebody has just credited one of these lines, to be billed again. Nothing was changed."},
	"invoice_lines_credits_within": {"",
		"Somebody has just credited one of these lines: together the credits would exceed it. Nothing was changed."},
	"billed_elsewhere_pkey": {"", "Somebody has just marked one of these rows. Nothing was changed."},
	"tax_rates_key": {"first_day",
		"The code has a percentage from that day already. Remove that one first."},
	"tax_products_key": {"part_number",
		"This product has an exception under that code already. Remove that one first."},
	"invoice_documents_append_only": {"", "A document that is out does not change. Nothing was changed."},
	"invoices_number_key":           {"", "Somebody has just been given this number. Nothing was billed; try again."},
	"invoices_number_text_key":      {"", "Somebody has just been given this number. Nothing was billed; try again."},
	"reassignments_append_only":     {"", "A reassignment is kept as it was. Nothing was changed."},
	"reassignments_one_source": {"",
		"Somebody has just reassigned the history of this subscription. Nothing was done twice; look at it again."},
	"reassignments_one_target": {"",
		"Somebody has just reassigned another history to this subscription. Nothing was changed; look at it again."},
	"cutovers_name_key":      {"name", "Another cut-over has this name."},
	"cutovers_name_given":    {"name", "Enter a name."},
	"cutovers_two_providers": {"new_provider_id", "Choose another provider than the old one."},
	"cutovers_one_open_old": {"old_provider_id",
		"An open cut-over moves this provider's customers already. Finish or abandon that one first."},
	"cutovers_one_open_new": {"new_provider_id",
		"An open cut-over moves customers to this provider already. Finish or abandon that one first."},
	"cutover_pairs_one_old": {"",
		"Somebody has just decided about this old subscription. Nothing was changed; look at the customer again."},
	"cutover_pairs_one_new": {"",
		"Somebody has just decided about this new subscription. Nothing was changed; look at the customer again."},
	"cutover_acknowledgements_once": {"", "Somebody has just acknowledged this change. Nothing was changed."},
	"sign_offs_one_standing":        {"", "Somebody has just signed this subscription off."},
}

// Constraint names the constraint that refused, or is empty.
func Constraint(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.ConstraintName
	}
	return ""
}

// Translate turns the refusal of a known constraint, and trouble with the database itself, into an *errs.Error that
// keeps the cause; all else passes.
func Translate(err error) error {
	if err == nil || errs.KindOf(err) != errs.Internal {
		return err
	}
	r, ok := refusals[Constraint(err)]
	if !ok {
		return troubled(err)
	}
	if r.field == "" {
		return errs.Because(errs.Conflict, r.says, err)
	}
	e := errs.Because(errs.Invalid, r.says, err)
	e.Fields = map[string]string{r.field: r.says}
	return e
}
