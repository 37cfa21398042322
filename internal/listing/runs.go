package listing

import (
	"fmt"
	"slices"
	"strings"
)

// keptWhere is the condition of what the kept counts carry, over them, with its arguments. also are filters that only
// the finer ones carry.
func (l *List[R]) keptWhere(q Query, also ...string) (string, []any) {
	conds, args := []string{"true"}, []any(nil)
	for _, f := range q.Spec.Filters {
		v := q.Values[f.Name]
		if v == "" || !f.Counted && !slices.Contains(also, f.Name) {
			continue
		}
		cond, more := f.kept(v)
		conds, args = append(conds, "("+cond+")"), append(args, more...)
	}
	return strings.Join(conds, " AND "), args
}

// inRuns is the filter of a query whose records stand in runs; nil: none is set.
func (l *List[R]) inRuns(q Query) *Filter {
	if l.Finer.Filter == "" {
		return nil
	}
	for i := range q.Spec.Filters {
		if f := &q.Spec.Filters[i]; f.Runs.Where != "" && q.Values[f.Name] != "" {
			return f
		}
	}
	return nil
}

// runs are those that a query lets through, as far as the finer counts know.
func (l *List[R]) runs(q Query, f *Filter) (string, []any) {
	where, args := l.keptWhere(q)
	cond, more := f.with(f.Runs.Where, q.Values[f.Name])
	return fmt.Sprintf("FROM %s WHERE %s AND %s", l.Finer.Counts, where, cond), append(args, more...)
}

// someOf lets no page be looked for, and nothing be counted, where the kept counts know that no record fits: nothing
// would be found before the end of the list.
func (l *List[R]) someOf(q Query) (string, []any) {
	if f := l.inRuns(q); f != nil {
		runs, args := l.runs(q, f)
		return " AND (SELECT coalesce(sum(n), 0) > 0 " + runs + ")", args
	}
	kept, filters := l.CountsFor(q), 0
	for _, f := range q.Spec.Filters {
		if q.Narrows(f) {
			filters++
		}
	}
	if kept == "" || filters < 2 || !q.isKept() {
		return "", nil
	}
	where, args := l.keptWhere(q, l.Finer.Filter)
	return fmt.Sprintf(" AND (SELECT coalesce(sum(n), 0) > 0 FROM %s WHERE %s)", kept, where), args
}

// headsOf puts a page of keys together from the heads of its runs; keys is the statement of a page within one. Empty:
// the query is in another order than the runs are, or has none.
func (l *List[R]) headsOf(q Query, keys func(and string) string) (string, []any) {
	f, usual := l.inRuns(q), l.Sorts()
	if order, err := usual.Parse(""); f == nil || err != nil || order.Sort.Expr != q.Page.Order.Sort.Expr {
		return "", nil
	}
	runs, args := l.runs(q, f)
	by := strings.Join(f.Runs.By, ", ")
	and := ""
	for _, c := range f.Runs.By {
		and += fmt.Sprintf(" AND %s.%s = heads.%s", l.alias(), c, c)
	}
	order := q.Page.Sorted()
	order.Sort.Expr, order.ID = "run.page_key", "run.page_id"
	return fmt.Sprintf("SELECT run.* FROM (SELECT %s %s GROUP BY %s HAVING sum(n) > 0) heads, LATERAL (%s) run "+
		"ORDER BY %s LIMIT %d", by, runs, by, keys(and), order.SQL(), q.Page.Limit()), args
}
