package books

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/books/bookfile"
	"seatledger/internal/clock"
	"seatledger/internal/document"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Service writes codes, options and exports, each change in one transaction.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
	Zone  *time.Location
}

// ErrStale is the cause of a conflict where somebody else saved first.
var ErrStale = errors.New("books: stale version")

// FormatOf is the format of a system; errs.NotFound where there is none of this name.
func FormatOf(system string) (bookfile.Format, error) {
	f, ok := bookfile.Of(system)
	if !ok {
		return f, errs.Newf(errs.NotFound, "No accounting system is called %q here.", system)
	}
	return f, nil
}

// Choice says which documents are meant.
type Choice struct {
	IDs      []uuid.UUID // nil: all that wait
	Named    bool        // each of the ids must go; else those of them that can
	From     clock.Date  // day of issue
	To       clock.Date  // the last one
	Currency string
}

// most is how many documents go into one export: more would hold a transaction for long.
const most = 5000

type stored struct {
	ID         uuid.UUID
	Account    uuid.UUID
	Parent     uuid.NullUUID
	ParentName string
	Document   string
}

// waiting is the condition of a document that may be exported, on invoices i.
const waiting = `i.state IN ('billed', 'paid') AND i.document_of IS NULL AND NOT EXISTS (SELECT
	FROM book_export_invoices x WHERE x.invoice_id = i.id AND x.taken_back_at IS NULL)`

// where is the condition of a choice.
func (c Choice) where() (string, []any) {
	sql, args := waiting, []any{}
	if c.IDs != nil {
		sql += ` AND i.id IN (SELECT coalesce(document_of, id) FROM invoices WHERE id = ANY (?::uuid[]))`
		args = append(args, postgres.IDs(c.IDs))
	}
	add := func(on bool, condition string, arg any) {
		if on {
			sql, args = sql+" AND "+condition, append(args, arg)
		}
	}
	add(!c.From.IsZero(), "CAST(d.document->>'issued_on' AS date) >= ?", c.From)
	add(!c.To.IsZero(), "CAST(d.document->>'issued_on' AS date) <= ?", c.To)
	add(c.Currency != "", "i.currency = ?", c.Currency)
	return sql, args
}

// vouchers reads the documents of a choice that wait, in the order of their numbers.
func vouchers(ctx context.Context, db *gorm.DB, c Choice) ([]bookfile.Voucher, error) {
	where, args := c.where()
	var rows []stored
	err := db.WithContext(ctx).Raw(`SELECT i.id, i.crm_account_id AS account, a.parent_id AS parent,
			coalesce(p.name, '') AS parent_name, d.document::text AS document
		FROM invoices i JOIN invoice_documents d ON d.invoice_id = i.id JOIN crm_accounts a ON a.id = i.crm_account_id
		LEFT JOIN crm_accounts p ON p.id = a.parent_id
		WHERE `+where+` ORDER BY i.number_series, i.number LIMIT ?`, append(args, most+1)...).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("documents to export: %w", err)
	}
	out := make([]bookfile.Voucher, len(rows))
	for i, r := range rows {
		var d document.Document
		if err := json.Unmarshal([]byte(r.Document), &d); err != nil {
			return nil, fmt.Errorf("document of invoice %s: %w", r.ID, err)
		}
		out[i] = bookfile.NewVoucher(r.ID, r.customer(d), d)
	}
	return out, nil
}

// customer is the CRM account that a document was made out to. Older documents do not say
// it: it is the invoice's own, or its parent where the document bears the parent's name.
func (r stored) customer(d document.Document) uuid.NullUUID {
	if d.CustomerID != uuid.Nil {
		return uuid.NullUUID{UUID: d.CustomerID, Valid: true}
	}
	other := d.For != ""
	for _, s := range d.Sections {
		other = other || s.For != ""
	}
	if !other {
		return uuid.NullUUID{UUID: r.Account, Valid: true}
	}
	if r.Parent.Valid && r.ParentName == d.Customer.Name {
		return r.Parent
	}
	return uuid.NullUUID{}
}

// Preview is what an export of a choice would write now.
func (s Service) Preview(ctx context.Context, system string, c Choice) (p bookfile.Plan, err error) {
	f, err := FormatOf(system)
	if err != nil {
		return p, err
	}
	err = s.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		p, err = s.plan(ctx, tx, f, c)
		return err
	})
	return p, err
}

// Staying counts which of some invoices cannot be exported: drafts, void ones, and those that were exported already.
func (s Service) Staying(ctx context.Context, ids []uuid.UUID) (n int, err error) {
	err = s.DB.Read(ctx).Raw(`SELECT count(*) FROM invoices o WHERE o.id = ANY (?::uuid[]) AND NOT EXISTS (SELECT
		FROM invoices i WHERE i.id = coalesce(o.document_of, o.id) AND `+waiting+`)`, postgres.IDs(ids)).Row().Scan(&n)
	return n, err
}

func (s Service) plan(ctx context.Context, db *gorm.DB, f bookfile.Format, c Choice) (bookfile.Plan, error) {
	o, _, err := OptionsOf(ctx, db, f.System)
	if err != nil {
		return bookfile.Plan{}, err
	}
	if len(f.Problems(o)) > 0 {
		return bookfile.Plan{}, errs.Newf(errs.Conflict, "%s is not set up yet: some of its settings are missing or "+
			"wrong. Open it under Accounting and save its settings first. Nothing was exported.", f.Label)
	}
	codes, err := CodesOf(ctx, db, f.System)
	if err != nil {
		return bookfile.Plan{}, err
	}
	all, err := vouchers(ctx, db, c)
	if err != nil {
		return bookfile.Plan{}, err
	}
	if len(all) > most {
		return bookfile.Plan{}, errs.Newf(errs.Conflict, "More than %d documents wait. Take them in parts: choose "+
			"days of issue. Nothing was exported.", most)
	}
	return bookfile.Make(bookfile.Input{Format: f, Options: o, Codes: codes, Vouchers: all,
		Made: s.Clock.Now().In(s.Zone)}), nil
}

// Sheet is what the page of a system shows of its codes: those that are known, by name, and
// those that documents wait for.
func (s Service) Sheet(ctx context.Context, f bookfile.Format) (known []NewCode, missing []bookfile.Missing,
	err error) {
	err = s.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		codes, err := CodesOf(ctx, tx, f.System)
		if err != nil {
			return err
		}
		all, err := vouchers(ctx, tx, Choice{})
		if err != nil {
			return err
		}
		o, _, err := OptionsOf(ctx, tx, f.System)
		if err != nil {
			return err
		}
		missing = bookfile.Make(bookfile.Input{Format: f, Options: o, Codes: codes, Vouchers: all}).Missing
		known, err = named(ctx, tx, f, codes, all)
		return err
	})
	return known, missing, err
}
