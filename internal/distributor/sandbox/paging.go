package sandbox

import (
	"context"
	"net/http"
	"strconv"
)

const maxPageSize = 200

// shiftKey carries a fault's offset to the paging of one request.
type shiftKey struct{}

// page cuts the asked page out of all rows. Without pageNo or pageSize the
// answer is 200 with no records; only the page asked for is written out.
func page[T any](s *Server, r *http.Request, all []T, row func(T) any) (any, error) {
	q, b := r.URL.Query(), s.behave()
	if q.Get("pageNo") == "" || q.Get("pageSize") == "" {
		total := len(all)
		if b.UnpagedTotal == "zero" {
			total = 0
		}
		return listData{total, []any{}}, nil
	}
	no, err := positive("pageNo", q.Get("pageNo"))
	if err != nil {
		return nil, err
	}
	size, err := positive("pageSize", q.Get("pageSize"))
	if err != nil {
		return nil, err
	}
	if size > maxPageSize {
		if b.OversizedPage == "refuse" {
			return nil, badRequest("pageSize must not be over %d.", maxPageSize)
		}
		size = maxPageSize
	}
	return listData{len(all), rows(cut(all, (no-1)*size+shift(r.Context()), size), row)}, nil
}

// whole answers all rows when no paging is asked for.
// Guess: lists that public clients read without paging answer whole.
func whole[T any](s *Server, r *http.Request, all []T, row func(T) any) (any, error) {
	if q := r.URL.Query(); q.Get("pageNo") == "" && q.Get("pageSize") == "" {
		return listData{len(all), rows(all, row)}, nil
	}
	return page(s, r, all, row)
}

func rows[T any](all []T, row func(T) any) []any {
	records := make([]any, 0, len(all))
	for _, v := range all {
		records = append(records, row(v))
	}
	return records
}

func cut[T any](all []T, from, size int) []T {
	if from < 0 || from >= len(all) {
		return nil
	}
	return all[from:min(from+size, len(all))]
}

// Guess: an unreadable page is a 400.
func positive(name, text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1_000_000 {
		return 0, badRequest("%s must be a positive number.", name)
	}
	return n, nil
}

func shift(ctx context.Context) int {
	n, _ := ctx.Value(shiftKey{}).(int)
	return n
}
