package invoice

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/errs"
)

// Companion is another draft for the one who is billed, which may share a document with one.
type Companion struct {
	Invoice
	Contract   string
	CRMAccount string `gorm:"column:crm_account"`
	Language   string
	BillingDay int
	Together   bool   // its contract is billed together with others
	Joined     bool   // it goes out with it
	Why        string // why it cannot, in a sentence; empty: it can
}

const companionsQuery = `
	WITH own AS (SELECT i.id, i.shared_id,
			CASE WHEN a.bill_to_parent AND a.parent_id IS NOT NULL THEN a.parent_id ELSE a.id END AS billed_to
		FROM invoices i JOIN crm_accounts a ON a.id = i.crm_account_id WHERE i.id = ? AND i.state = 'draft'),
	customers AS (SELECT a.id, a.name FROM own JOIN crm_accounts a ON a.id = own.billed_to
			WHERE NOT (a.bill_to_parent AND a.parent_id IS NOT NULL)
		UNION ALL SELECT a.id, a.name FROM own JOIN crm_accounts a ON a.parent_id = own.billed_to
			WHERE a.bill_to_parent)
	SELECT o.*, k.name AS contract, a.name AS crm_account, k.language, k.billing_day, k.bill_together AS together,
		coalesce(o.id <> own.id AND o.shared_id = own.shared_id, false) AS joined
	FROM own CROSS JOIN customers a
	CROSS JOIN LATERAL (SELECT * FROM invoices WHERE crm_account_id = a.id AND state = 'draft' OFFSET 0) o
	JOIN billing_contracts k ON k.id = o.contract_id ORDER BY o.seq`

// Companions are the other drafts for the one who is billed, and why some cannot share its document.
func Companions(ctx context.Context, db *gorm.DB, id uuid.UUID) (own Companion, others []Companion, err error) {
	if err := db.WithContext(ctx).Raw(companionsQuery, id).Scan(&others).Error; err != nil {
		return own, nil, fmt.Errorf("drafts beside invoice %s: %w", id, err)
	}
	at := slices.IndexFunc(others, func(c Companion) bool { return c.ID == id })
	if at < 0 {
		return own, nil, nil
	}
	own = others[at]
	others = slices.Delete(others, at, at+1)
	for i := range others {
		others[i].Why = own.apart(others[i])
	}
	return own, others, nil
}

// apart says why two drafts cannot stand on one document; empty: they can.
func (c Companion) apart(o Companion) string {
	switch {
	case c.Kind == Credit || o.Kind == Credit || c.Total.IsNegative() || o.Total.IsNegative():
		return "A credit note is a document of its own."
	case c.ContractID == o.ContractID:
		return "It is of the same contract."
	case c.Currency != o.Currency:
		return fmt.Sprintf("It is in %s, this one in %s.", o.Currency, c.Currency)
	case c.BillingDay != o.BillingDay:
		return "Its contract has another billing day."
	case c.PaymentTerms != o.PaymentTerms:
		return fmt.Sprintf("Its payment terms are %q, here %q.", o.PaymentTerms, c.PaymentTerms)
	case c.TaxCode != o.TaxCode:
		return fmt.Sprintf("Its tax code is %q, here %q.", o.TaxCode, c.TaxCode)
	case c.Language != o.Language:
		return "Its documents are in another language."
	}
	return ""
}

// Together says which drafts go out on one document with one: those named, and no others.
func (s Service) Together(ctx context.Context, by audit.Actor, st Step, with []uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		i, err := Locked(ctx, tx, st.ID, st.Version)
		if err != nil {
			return err
		}
		if i.State != Draft {
			return errs.Newf(errs.Conflict, "%s is %s; only drafts are put on one document. Nothing was changed.",
				i.Called(), i.State)
		}
		own, others, err := Companions(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		for _, id := range with {
			at := slices.IndexFunc(others, func(o Companion) bool { return o.ID == id })
			if at < 0 {
				return errs.Newf(errs.Conflict, "One of the drafts is billed, void or for somebody else now. "+
					"Nothing was changed; look at the page again.")
			}
			if why := own.apart(others[at]); why != "" {
				return errs.Newf(errs.Conflict, "The draft of %s cannot go on the same document. %s "+
					"Nothing was changed.", others[at].Contract, why)
			}
		}
		if err := share(ctx, tx, own, others, with); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "invoice.together", i, map[string]any{"together": with})
	})
}

// share gives a draft and those named a group of their own, and takes it out of the one it was in.
func share(ctx context.Context, tx *gorm.DB, own Companion, others []Companion, with []uuid.UUID) error {
	group := uuid.NullUUID{UUID: uuid.Must(uuid.NewV7()), Valid: len(with) > 0}
	for _, o := range append([]Companion{own}, others...) {
		to := group
		if o.ID != own.ID && !slices.Contains(with, o.ID) {
			if !o.Joined {
				continue
			}
			to = uuid.NullUUID{}
		}
		done := tx.WithContext(ctx).Exec(`UPDATE invoices SET shared_id = ?, version = version + 1
			WHERE id = ? AND state = 'draft'`, to, o.ID)
		if done.Error != nil {
			return fmt.Errorf("share a document: %w", done.Error)
		}
		if done.RowsAffected == 0 {
			return errs.Newf(errs.Conflict, "The draft of %s was billed or voided meanwhile. Nothing was changed.",
				o.Contract)
		}
	}
	return nil
}

// Join puts a new draft on one document with those that fit, where both contracts say
// so, and with those of the group of the draft whose place it takes.
func Join(ctx context.Context, tx *gorm.DB, id uuid.UUID, instead uuid.NullUUID) error {
	own, others, err := Companions(ctx, tx, id)
	if err != nil {
		return err
	}
	var with []uuid.UUID
	for _, o := range others {
		if o.Why == "" && (own.Together && o.Together || instead.Valid && o.SharedID == instead) {
			with = append(with, o.ID)
		}
	}
	if len(with) == 0 {
		return nil
	}
	return share(ctx, tx, own, others, with)
}

// stillFit refuses to bill drafts together that no longer may.
func stillFit(ctx context.Context, tx *gorm.DB, all []Invoice) error {
	if len(all) == 1 {
		return nil
	}
	_, others, err := Companions(ctx, tx, all[0].ID)
	if err != nil {
		return err
	}
	for _, part := range all[1:] {
		at := slices.IndexFunc(others, func(o Companion) bool { return o.ID == part.ID })
		if at < 0 {
			return errs.Newf(errs.Conflict, "One of the drafts that go out together is for somebody else now. "+
				"Nothing was billed; take it out under \"Bill together\".")
		}
		if o := others[at]; o.Why != "" {
			return errs.Newf(errs.Conflict, "The draft of %s cannot go on the same document any more. %s "+
				"Nothing was billed; take it out under \"Bill together\".", o.Contract, o.Why)
		}
	}
	return nil
}

// sharing are an invoice and the live ones on its document, in the order of their drafts, locked for a change.
func sharing(ctx context.Context, tx *gorm.DB, i Invoice) ([]Invoice, error) {
	if !i.SharedID.Valid {
		return []Invoice{i}, nil
	}
	const of = ` FROM invoices WHERE state = CAST(@state AS text) AND shared_id = @shared
		AND (state = 'draft' OR coalesce(document_of, id) = @lead) ORDER BY `
	lead := i.ID
	if i.DocumentOf.Valid {
		lead = i.DocumentOf.UUID
	}
	args := map[string]any{"state": i.State, "shared": i.SharedID, "lead": lead}
	tx = tx.WithContext(ctx)
	if err := tx.Exec(`SELECT FROM billing_contracts WHERE id IN (SELECT contract_id`+of+
		`id) ORDER BY id FOR NO KEY UPDATE`, args).Error; err != nil {
		return nil, fmt.Errorf("lock contracts of a document: %w", err)
	}
	var all []Invoice
	if err := tx.Raw(`SELECT *`+of+`seq FOR UPDATE`, args).Scan(&all).Error; err != nil {
		return nil, fmt.Errorf("invoices of a document: %w", err)
	}
	return all, nil
}
