package paging

import "github.com/google/uuid"

// Request is what a list query needs to know: the order, where to start, how many.
type Request struct {
	Order  Order
	After  *Cursor // the page behind this row
	Before *Cursor // or the page before it; neither: the first page
	Size   int     // rows of a page; Size (50) when 0
}

// Limit is how many rows to ask the database for: one more than a page, which
// tells whether there is a next one.
func (r Request) Limit() int { return r.rows() + 1 }

func (r Request) rows() int {
	if r.Size <= 0 {
		return Size
	}
	return r.Size
}

// Sorted is the order in which the rows of this page are read: backwards where it
// is the page before a row.
func (r Request) Sorted() Order {
	o := r.Order
	if r.After == nil && r.Before != nil {
		o.Desc = !o.Desc
	}
	return o
}

// Where is the condition for the rows of this page, in gorm's placeholders.
func (r Request) Where() (string, []any) {
	if r.After == nil && r.Before != nil {
		return r.Sorted().Where(r.Before)
	}
	return r.Order.Where(r.After)
}

// Cut drops the surplus row of a query that asked for Limit rows, and gives the
// token of the next page, empty on the last one. key tells a row's sort key and id.
func Cut[T any](r Request, rows []T, key func(T) (any, uuid.UUID)) (page []T, next string, err error) {
	if len(rows) <= r.rows() {
		return rows, "", nil
	}
	page = rows[:r.rows()]
	value, id := key(page[len(page)-1])
	next, err = r.Order.Token(value, id)
	return page, next, err
}
