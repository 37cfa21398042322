package document

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/errs"
)

// Desk issues documents.
type Desk struct {
	Clock clock.Clock
	Zone  *time.Location
}

// Prepared is the document of a draft that is being billed, complete but for its number.
type Prepared struct {
	Document
	At      time.Time // when it was made; its day is the one on it
	desk    Desk
	invoice uuid.UUID
}

// Prepare makes the document of a draft in the transaction that bills it, before the number is asked for: while one
// has the next number, all others wait. Refused with errs.Conflict where its tax cannot be reckoned.
func (d Desk) Prepare(ctx context.Context, tx *gorm.DB, invoice uuid.UUID) (Prepared, error) {
	c, err := d.compose(ctx, tx, invoice)
	if err != nil {
		return Prepared{}, err
	}
	if older, err := d.storeOlder(ctx, tx, c.corrects); err != nil {
		return Prepared{}, err
	} else if older {
		if c, err = d.compose(ctx, tx, invoice); err != nil {
			return Prepared{}, err
		}
	}
	return Prepared{c.Document, c.at, d, invoice}, c.refused()
}

// Issue stores it under the number that its invoice has just been given.
func (p Prepared) Issue(ctx context.Context, tx *gorm.DB, number string) error {
	p.Number = number
	return p.desk.store(ctx, tx, p.invoice, p.Document)
}

// storeOlder makes the documents of what is corrected where it was billed before documents
// were kept: what it shows is stored first, and its tax is then the credit's.
func (d Desk) storeOlder(ctx context.Context, tx *gorm.DB, corrects []reference) (any bool, err error) {
	for _, r := range corrects {
		if r.Kind != "" {
			continue
		}
		if err := d.MakeLater(ctx, tx, r.ID); err != nil {
			return any, err
		}
		any = true
	}
	return any, nil
}

func (d Desk) store(ctx context.Context, tx *gorm.DB, invoice uuid.UUID, doc Document) error {
	text, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	var logo *string
	if doc.Logo != "" {
		logo = &doc.Logo
	}
	err = tx.WithContext(ctx).Exec(`INSERT INTO invoice_documents (invoice_id, document, net, tax, gross, due_on, logo,
		made_at) VALUES (?, ?::jsonb, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (invoice_id) DO NOTHING`, invoice, string(text), doc.Net, doc.Tax, doc.Gross, doc.DueOn, logo,
		d.Clock.Now()).Error
	if err != nil {
		return fmt.Errorf("store document of invoice %s: %w", invoice, err)
	}
	return nil
}

// MakeLater makes the document of an invoice that was billed before documents were
// kept, from what stands now, and says on it when it was made.
func (d Desk) MakeLater(ctx context.Context, tx *gorm.DB, invoice uuid.UUID) error {
	c, err := d.compose(ctx, tx, invoice)
	if err != nil {
		return err
	}
	c.MadeOn = clock.Today(d.Clock, d.Zone)
	return d.store(ctx, tx, invoice, c.Document)
}

// Of reads the stored document of an invoice; errs.NotFound while it has none.
func Of(ctx context.Context, db *gorm.DB, invoice uuid.UUID) (Document, error) {
	var found []string
	if err := db.WithContext(ctx).Raw(`SELECT document::text FROM invoice_documents
		WHERE invoice_id = (SELECT coalesce(document_of, id) FROM invoices WHERE id = ?)`,
		invoice).Scan(&found).Error; err != nil {
		return Document{}, fmt.Errorf("document of invoice %s: %w", invoice, err)
	}
	if len(found) == 0 {
		return Document{}, errs.New(errs.NotFound,
			"This invoice has no document yet: it is a draft, or its document is being made. Nothing was changed; "+
				"look again in a minute.")
	}
	var doc Document
	if err := json.Unmarshal([]byte(found[0]), &doc); err != nil {
		return Document{}, fmt.Errorf("document of invoice %s: %w", invoice, err)
	}
	return doc, nil
}

// Look is the stored document of an invoice; of a draft what it would be today, with
// what is wrong about it, so that a person reads that before it is billed.
func (d Desk) Look(ctx context.Context, db *gorm.DB, invoice uuid.UUID) (Document, []string, error) {
	doc, err := Of(ctx, db, invoice)
	if errs.KindOf(err) != errs.NotFound {
		return doc, nil, err
	}
	c, err := d.compose(ctx, db, invoice)
	if err != nil {
		return Document{}, nil, err
	}
	return c.Document, c.problems, nil
}

func creditedLines(ctx context.Context, db *gorm.DB, corrects []reference) (map[uuid.UUID]Line, error) {
	out := map[uuid.UUID]Line{}
	for _, r := range corrects {
		if r.Kind == "" {
			continue
		}
		doc, err := Of(ctx, db, r.ID)
		if err != nil {
			return nil, err
		}
		for _, l := range doc.Lines {
			out[l.ID] = l
		}
	}
	return out, nil
}
