package contract

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/contract/price"
	"seatledger/internal/crm"
	"seatledger/internal/errs"
	"seatledger/internal/tax"
)

// checked reads a whole form, so that a person sees all of its problems at once. A currency that is not said is the
// price list's. kept is the price list that already stands in the contract: it may stay although it was deactivated.
func checked(tx *gorm.DB, in Input, kept uuid.NullUUID) (Terms, error) {
	problems := errs.Fields{}
	t, err := in.settled(tx, problems, kept)
	if err != nil {
		return t, err
	}
	if in.CRMAccount == "" {
		problems.Add("crm_account_id", "Choose the CRM account that is billed.")
	} else if t.CRMAccountID, err = crm.Find(tx, in.CRMAccount); err != nil && !note(problems, "crm_account_id", err) {
		return t, err
	}
	return t, problems.Err()
}

// settled reads all but whose contract it is.
func (in Input) settled(tx *gorm.DB, problems errs.Fields, kept uuid.NullUUID) (Terms, error) {
	list, err := in.list(tx, problems)
	if err != nil {
		return Terms{}, err
	}
	if in.Currency == "" && list.ID != uuid.Nil {
		in.Currency = list.Currency
	}
	t := in.terms(problems)
	if list.ID != uuid.Nil {
		t.PriceListID = uuid.NullUUID{UUID: list.ID, Valid: true}
		checkList(problems, t, list, kept)
	}
	return t, checkTax(tx, problems, t.TaxCode)
}

// list is the price list that was named; none where none was, or there is none of that name.
func (in Input) list(tx *gorm.DB, problems errs.Fields) (price.List, error) {
	if in.PriceList == "" {
		return price.List{}, nil
	}
	list, err := price.Find(tx, in.PriceList)
	if err != nil && note(problems, "price_list_id", err) {
		return price.List{}, nil
	}
	return list, err
}

// checkTax refuses a code that has no rate, once there are any: nothing could be billed with it.
func checkTax(tx *gorm.DB, problems errs.Fields, code string) error {
	b, err := tax.Load(tx.Statement.Context, tx)
	if err != nil || code == "" || len(b.Rates) == 0 || b.Knows(code) {
		return err
	}
	var known []string
	for _, r := range b.Codes() {
		known = append(known, r.Code)
	}
	problems.Add("tax_code", "No rate is set up for this code. Choose one of: %s.", strings.Join(known, ", "))
	return nil
}

func checkList(problems errs.Fields, t Terms, list price.List, kept uuid.NullUUID) {
	if t.Currency != "" && list.Currency != t.Currency {
		problems.Add("price_list_id", "The prices of %s are in %s, the contract is in %s. Prices are never converted.",
			list.Name, list.Currency, t.Currency)
	}
	if !list.Active && kept.UUID != list.ID {
		problems.Add("price_list_id", "%s is deactivated. Choose another price list, or activate it first.", list.Name)
	}
}

// note puts an Invalid error at its field; false for any other error.
func note(problems errs.Fields, field string, err error) bool {
	if errs.KindOf(err) != errs.Invalid {
		return false
	}
	problems.Add(field, "%s", errs.Public(err))
	return true
}

// frozen refuses what would turn standing subscriptions wrong without anybody
// touching them: another customer, and another currency under prices that were set.
func frozen(tx *gorm.DB, before Contract, after Terms) error {
	if before.CRMAccountID == after.CRMAccountID && before.Currency == after.Currency {
		return nil
	}
	var standing, priced, typed int
	err := tx.Raw(`SELECT count(*), count(unit_price), (SELECT count(*) FROM typed_lines WHERE contract_id = @id
		AND set_aside_at IS NULL)
		FROM subscriptions WHERE contract_id = @id`, map[string]any{"id": before.ID}).Row().Scan(&standing,
		&priced, &typed)
	if err != nil {
		return fmt.Errorf("subscriptions of contract %s: %w", before.ID, err)
	}
	problems := errs.Fields{}
	if standing > 0 && before.CRMAccountID != after.CRMAccountID {
		problems.Add("crm_account_id",
			"%d subscriptions of this customer stand in the contract. Make a new contract for the other customer.",
			standing)
	}
	if priced > 0 && before.Currency != after.Currency {
		problems.Add("currency", "%d subscriptions in this contract have prices in %s. "+
			"Make a new contract in %s and move them there.", priced, before.Currency, after.Currency)
	}
	if typed > 0 && before.CRMAccountID != after.CRMAccountID {
		problems.Add("crm_account_id",
			"%d lines typed for this customer stand in the contract. "+
				"Set them aside first, or make a new contract for the other customer.", typed)
	}
	if typed > 0 && before.Currency != after.Currency {
		problems.Add("currency", "%d lines in this contract were typed in %s. "+
			"Set them aside first, or make a new contract in %s.", typed, before.Currency, after.Currency)
	}
	return problems.Err()
}

func values(t Terms) map[string]string {
	out := map[string]string{}
	for _, c := range t.Columns() {
		if c.Value != "" {
			out[c.Name] = c.Value
		}
	}
	return out
}

func difference(before, after Terms) (was, is map[string]string) {
	was, is = map[string]string{}, map[string]string{}
	old := before.Columns()
	for i, c := range after.Columns() {
		if c.Value != old[i].Value {
			was[c.Name], is[c.Name] = old[i].Value, c.Value
		}
	}
	return was, is
}

func event(action string, c Contract, before, after any) audit.Event {
	return audit.Event{Action: action, ObjectType: "contract", ObjectID: c.ID.String(), ObjectName: c.Name,
		Before: before, After: after}
}
