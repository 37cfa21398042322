package listing

import (
	"net/url"
	"strings"
	"testing"

	"seatledger/internal/paging"
)

// Whatever an address asks of a list, what reaches SQL is written by us: a choice of a filter is one of our own words,
// and what is typed is an argument.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "q=a", "sort=-name", "sort=name;drop", "state=open", "state=%27%3B--", "size=50&page=2",
		"after=e30", "columns=name,x",
		"q=%00", "q=%ff", "state=open&state=closed", "q=" + strings.Repeat("a", 300)} {
		f.Add(s)
	}
	spec := Spec{Sorts: paging.Sorts{ID: "t.id", Default: "name",
		Keys: []paging.Sort{{Key: "name", Expr: "t.name", Kind: paging.Text}}},
		Filters: []Filter{{Name: "state", Label: "State", Where: "t.state = ?",
			Choices: []Choice{{Value: "open"}, {Value: "closed"}}}},
		Search: Search{Label: "Search", Where: "lower(t.name) LIKE ?"}}
	f.Fuzz(func(t *testing.T, address string) {
		raw, err := url.ParseQuery(address)
		if err != nil {
			return
		}
		q, err := spec.Parse(raw, false)
		if err != nil {
			return
		}
		where, args := q.Where()
		if strings.Count(where, "?") != len(args) {
			t.Errorf("%q: %s with %d arguments", address, where, len(args))
		}
		bare := strings.NewReplacer("true", "", "AND", "", "t.state = 'open'", "",
			"t.state = 'closed'", "", "lower(t.name) LIKE ?", "",
			"(", "", ")", "", " ", "").Replace(where)
		if bare != "" {
			t.Errorf("%q reached SQL: %s", address, where)
		}
	})
}
