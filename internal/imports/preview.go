package imports

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Preview is a file and what it would do now, or what it did.
type Preview struct {
	ID         uuid.UUID
	FileName   string
	UploadedBy string
	UploadedAt time.Time
	Layout     Layout     // which column is which; empty once the file is applied
	Form       Form       // the form that it has
	Sheets     []string   // worksheets to choose from
	Amounts    bool       // its amounts have signs, so that the decimal one may be chosen
	Decimal    Decimal    // as decided
	Questions  []Question // of the kind, with the answers
	Lacking    bool       // a column without which no line means anything
	Unclear    string     // what a person has to say, so that there is no plan yet
	Plan       Plan       // empty once the file is applied
	Result     *Result    // nil until it is
}

// errGivenUp ends the transaction of a preview that wrote and took it back.
var errGivenUp = errors.New("a rehearsal is kept by nobody")

// Preview reads a file against what stands now, within one snapshot. It changes nothing.
func (s Service) Preview(ctx context.Context, k Kind, id uuid.UUID) (Preview, error) {
	var p Preview
	within := s.DB.Snapshot
	_, rehearses := k.(Rehearser)
	if rehearses {
		within = s.DB.InTx
	}
	err := within(ctx, func(tx *gorm.DB) error {
		f, err := load(tx, k, id, "")
		if err != nil {
			return err
		}
		p = Preview{ID: f.ID, FileName: f.FileName, UploadedBy: f.UploadedBy, UploadedAt: f.UploadedAt}
		if p.Result, err = f.outcome(); err != nil || p.Result != nil {
			return err
		}
		if !rehearses {
			return p.read(tx, k, f)
		}
		if err := k.Lock(tx); err != nil {
			return err
		}
		if err := p.read(tx, k, f); err != nil {
			return err
		}
		return errGivenUp
	})
	if errors.Is(err, errGivenUp) {
		err = nil
	}
	return p, err
}

func (p *Preview) read(tx *gorm.DB, k Kind, f stored) error {
	u, err := f.understand(tx, k)
	if err != nil {
		return err
	}
	p.Layout, p.Form, p.Questions, p.Amounts, p.Decimal = u.layout, u.form, u.questions, u.table.how.needed,
		u.table.how.Decimal
	if len(u.sheet.Names) > 1 {
		p.Sheets = u.sheet.Names
	}
	if p.Unclear, p.Lacking = u.unclear, u.lacking; p.Unclear != "" {
		return nil
	}
	p.Plan, err = u.plan(tx, k)
	return err
}

func inFileOrder(rows []Row) []Row {
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(a.Line, b.Line) })
	return rows
}
