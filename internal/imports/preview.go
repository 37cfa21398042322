package imports

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
)

// Preview is a file and what it would do now, or what it did.
type Preview struct {
	ID         uuid.UUID
	FileName   string
	UploadedBy string
	UploadedAt time.Time
	Layout     Layout   // which column is which; empty once the file is applied
	Choosable  bool     // a person may choose the columns
	Sheets     []string // worksheets to choose from
	Unclear    string   // what the columns lack, so that there is no plan yet
	Plan       Plan     // empty once the file is applied
	Result     *Result  // nil until it is
}

// Preview reads a file against what stands now, within one snapshot.
func (s Service) Preview(ctx context.Context, k Kind, id uuid.UUID) (Preview, error) {
	var p Preview
	err := s.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		f, err := load(tx, k, id, "")
		if err != nil {
			return err
		}
		p = Preview{ID: f.ID, FileName: f.FileName, UploadedBy: f.UploadedBy, UploadedAt: f.UploadedAt, Choosable: mappable(k.Columns())}
		if p.Result, err = f.outcome(); err != nil || p.Result != nil {
			return err
		}
		return p.read(tx, k, f)
	})
	return p, err
}

func (p *Preview) read(tx *gorm.DB, k Kind, f stored) error {
	opened, l, err := f.read(k.Columns())
	if err != nil {
		return err
	}
	p.Layout = l
	if len(opened.Names) > 1 {
		p.Sheets = opened.Names
	}
	if err := l.usable(k.Columns()); err != nil && p.Choosable {
		p.Unclear = errs.Public(err)
		return nil
	}
	p.Plan, err = f.planned(tx, k, opened.table(l))
	return err
}

func inFileOrder(rows []Row) []Row {
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(a.Line, b.Line) })
	return rows
}
