package difference_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"seatledger/internal/difference"
	"seatledger/internal/testkit/billdesk"
)

// The differences of years: each filter, the search and each sort go by an index, whatever the list holds.
func TestEachFilterAndSortOfTheListIsCarriedByAnIndex(t *testing.T) {
	t.Parallel()
	d := open(t)
	bill := billdesk.Bill(d.World, "november.csv", []string{line("S-1", "1", "10", "10")})
	d.Exec(`INSERT INTO differences (id, bill_id, provider_id, kind, subject, customer, product, part_number,
		month_amount,
			once_amount, currency, since, why, reached, first_bill_id, found_at, state, decided_at, crm_account_id,
			gone_at)
		SELECT gen_random_uuid(), ?, ?, (ARRAY['quantity', 'price', 'only_on_bill', 'double'])[1 + n % 4], 'S-' || n,
			'Customer ' || md5(n::text), 'Product ' || n % 100, 'P-' || n % 100, n % 977, n % 9973, 'USD',
			DATE '2024-01-01' + n % 1000, 'more', 'no', ?, now(), CASE WHEN n % 50 = 0 THEN 'dismissed' ELSE 'todo'
			END,
			CASE WHEN n % 50 = 0 THEN now() END, CASE WHEN n % 500 = 0 THEN CAST(? AS uuid) END,
			CASE WHEN n % 3 = 0 THEN now() END
		FROM generate_series(1, 20000) n`, bill, d.Provider.ID, bill, d.Customer)
	d.owns(`VACUUM ANALYZE differences`)
	list := difference.All
	look := func(name, where, order string, args ...any) {
		t.Helper()
		var plan []string
		sql := `EXPLAIN SELECT d.id FROM ` + list.Table + ` ` + list.Joins + ` WHERE ` + list.Within + where +
			` ORDER BY ` + order + ` LIMIT 51`
		if err := d.DB.Read(t.Context()).Raw(sql, args...).Scan(&plan).Error; err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if whole := strings.Join(plan, "\n"); strings.Contains(whole, "Seq Scan on differences") {
			t.Errorf("%s reads the whole list:\n%s", name, whole)
		}
	}
	usual := "d.once_amount DESC, d.id DESC"
	values := map[string]any{"bill": uuid.New(), "crm_account": d.Customer, "subscription": uuid.New()}
	for _, f := range list.Filters {
		for _, c := range f.Choices {
			look(f.Name+" "+c.Value, " AND "+f.Where, usual, c.Value)
		}
		if v, known := values[f.Name]; known {
			look(f.Name, " AND "+f.Where, usual, v)
		} else if len(f.Choices) == 0 {
			t.Errorf("nothing tries filter %s", f.Name)
		}
	}
	look("the search", " AND "+list.Search.Where, usual, "%customer c4ca4238%")
	sorts := 0
	for _, c := range list.Columns {
		if c.Sort.Expr != "" {
			sorts++
			look("sort "+c.Key, "", c.Sort.Expr+" DESC, d.id DESC")
			look("sort "+c.Key, "", c.Sort.Expr+", d.id")
		}
	}
	if sorts < 3 {
		t.Errorf("%d sorts", sorts)
	}
}
