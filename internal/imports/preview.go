package imports

import (
	"cmp"
	"context"
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
	Plan       Plan    // empty once the file is applied
	Result     *Result // nil until it is
}

// Preview reads a file against what stands now, within one snapshot.
func (s Service) Preview(ctx context.Context, k Kind, id uuid.UUID) (Preview, error) {
	var p Preview
	err := s.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		f, err := load(tx, k, id, "")
		if err != nil {
			return err
		}
		p = Preview{ID: f.ID, FileName: f.FileName, UploadedBy: f.UploadedBy, UploadedAt: f.UploadedAt}
		if p.Result, err = f.outcome(); err != nil || p.Result != nil {
			return err
		}
		p.Plan, err = f.plan(tx, k)
		return err
	})
	return p, err
}

func inFileOrder(rows []Row) []Row {
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(a.Line, b.Line) })
	return rows
}
