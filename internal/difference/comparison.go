package difference

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Comparison is how far a bill has been compared, and with what result.
type Comparison struct {
	Waiting                     bool // it was not compared yet, or not since something changed
	ComparedAt                  *time.Time
	Lines, Matched, Compared    int // compared: beside our invoices
	Equal, Differ, Incomparable int // beside the ledger and its costs
	Trouble                     string
	Todo                        int // differences
}

// ComparisonOf reads it.
func ComparisonOf(ctx context.Context, db *gorm.DB, bill uuid.UUID) (c Comparison, err error) {
	err = db.WithContext(ctx).Raw(`SELECT coalesce(c.done < c.asked, true) AS waiting, c.compared_at, c.lines,
		c.matched,
			c.compared, c.equal, c.differ, c.incomparable, coalesce(c.trouble, '') AS trouble,
			(SELECT count(*) FROM differences d WHERE d.bill_id = b.id AND d.shown AND d.state = 'todo') AS todo
		FROM supplier_bills b LEFT JOIN supplier_comparisons c ON c.bill_id = b.id WHERE b.id = ?`,
		bill).Scan(&c).Error
	if err != nil {
		err = fmt.Errorf("comparison of bill %s: %w", bill, err)
	}
	return c, err
}
