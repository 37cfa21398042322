package price_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/contract/price"
	"seatledger/internal/distributor"
	"seatledger/internal/errs"
	"seatledger/internal/imports"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var bea = audit.Actor{ID: uuid.MustParse("0190a000-0000-7000-8000-000000000002"), Name: "Bea Example"}

type shop struct {
	*testing.T
	price.Service
	list price.List
}

func open(t *testing.T) shop {
	t.Helper()
	s := price.Service{DB: pgtest.New(t).DB, Clock: clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))}
	l, err := s.CreateList(t.Context(), bea, price.ListInput{Name: "Standard", Currency: "USD"})
	if err != nil {
		t.Fatal(err)
	}
	return shop{t, s, l}
}

const part = "CFQ7TTC0LH18:0001"

func form(from, amount string) price.ItemInput {
	return price.ItemInput{PartNumber: part, ProductName: "Business Basic", Unit: "month", Term: "P1Y",
		BillingFrequency: "monthly", UnitPrice: amount, EffectiveFrom: from}
}

func (s shop) add(in price.ItemInput) price.Item {
	s.Helper()
	i, err := s.AddItem(s.Context(), bea, s.list.ID, in)
	if err != nil {
		s.Fatal(err)
	}
	return i
}

func (s shop) on(product uuid.UUID, day string) string {
	s.Helper()
	d, err := clock.ParseDate(day)
	if err != nil {
		s.Fatal(err)
	}
	i, ok, err := price.InForce(s.DB.Read(s.Context()), price.Wanted{
		PriceListID: s.list.ID, ProductID: product, Term: distributor.Annual, Frequency: distributor.Monthly, On: d,
	})
	if err != nil {
		s.Fatal(err)
	}
	if !ok {
		return ""
	}
	return i.UnitPrice.String()
}

func (s shop) number(sql string, args ...any) int {
	s.Helper()
	var n int
	if err := s.DB.Read(s.Context()).Raw(sql, args...).Scan(&n).Error; err != nil {
		s.Fatal(err)
	}
	return n
}

func (s shop) synced(vendor, number string) {
	s.Helper()
	err := s.DB.InTx(s.Context(), func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO products (id, vendor, part_number, created_at, updated_at)
			VALUES (?, ?, ?, now(), now())`, uuid.New(), vendor, number).Error
	})
	if err != nil {
		s.Fatal(err)
	}
}

func TestTheNewestPriceInForceCounts(t *testing.T) {
	t.Parallel()
	s := open(t)
	i := s.add(form("2026-01-01", "10"))
	promo := form("2026-06-01", "8.5")
	promo.EffectiveTo = "2026-07-01"
	s.add(promo)
	s.add(form("2027-01-01", "12"))
	for day, want := range map[string]string{
		"2025-12-31": "", "2026-01-01": "10", "2026-05-31": "10", "2026-06-01": "8.5", "2026-06-30": "8.5",
		"2026-07-01": "10", "2026-12-31": "10", "2027-01-01": "12", "2030-01-01": "12",
	} {
		if got := s.on(i.ProductID, day); got != want {
			t.Errorf("on %s: %q, want %q", day, got, want)
		}
	}
}

func TestAPriceIsReadByTheWordsOfTheFieldAndNeverGuessed(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]distributor.Frequency{
		"P1M": distributor.Monthly, "month": distributor.Monthly, "Yearly": distributor.Annual,
		"P1Y": distributor.Annual, "annual": distributor.Annual,
		"P3Y": distributor.Triennial, "triennial": distributor.Triennial, "one_time": distributor.FreqOneTime,
		"one-time": distributor.FreqOneTime,
		"trial":    distributor.FreqTrial, "quarterly": distributor.Quarterly,
	} {
		if got, err := price.ParseTerm(word); got != want || err != nil {
			t.Errorf("ParseTerm(%q) = %q, %v", word, got, err)
		}
	}
	for _, word := range []string{"", "fortnight", "unknown"} {
		_, err := price.ParseTerm(word)
		if !strings.Contains(errs.Public(err), "monthly, quarterly, annual, triennial, one_time, trial") {
			t.Errorf("ParseTerm(%q): %v does not name the words", word, err)
		}
		if _, err := price.ParseUnit(word); !strings.Contains(errs.Public(err),
			"month, quarter, year, three_years, once") {
			t.Errorf("ParseUnit(%q): %v does not name the words", word, err)
		}
	}
	for _, bad := range []string{"", "-1", "1,50", "1.234,50", "$5", "1e3", "1.1234567", "NaN", "999999999999999"} {
		if got, err := price.ParseAmount(bad); errs.KindOf(err) != errs.Invalid {
			t.Errorf("ParseAmount(%q) = %s, %v; want a refusal", bad, got, err)
		}
	}
}

func TestAPriceAndASyncMeetAtOneProduct(t *testing.T) {
	t.Parallel()
	s := open(t)
	i := s.add(form("2026-01-01", "10"))
	if n := s.number(`SELECT count(*) FROM products WHERE vendor = 'Microsoft' AND vendor_assumed AND part_number = ?`,
		part); n != 1 {
		t.Error("a part number of Microsoft's shape is not Microsoft's")
	}
	in := form("2026-01-01", "10.5")
	in.Vendor = "microsoft"
	if err := s.UpdateItem(t.Context(), bea,
		price.ItemEdit{ListID: s.list.ID, ID: i.ID, Version: 1, Input: in}); err != nil {
		t.Fatal(err)
	}
	if n := s.number(`SELECT count(*) FROM products WHERE vendor_assumed`); n != 1 {
		t.Error("a form that hands the assumed vendor back made it sure")
	}
	in = form("2026-02-01", "11")
	in.PartNumber, in.Vendor = strings.ToLower(part), "Microsoft Corporation"
	if j := s.add(in); j.ProductID != i.ProductID {
		t.Error("the product with an assumed vendor was not taken over")
	}
	if n := s.number(`SELECT count(*) FROM products WHERE vendor = 'Microsoft Corporation'
		AND NOT vendor_assumed`); n != 1 {
		t.Error("the vendor was not set")
	}
	s.synced("Adobe", "65304")
	in.PartNumber, in.Vendor = "65304", ""
	s.add(in)
	if n := s.number(`SELECT count(*) FROM products WHERE part_number = '65304'`); n != 1 {
		t.Error("a part number that one product has made a second one")
	}
	s.synced("Wiley", "65304")
	in.EffectiveFrom = "2026-03-01"
	if _, err := s.AddItem(t.Context(), bea, s.list.ID, in); !strings.Contains(errs.FieldsOf(err)["vendor"], "Adobe") {
		t.Errorf("a part number of two vendors: %v", err)
	}
}

func TestOnePricePerKey(t *testing.T) {
	t.Parallel()
	s := open(t)
	i := s.add(form("2026-01-01", "10"))
	if _, err := s.AddItem(t.Context(), bea, s.list.ID,
		form("2026-01-01", "11")); errs.FieldsOf(err)["effective_from"] == "" {
		t.Errorf("got %v", err)
	}
	change := form("2026-01-01", "12")
	if err := s.UpdateItem(t.Context(), bea,
		price.ItemEdit{ListID: s.list.ID, ID: i.ID, Version: 1, Input: change}); err != nil {
		t.Fatal(err)
	}
	if got := s.on(i.ProductID, "2026-01-01"); got != "12" {
		t.Errorf("price %s", got)
	}
	if err := s.UpdateItem(t.Context(), bea,
		price.ItemEdit{ListID: s.list.ID, ID: i.ID, Version: 1, Input: change}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a stale form: %v", err)
	}
	for range 2 {
		if err := s.DeleteItem(t.Context(), bea, s.list.ID, i.ID); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.on(i.ProductID, "2026-01-01"); got != "" {
		t.Errorf("a deleted price: %s", got)
	}
}

func TestTheCurrencyOfAListWithPricesIsFrozen(t *testing.T) {
	t.Parallel()
	s := open(t)
	edit := price.ListEdit{ID: s.list.ID, Version: 1, Input: price.ListInput{Name: "Standard", Currency: "EUR"}}
	s.add(form("2026-01-01", "10"))
	if err := s.UpdateList(t.Context(), bea, edit); errs.FieldsOf(err)["currency"] == "" {
		t.Errorf("got %v", err)
	}
	edit.Input = price.ListInput{Name: "Renamed", Currency: "USD"}
	if err := s.UpdateList(t.Context(), bea, edit); err != nil {
		t.Error(err)
	}
}

const header = "part_number,product_name,unit,term,billing_frequency,unit_price,effective_from,effective_to\n"

func (s shop) desk() imports.Service { return imports.Service{DB: s.DB, Clock: s.Clock} }

func (s shop) upload(content string) uuid.UUID {
	s.Helper()
	id, err := s.desk().Upload(s.Context(), bea, s.Import(s.list),
		imports.File{Name: "prices.csv", Content: []byte(content)})
	if err != nil {
		s.Fatal(err)
	}
	return id
}

func (s shop) preview(id uuid.UUID) imports.Plan {
	s.Helper()
	p, err := s.desk().Preview(s.Context(), s.Import(s.list), id)
	if err != nil {
		s.Fatal(err)
	}
	return p.Plan
}

func (s shop) apply(id uuid.UUID) [4]int {
	s.Helper()
	r, err := s.desk().Apply(s.Context(), bea, s.Import(s.list), imports.Order{ID: id})
	if err != nil {
		s.Fatal(err)
	}
	return [4]int{r.New, r.Changed, r.Unchanged, r.Refused}
}

func TestAPriceFileChangesTheItemOfItsKeyAndAddsTheRest(t *testing.T) {
	t.Parallel()
	s := open(t)
	i := s.add(form("2026-01-01", "10"))
	file := header +
		part + ",Other name,month,annual,monthly,10.5,2026-01-01,\n" + // the standing item
		part + ",,month,P1Y,month,12,2027-01-01,\n" + // takes over from it
		"65304,Photo,year,annual,annual,300.00,2026-01-01,2027-01-01\n" +
		"65304,Photo,fortnight,annual,annual,3,2026-02-01,\n" +
		"X-1,X,once,one_time,one_time,\"1,5\",2026-01-01,\n" +
		"X-2,X,once,one_time,one_time,5,2026-01-01,2026-01-01\n" +
		"X-3,X,once,one_time,one_time,5,2026-01-01,\n" +
		"x-3,X,once,one-time,once,6,2026-01-01,\n"
	id := s.upload(file)
	plan := s.preview(id)
	if got := plan.Rows[0]; got.Outcome != imports.Changed ||
		!cmp.Equal(got.Changes, []imports.Change{{Field: "unit_price", Before: "10", After: "10.5"}}) {
		t.Errorf("the standing item: %+v", got)
	}
	if got := plan.Rows[1]; got.Outcome != imports.New ||
		!strings.Contains(got.Note, "Counts from 2027-01-01 instead of 10 per month") {
		t.Errorf("a newer price: %+v", got)
	}
	for n, reason := range map[int]string{3: "unit", 4: "unit_price", 5: "effective_to", 6: "Line 9", 7: "Line 8"} {
		if got := plan.Rows[n]; got.Outcome != imports.Refused || !strings.Contains(got.Reason, reason) {
			t.Errorf("line %d: %+v, want a refusal that names %s", got.Line, got, reason)
		}
	}
	if d := cmp.Diff([4]int{2, 1, 0, 5}, s.apply(id)); d != "" {
		t.Error(d)
	}
	if got := s.on(i.ProductID, "2026-03-01") + " " + s.on(i.ProductID, "2027-03-01"); got != "10.5 12" {
		t.Errorf("prices %s", got)
	}
	if n := s.number(`SELECT count(*) FROM products WHERE part_number IN ('X-1', 'X-2', 'X-3', 'x-3')`); n != 0 {
		t.Errorf("%d products of refused lines were made", n)
	}
	if n := s.number(`SELECT count(*) FROM products WHERE name = 'Business Basic'`); n != 1 {
		t.Error("a name that stands was overwritten")
	}
	if d := cmp.Diff([4]int{0, 0, 3, 5}, s.apply(s.upload(file))); d != "" {
		t.Errorf("the same file again: %s", d)
	}
}

func TestAColumnThatTheFileLacksStaysAsItIs(t *testing.T) {
	t.Parallel()
	s := open(t)
	in := form("2026-01-01", "10")
	in.EffectiveTo = "2026-07-01"
	i := s.add(in)
	s.apply(s.upload("part_number,unit,term,billing_frequency,unit_price,effective_from\n" + part +
		",month,annual,monthly,11,2026-01-01\n"))
	if got := s.on(i.ProductID, "2026-06-30") + s.on(i.ProductID, "2026-07-01"); got != "11" {
		t.Errorf("the end did not stay: %q", got)
	}
	s.apply(s.upload(header + part + ",,month,annual,monthly,11,2026-01-01,\n"))
	if got := s.on(i.ProductID, "2026-07-01"); got != "11" {
		t.Errorf("an empty end did not open the price: %q", got)
	}
}

func TestThousandsOfPricesComeInOneGo(t *testing.T) {
	t.Parallel()
	s := open(t)
	var file strings.Builder
	file.WriteString(header)
	for range 5000 {
		file.WriteString("P-" + uuid.NewString() + ",Product,month,annual,monthly,10,2026-01-01,\n")
	}
	if d := cmp.Diff([4]int{5000, 0, 0, 0}, s.apply(s.upload(file.String()))); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([4]int{0, 0, 5000, 0}, s.apply(s.upload(file.String()))); d != "" {
		t.Error(d)
	}
}
