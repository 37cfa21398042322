package paging_test

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"seatledger/internal/paging"
	_ "seatledger/internal/testkit/samehistories"
)

// record is a row of the model: a number that may be unknown, and an id.
type record struct {
	key *int
	id  uuid.UUID
}

func (r record) sortKey() (any, uuid.UUID) { return r.key, r.id }

// compare orders records as PostgreSQL does: unknown after everything known.
func compare(a, b record) int {
	switch {
	case a.key == nil && b.key == nil:
		return bytes.Compare(a.id[:], b.id[:])
	case a.key == nil:
		return 1
	case b.key == nil:
		return -1
	}
	if c := cmp.Compare(*a.key, *b.key); c != 0 {
		return c
	}
	return bytes.Compare(a.id[:], b.id[:])
}

// evaluate does what the database does with the few conditions that Order.Where makes.
func evaluate(t *rapid.T, cond string, args []any, r record) bool {
	parse := func(i int) uuid.UUID { return uuid.MustParse(args[i].(string)) }
	tie := func(id uuid.UUID) int { return bytes.Compare(r.id[:], id[:]) }
	pair := func() int {
		k, _ := strconv.Atoi(args[0].(string))
		if c := cmp.Compare(*r.key, k); c != 0 {
			return c
		}
		return tie(parse(1))
	}
	switch cond {
	case "true":
		return true
	case "(n, id) > (?::bigint, ?::uuid)":
		return r.key != nil && pair() > 0
	case "(n, id) < (?::bigint, ?::uuid)":
		return r.key != nil && pair() < 0
	case "((n, id) > (?::bigint, ?::uuid) OR n IS NULL)":
		return r.key == nil || pair() > 0
	case "(n IS NULL AND id > ?::uuid)":
		return r.key == nil && tie(parse(0)) > 0
	case "((n IS NULL AND id < ?::uuid) OR n IS NOT NULL)":
		return r.key != nil || tie(parse(0)) < 0
	}
	t.Fatalf("the model does not know the condition %q", cond)
	return false
}

func records(nullable bool) *rapid.Generator[[]record] {
	one := rapid.Custom(func(t *rapid.T) record {
		var id uuid.UUID
		copy(id[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		n := rapid.IntRange(-3, 3).Draw(t, "n") // few values, so that many tie
		if nullable && n == 3 {
			return record{id: id}
		}
		return record{key: &n, id: id}
	})
	return rapid.SliceOfNDistinct(one, 0, 40, func(r record) uuid.UUID { return r.id })
}

func TestThePagesOfAListAreTheListOnceEach(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		nullable := rapid.Bool().Draw(t, "nullable")
		order := paging.Order{
			Sort: paging.Sort{Key: "n", Expr: "n", Kind: paging.Integer, Nullable: nullable},
			ID:   "id", Desc: rapid.Bool().Draw(t, "desc"),
		}
		all := records(nullable).Draw(t, "rows")
		slices.SortFunc(all, compare)
		if order.Desc {
			slices.Reverse(all)
		}
		size := rapid.IntRange(1, 7).Draw(t, "size")
		if got := walk(t, order, all, size); !slices.Equal(got, all) {
			t.Fatalf("paged %d rows, want %d in the same order", len(got), len(all))
		}
	})
}

// walk pages through the model as a person does, token by token.
func walk(t *rapid.T, order paging.Order, all []record, size int) []record {
	var seen []record
	after := ""
	for range len(all) + 1 {
		cursor, err := order.Cursor(after)
		if err != nil {
			t.Fatal(err)
		}
		req := paging.Request{Order: order, After: cursor, Size: size}
		page, next, err := paging.Cut(req, query(t, req, all), record.sortKey)
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, page...)
		if next == "" {
			return seen
		}
		after = next
	}
	t.Fatal("the pages never end")
	return nil
}

func query(t *rapid.T, req paging.Request, all []record) []record {
	cond, args := req.Where()
	if strings.Count(cond, "?") != len(args) {
		t.Fatalf("%q has other placeholders than %d arguments", cond, len(args))
	}
	var out []record
	for _, r := range all {
		if len(out) < req.Limit() && evaluate(t, cond, args, r) {
			out = append(out, r)
		}
	}
	return out
}
