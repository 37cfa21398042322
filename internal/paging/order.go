package paging

import (
	"fmt"
	"strings"

	"seatledger/internal/errs"
)

// Size is the usual number of rows of a page.
const Size = 50

// Sort is one key that a list may be sorted by. Expr is constant SQL: nothing a
// person typed ever becomes part of it. An index on (Expr, id) makes it fast.
//
// A Nullable expression keeps the order of PostgreSQL, which one index serves both
// ways: unknown last when ascending, first when descending. Its pages cannot jump
// within the index, so where a list is long prefer an expression that is never
// null, as coalesce(end_date, 'infinity'), with its own index.
type Sort struct {
	Key      string // the CSV column name, as in sort=key
	Expr     string // as "s.start_date"
	Kind     Kind
	Nullable bool
}

// Sorts is the allow-list of a list, together with the id that breaks ties.
type Sorts struct {
	ID      string // SQL of the unique uuid, as "s.id"
	Default string // "key" or "-key"
	Keys    []Sort
}

// Order is a chosen sort with its direction.
type Order struct {
	Sort Sort
	ID   string
	Desc bool
}

// Parse reads "key" or "-key"; empty is the default. A key that is not on the list is errs.Invalid.
func (s Sorts) Parse(param string) (Order, error) {
	if param == "" {
		param = s.Default
	}
	key, desc := strings.CutPrefix(param, "-")
	for _, k := range s.Keys {
		if k.Key == key {
			return Order{Sort: k, ID: s.ID, Desc: desc}, nil
		}
	}
	f := errs.Fields{}
	f.Add("sort", "This list cannot be sorted by %q.", key)
	return Order{}, f.Err()
}

// Has tells whether a key is on the list, for the heads of columns.
func (s Sorts) Has(key string) bool {
	for _, k := range s.Keys {
		if k.Key == key {
			return true
		}
	}
	return false
}

// String is the parameter that Parse reads: "key" or "-key".
func (o Order) String() string {
	if o.Desc {
		return "-" + o.Sort.Key
	}
	return o.Sort.Key
}

// SQL is what stands behind ORDER BY.
func (o Order) SQL() string {
	if !o.Desc {
		return fmt.Sprintf("%s ASC, %s ASC", o.Sort.Expr, o.ID)
	}
	return fmt.Sprintf("%s DESC, %s DESC", o.Sort.Expr, o.ID)
}

// Where is the condition for the rows behind a cursor, with its arguments, in the
// placeholders of gorm ("?"). Without a cursor it is "true".
func (o Order) Where(c *Cursor) (string, []any) {
	if c == nil {
		return "true", nil
	}
	cmp := ">"
	if o.Desc {
		cmp = "<"
	}
	if c.Null {
		return o.whereNull(cmp), []any{c.ID.String()}
	}
	cond := fmt.Sprintf("(%s, %s) %s (?::%s, ?::uuid)", o.Sort.Expr, o.ID, cmp, o.Sort.Kind)
	if o.Sort.Nullable && !o.Desc {
		cond = fmt.Sprintf("(%s OR %s IS NULL)", cond, o.Sort.Expr)
	}
	return cond, []any{c.Key, c.ID.String()}
}

// whereNull is the condition behind a row whose key is null: the nulls are the end
// of an ascending list and the start of a descending one.
func (o Order) whereNull(cmp string) string {
	cond := fmt.Sprintf("(%s IS NULL AND %s %s ?::uuid)", o.Sort.Expr, o.ID, cmp)
	if o.Desc {
		cond = fmt.Sprintf("(%s OR %s IS NOT NULL)", cond, o.Sort.Expr)
	}
	return cond
}
