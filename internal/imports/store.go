package imports

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/imports/sheet"
	"seatledger/internal/postgres"
)

// patience is how long a file waits for its application before its content is cleared.
const patience = 30 * 24 * time.Hour

// Service keeps files and applies them.
type Service struct {
	DB    *postgres.DB
	Clock clock.Clock
}

// File is an uploaded file.
type File struct {
	Name    string
	Content []byte
}

// stored is a row of imports.
type stored struct {
	ID         uuid.UUID
	FileName   string
	Cleared    bool // its content is gone
	Layout     []byte
	Sheet      []byte
	UploadedBy string
	UploadedAt time.Time
	AppliedBy  string
	AppliedAt  *time.Time
	Result     []byte
	UndoneBy   string
	UndoneAt   *time.Time
	UndoResult []byte
}

// Upload checks that a file can be read and keeps it for its preview. A file that
// cannot be read is errs.Invalid at "file". Where only its columns are not understood,
// and a person may choose them, the file is kept all the same and its id given with the error.
func (s Service) Upload(ctx context.Context, by audit.Actor, k Kind, f File) (uuid.UUID, error) {
	opened, rows, err := sheet.Open(ctx, f.Content, "")
	if err != nil {
		return uuid.Nil, err
	}
	return s.keep(ctx, by, k, f, opened, rows)
}

// UploadLong is Upload of a file that may be long, for a Streamer.
func (s Service) UploadLong(ctx context.Context, by audit.Actor, k Streamer, name string, file io.ReadSeeker,
) (uuid.UUID, error) {
	workbook, err := sheet.IsWorkbook(file)
	if err != nil {
		return uuid.Nil, err
	}
	if workbook {
		content, err := io.ReadAll(io.LimitReader(file, sheet.MaxLongBytes+1))
		if err != nil {
			return uuid.Nil, err
		}
		opened, err := sheet.TakeWorkbook(ctx, content, "", tells)
		if err != nil {
			return uuid.Nil, err
		}
		return s.keepLong(ctx, by, k, File{Name: name, Content: content}, opened)
	}
	long, err := sheet.TakeLong(ctx, file, tells)
	if err != nil {
		return uuid.Nil, err
	}
	return s.keepLong(ctx, by, k, File{Name: name, Content: long.Packed}, long.Sheet)
}

func (s Service) keepLong(ctx context.Context, by audit.Actor, k Kind, f File, opened sheet.Sheet) (uuid.UUID,
	error) {
	rows, err := json.Marshal(opened)
	if err != nil {
		return uuid.Nil, err
	}
	return s.keep(ctx, by, k, f, opened, rows)
}

func (s Service) keep(ctx context.Context, by audit.Actor, k Kind, f File, opened sheet.Sheet, rows []byte,
) (uuid.UUID, error) {
	layout, unclear := s.layoutFor(ctx, k, &opened)
	if unclear != nil && (errs.KindOf(unclear) != errs.Invalid || len(layout.Columns) == 0) {
		return uuid.Nil, unclear
	}
	id := uuid.Must(uuid.NewV7())
	err := s.DB.InTx(ctx, func(tx *gorm.DB) error {
		if err := s.clearForgotten(tx); err != nil {
			return err
		}
		subject := k.Subject()
		err := tx.Exec(`INSERT INTO imports (id, kind, target_id, file_name, content, uploaded_by, uploaded_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`,
			id, subject.Kind, subject.target(), f.Name, f.Content, by.Name, s.Clock.Now()).Error
		if err != nil {
			return err
		}
		return keepLayout(tx, id, rows, layout)
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("keep import: %w", err)
	}
	return id, unclear
}

// clearForgotten empties old files: they hold customers' data. What they did stays on record.
func (s Service) clearForgotten(tx *gorm.DB) error {
	return tx.Exec(`UPDATE imports SET content = '', sheet = NULL WHERE uploaded_at < ? AND content <> ''`,
		s.Clock.Now().Add(-patience)).Error
}

func (s Subject) target() uuid.NullUUID {
	return uuid.NullUUID{UUID: s.Target, Valid: s.Target != uuid.Nil}
}

// load reads the file of this very subject; another list's file is not found.
func load(db *gorm.DB, k Kind, id uuid.UUID, lock string) (stored, error) {
	var found []stored
	subject := k.Subject()
	err := db.Raw(`SELECT id, file_name, content = '' AS cleared, layout, sheet, uploaded_by, uploaded_at, applied_by,
		applied_at, result, undone_by, undone_at, undo_result FROM imports
		WHERE id = ? AND kind = ? AND target_id IS NOT DISTINCT
		FROM ? `+lock, id, subject.Kind, subject.target()).Scan(&found).Error
	if err != nil {
		return stored{}, fmt.Errorf("import %s: %w", id, err)
	}
	if len(found) == 0 {
		return stored{}, errs.New(errs.NotFound, "There is no such import.")
	}
	return found[0], nil
}

// content is the file itself, which is rarely wanted: its rows are kept beside it.
func (f stored) content(tx *gorm.DB) ([]byte, error) {
	var found [][]byte
	if err := tx.Raw(`SELECT content FROM imports WHERE id = ?`, f.ID).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("content of import %s: %w", f.ID, err)
	}
	if len(found) == 0 {
		return nil, errs.New(errs.NotFound, "There is no such import.")
	}
	return found[0], nil
}

// read gives the rows of the file and which column is which.
func (f stored) read(tx *gorm.DB, k Kind) (sheet.Sheet, Layout, error) {
	if f.Cleared {
		return sheet.Sheet{}, Layout{},
			errs.New(errs.Conflict,
				"This file was never applied and has been cleared after 30 days. Upload it again.")
	}
	s, err := f.open(tx)
	if err != nil {
		return s, Layout{}, err
	}
	if len(f.Layout) == 0 {
		l, err := recogniseForm(&s, k)
		return s, l, err
	}
	l := Layout{}
	if err := json.Unmarshal(f.Layout, &l); err != nil {
		return s, l, fmt.Errorf("layout of import %s: %w", f.ID, err)
	}
	if l.Form == "" && len(k.Forms()) > 1 { // it came before there were forms
		l, err = recogniseForm(&s, k)
	}
	return s, l, err
}

// open gives the rows, which were read once, when the file came or when its sheet was chosen.
func (f stored) open(tx *gorm.DB) (sheet.Sheet, error) {
	if len(f.Sheet) == 0 {
		content, err := f.content(tx)
		if err != nil {
			return sheet.Sheet{}, err
		}
		s, _, err := sheet.Open(tx.Statement.Context, content, "")
		return s, err
	}
	s := sheet.Sheet{}
	if err := json.Unmarshal(f.Sheet, &s); err != nil {
		return s, fmt.Errorf("rows of import %s: %w", f.ID, err)
	}
	return s, nil
}

// each hands over all rows of the file.
func (f stored) each(tx *gorm.DB, s *sheet.Sheet, do func(sheet.Row) error) error {
	if !s.Long {
		for _, r := range s.Rows {
			if err := do(r); err != nil {
				return err
			}
		}
		return nil
	}
	packed, err := f.content(tx)
	if err != nil {
		return err
	}
	return sheet.Each(tx.Statement.Context, packed, s.Name, do)
}

// understood is a file as far as it is understood.
type understood struct {
	sheet     sheet.Sheet
	layout    Layout
	form      Form
	table     Table
	questions []Question
	lacking   bool   // a column without which no line means anything
	unclear   string // what a person has to say before there is a plan
}

func (f stored) understand(tx *gorm.DB, k Kind) (understood, error) {
	var u understood
	var err error
	if u.sheet, u.layout, err = f.read(tx, k); err != nil {
		return u, err
	}
	u.form = formOf(k, u.layout.Form)
	u.table = tableOf(&u.sheet, u.layout, u.form)
	u.table.From = Upload{ID: f.ID, File: f.FileName, At: f.UploadedAt}
	u.table.reading = string(f.Layout)
	u.table.whole = func(do func(sheet.Row) error) error { return f.each(tx, &u.sheet, do) }
	_, streams := k.(Streamer)
	if u.unclear = u.layout.lacks(u.form.Columns); u.unclear != "" {
		if u.lacking = true; !streams {
			return u, nil
		}
	} else {
		u.unclear = u.table.how.asked
	}
	asker, ok := k.(Asker)
	if !ok {
		return u, nil
	}
	if u.questions, err = asker.Questions(tx, u.table); err != nil {
		return u, err
	}
	if u.unclear == "" {
		u.unclear = unanswered(u.questions)
	}
	return u, nil
}

func unanswered(questions []Question) string {
	var open []string
	for _, q := range questions {
		switch {
		case q.Error != "":
			return q.Label + ": " + q.Error
		case q.Needed && q.Value == "":
			open = append(open, q.Label)
		}
	}
	if len(open) == 0 {
		return ""
	}
	return "Choose first: " + strings.Join(open, ", ") + ". Then look at the preview."
}

func (f stored) plan(tx *gorm.DB, k Kind) (Plan, error) {
	u, err := f.understand(tx, k)
	switch {
	case err != nil:
		return Plan{}, err
	case u.unclear != "":
		return Plan{}, errs.New(errs.Conflict, u.unclear)
	}
	return u.plan(tx, k)
}

func (u understood) plan(tx *gorm.DB, k Kind) (Plan, error) {
	t := u.table
	p, err := k.Plan(tx, t)
	if err != nil {
		return Plan{}, err
	}
	if _, streams := k.(Streamer); streams {
		p.Rows, p.Notes = inFileOrder(p.Rows), append(t.Notes, p.Notes...)
		return p, nil
	}
	p.Rows = inFileOrder(append(p.Rows, t.Bad...))
	p.Notes = append(t.Notes, p.Notes...)
	damaged := t.damaged()
	for i, r := range p.Rows {
		if why := damaged[r.Line]; why != "" {
			p.Rows[i].Note = strings.TrimSpace(r.Note + " " + why)
		}
	}
	if n := len(damaged); n > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("Ids that a spreadsheet seems to have damaged: %d; "+
			"their lines say how. Nothing was mended: look into the file they came from.", n))
	}
	return p, nil
}

func (f stored) outcome() (*Result, error) {
	if f.AppliedAt == nil {
		return nil, nil
	}
	r := &Result{}
	if err := json.Unmarshal(f.Result, r); err != nil {
		return nil, fmt.Errorf("result of import %s: %w", f.ID, err)
	}
	r.By, r.At = f.AppliedBy, *f.AppliedAt
	var err error
	r.Undone, err = f.undone()
	return r, err
}
