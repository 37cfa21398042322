package books

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/books/bookfile"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Order asks for an export.
type Order struct {
	System   string
	Choice   Choice
	LeaveOut bool   // what is held up stays behind and waits on
	Digest   string // of the plan that the person was shown; empty: none was
}

// OtherPlan says that an export would not be what was shown, or that something holds it up.
// The plan is the one of now.
type OtherPlan struct {
	Plan bookfile.Plan
	Says string
}

// Error is the sentence.
func (e *OtherPlan) Error() string { return e.Says }

// Unwrap makes it a conflict.
func (e *OtherPlan) Unwrap() error { return errs.New(errs.Conflict, e.Says) }

// Export writes the files of a choice and notes on its invoices that they are exported: all
// or nothing, and each invoice once however many ask at the same time.
func (s Service) Export(ctx context.Context, by audit.Actor, o Order) (uuid.UUID, error) {
	f, err := FormatOf(o.System)
	if err != nil {
		return uuid.Nil, err
	}
	id := uuid.Must(uuid.NewV7())
	return id, s.DB.InTx(ctx, func(tx *gorm.DB) error {
		locked, err := o.lock(ctx, tx)
		if err != nil {
			return err
		}
		o := o
		o.Choice.IDs = locked // what was billed a moment ago is another export's
		p, err := s.plan(ctx, tx, f, o.Choice)
		if err != nil {
			return err
		}
		if err := o.mayGo(f, p); err != nil {
			return err
		}
		return s.store(ctx, tx, by, id, f, p)
	})
}

// lock keeps the invoices from being voided, or exported by somebody else, until commit, and
// gives those that have a document. What is named and cannot go is refused.
func (o Order) lock(ctx context.Context, tx *gorm.DB) ([]uuid.UUID, error) {
	where, args := o.Choice.where()
	ids := []uuid.UUID{}
	err := tx.WithContext(ctx).Raw(`SELECT o.id FROM invoices o WHERE coalesce(o.document_of, o.id) IN (SELECT i.id
		FROM invoices i JOIN invoice_documents d ON d.invoice_id = i.id WHERE `+where+`) ORDER BY o.seq
		FOR NO KEY UPDATE`, args...).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("lock invoices to export: %w", err)
	}
	if !o.Choice.Named {
		return ids, nil
	}
	return ids, o.refused(ctx, tx)
}

// refused says which of the named invoices cannot go, and why.
func (o Order) refused(ctx context.Context, tx *gorm.DB) error {
	var bad []struct {
		Number string
		State  string
		Export *int64
	}
	err := tx.WithContext(ctx).Raw(`SELECT coalesce(nullif(i.number_text, ''), 'The draft of ' || i.contract_name)
			AS number, i.state, e.number AS export
		FROM invoices i LEFT JOIN book_export_invoices x ON x.invoice_id = i.id AND x.taken_back_at IS NULL
		LEFT JOIN book_exports e ON e.id = x.export_id
		WHERE i.id = ANY (?::uuid[]) AND (i.state NOT IN ('billed', 'paid') OR e.id IS NOT NULL)
		ORDER BY i.seq LIMIT 1`,
		postgres.IDs(o.Choice.IDs)).Scan(&bad).Error
	switch {
	case err != nil:
		return fmt.Errorf("invoices to export: %w", err)
	case len(bad) > 0 && bad[0].Export != nil:
		return errs.Newf(errs.Conflict, "%s went out in export %d already. An invoice is exported once: take it "+
			"back there first. Nothing was exported.", bad[0].Number, *bad[0].Export)
	case len(bad) > 0:
		return errs.Newf(errs.Conflict, "%s is %s, so it is not exported. Only what is billed or paid goes into the "+
			"books. Nothing was exported.", bad[0].Number, bad[0].State)
	}
	var found int
	err = tx.Raw(`SELECT count(*) FROM invoices i JOIN invoice_documents d
		ON d.invoice_id = coalesce(i.document_of, i.id) WHERE i.id = ANY (?::uuid[])`,
		postgres.IDs(o.Choice.IDs)).Row().Scan(&found)
	if err == nil && found < len(o.Choice.IDs) {
		return errs.New(errs.NotFound, "One of these invoices does not exist, or its document is still being made. "+
			"Nothing was exported.")
	}
	return err
}

func (o Order) mayGo(f bookfile.Format, p bookfile.Plan) error {
	switch {
	case o.Digest != "" && o.Digest != p.Digest:
		return &OtherPlan{Plan: p, Says: "What would be exported is not what you were shown: invoices, codes or " +
			"settings changed meanwhile, or somebody else exported. Nothing was exported; look again below."}
	case len(p.Held) > 0 && !o.LeaveOut:
		return &OtherPlan{Plan: p, Says: fmt.Sprintf("%d of these documents cannot go into a file of %s. Nothing was "+
			"exported; see below what they lack, or leave them out.", len(p.Held), f.Label)}
	case len(p.Parts) == 0:
		return errs.New(errs.Conflict, "There is nothing to export: none of these documents waits any more, or all "+
			"of them are held up. Nothing was exported.")
	}
	return nil
}

func (s Service) store(ctx context.Context, tx *gorm.DB, by audit.Actor, id uuid.UUID, f bookfile.Format,
	p bookfile.Plan) error {
	documents, number := 0, int64(0)
	for _, part := range p.Parts {
		documents += len(part.Vouchers)
	}
	// Numbers have no gaps, so that a missing export would be seen.
	if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtext('book_exports'))`).Error; err != nil {
		return err
	}
	err := tx.Raw(`INSERT INTO book_exports (id, number, system, made_at, made_by, documents)
		SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?
		FROM book_exports RETURNING number`, id, f.System, s.Clock.Now(),
		by.Name, documents).Row().Scan(&number)
	if err != nil {
		return fmt.Errorf("store export: %w", err)
	}
	var digests []string
	for i, part := range p.Parts {
		digest, err := storeFile(tx, id, i+1, part.Name(number), part)
		if err != nil {
			return err
		}
		digests = append(digests, digest)
	}
	return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "export.made", ObjectType: "export",
		ObjectID: id.String(), ObjectName: called(number, f.Label),
		After: map[string]any{"system": f.System, "documents": documents, "files": digests}})
}

func called(number int64, label string) string { return fmt.Sprintf("Export %d, %s", number, label) }

func storeFile(tx *gorm.DB, export uuid.UUID, place int, name string, part bookfile.Part) (string, error) {
	content := part.Bytes()
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:])
	err := tx.Exec(`INSERT INTO book_files (export_id, place, name, currency, credit, documents, rows, net, tax, gross,
		digest, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, export, place, name, part.Currency, part.Credit,
		len(part.Vouchers), part.Rows(), part.Net, part.Tax, part.Gross, digest, content).Error
	if err != nil {
		return "", fmt.Errorf("store file of export: %w", err)
	}
	ids := make([]uuid.UUID, len(part.Vouchers))
	for i, v := range part.Vouchers {
		ids[i] = v.Invoice
	}
	err = tx.Exec(`INSERT INTO book_export_invoices (export_id, invoice_id, place)
		SELECT ?, id, ? FROM invoices WHERE id = ANY (?::uuid[]) OR document_of = ANY (?::uuid[])`, export, place,
		postgres.IDs(ids), postgres.IDs(ids)).Error
	if err != nil {
		return "", fmt.Errorf("store invoices of export: %w", err)
	}
	return digest, nil
}

// TakeBack lets the invoices of an export wait again: those named, or all of it. Its files
// stay as they are.
func (s Service) TakeBack(ctx context.Context, by audit.Actor, id uuid.UUID, invoices []uuid.UUID,
	reason string) error {
	return s.DB.InTx(ctx, func(tx *gorm.DB) error {
		var found []Export
		if err := tx.Raw(`SELECT * FROM book_exports WHERE id = ? FOR UPDATE`, id).Scan(&found).Error; err != nil {
			return fmt.Errorf("export %s: %w", id, err)
		}
		if len(found) == 0 {
			return errs.New(errs.NotFound, "There is no such export.")
		}
		of, args := "", []any{s.Clock.Now(), id}
		if len(invoices) > 0 {
			of, args = ` AND invoice_id IN (SELECT o.id FROM invoices i JOIN invoices o
				ON coalesce(o.document_of, o.id) = coalesce(i.document_of, i.id) WHERE i.id = ANY (?::uuid[]))`,
				append(args, postgres.IDs(invoices))
		}
		done := tx.Exec(`UPDATE book_export_invoices SET taken_back_at = ?
			WHERE export_id = ? AND taken_back_at IS NULL`+
			of, args...)
		if done.Error != nil {
			return fmt.Errorf("take export %s back: %w", id, done.Error)
		}
		if done.RowsAffected == 0 {
			return errs.New(errs.Conflict, "These are taken back already. Nothing was changed.")
		}
		err := tx.Exec(`UPDATE book_exports SET taken_back_at = ?, taken_back_by = ?, reason = ? WHERE id = ?
			AND NOT EXISTS (SELECT FROM book_export_invoices WHERE export_id = ? AND taken_back_at IS NULL)`,
			s.Clock.Now(), by.Name, reason, id, id).Error
		if err != nil {
			return fmt.Errorf("take export %s back: %w", id, err)
		}
		return audit.Record(ctx, tx, s.Clock, by, audit.Event{Action: "export.taken_back", ObjectType: "export",
			ObjectID: id.String(), ObjectName: called(found[0].Number, found[0].Label()),
			After: map[string]any{"invoices": done.RowsAffected, "named": len(invoices), "reason": reason}})
	})
}

// Export is one that was made.
type Export struct {
	ID          uuid.UUID
	Number      int64
	System      string
	MadeAt      time.Time
	MadeBy      string
	Documents   int
	TakenBackAt *time.Time
	TakenBackBy string
	Reason      string
}

// Label is the system's name for a person.
func (e Export) Label() string {
	f, _ := bookfile.Of(e.System)
	return f.Label
}

// Called names it.
func (e Export) Called() string { return called(e.Number, e.Label()) }

// File is one of its files, without the content.
type File struct {
	Place     int
	Name      string
	Currency  string
	Credit    bool
	Documents int
	Rows      int
	Net       decimal.Decimal
	Tax       decimal.Decimal
	Gross     decimal.Decimal
	Digest    string
}

// Member is a document in an export.
type Member struct {
	InvoiceID   uuid.UUID
	Number      string
	Customer    string
	Gross       decimal.Decimal
	Currency    string
	Place       int
	TakenBackAt *time.Time
}

// Get reads an export with its files and documents; errs.NotFound where there is none.
func Get(ctx context.Context, db *gorm.DB, id uuid.UUID) (e Export, files []File, members []Member, err error) {
	db = db.WithContext(ctx)
	var found []Export
	if err = db.Raw(`SELECT * FROM book_exports WHERE id = ?`, id).Scan(&found).Error; err != nil {
		return e, nil, nil, fmt.Errorf("export %s: %w", id, err)
	}
	if len(found) == 0 {
		return e, nil, nil, errs.New(errs.NotFound, "There is no such export.")
	}
	err = db.Raw(`SELECT place, name, currency, credit, documents, rows, net, tax, gross, digest FROM book_files
		WHERE export_id = ? ORDER BY place`, id).Scan(&files).Error
	if err != nil {
		return e, nil, nil, fmt.Errorf("files of export %s: %w", id, err)
	}
	err = db.Raw(`SELECT x.invoice_id, i.number_text AS number, i.customer_name AS customer, d.gross, i.currency,
		x.place,
			x.taken_back_at
		FROM book_export_invoices x JOIN invoices i ON i.id = x.invoice_id
		JOIN invoice_documents d ON d.invoice_id = i.id WHERE x.export_id = ? ORDER BY x.place, i.number_series,
			i.number`, id).Scan(&members).Error
	if err != nil {
		return e, nil, nil, fmt.Errorf("documents of export %s: %w", id, err)
	}
	return found[0], files, members, nil
}

// Content is a file of an export as it was made.
func Content(ctx context.Context, db *gorm.DB, export uuid.UUID, place int) (name string, content []byte, err error) {
	var found []struct {
		Name    string
		Content []byte
	}
	err = db.WithContext(ctx).Raw(`SELECT name, content FROM book_files WHERE export_id = ? AND place = ?`, export,
		place).Scan(&found).Error
	if err != nil {
		return "", nil, fmt.Errorf("file %d of export %s: %w", place, export, err)
	}
	if len(found) == 0 {
		return "", nil, errs.New(errs.NotFound, "There is no such file.")
	}
	return found[0].Name, found[0].Content, nil
}

// Mark is the export that an invoice stands in.
type Mark struct {
	ExportID uuid.UUID
	Number   int64
	System   string
	MadeAt   time.Time
}

// MarkOf is where an invoice stands exported; nil where it does not.
func MarkOf(ctx context.Context, db *gorm.DB, invoice uuid.UUID) (*Mark, error) {
	var found []Mark
	err := db.WithContext(ctx).Raw(`SELECT e.id AS export_id, e.number, e.system, e.made_at FROM book_export_invoices x
		JOIN book_exports e ON e.id = x.export_id WHERE x.invoice_id = ? AND x.taken_back_at IS NULL`,
		invoice).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// Waiting is what waits to be exported, in one currency.
type Waiting struct {
	Currency  string
	Documents int
	Credits   int
	Gross     decimal.Decimal // of all, credits below zero
	First     string          // day of issue
	Last      string
}

// AllWaiting is what waits, by currency.
func AllWaiting(ctx context.Context, db *gorm.DB) ([]Waiting, error) {
	var rows []Waiting
	err := db.WithContext(ctx).Raw(`SELECT i.currency, count(*) AS documents,
			count(*) FILTER (WHERE d.document->>'kind' = 'credit_note') AS credits, sum(d.gross) AS gross,
			min(d.document->>'issued_on') AS first, max(d.document->>'issued_on') AS last
		FROM invoices i JOIN invoice_documents d ON d.invoice_id = i.id WHERE ` + waiting +
		` GROUP BY i.currency ORDER BY i.currency`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("what waits to be exported: %w", err)
	}
	return rows, nil
}
