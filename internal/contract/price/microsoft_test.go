package price_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"seatledger/internal/contract/price"
	"seatledger/internal/errs"
	"seatledger/internal/imports"
)

const sheetHeader = "\ufeffChangeIndicator,ProductTitle,ProductId,SkuId,SkuTitle,Publisher,SkuDescription,UnitOfMeasure,TermDuration,BillingPlan,Market,Currency,UnitPrice," +
	"PricingTierRangeMin,PricingTierRangeMax,EffectiveStartDate,EffectiveEndDate,Tags,ERP " +
	"Price,Segment,PreviousValues\r\n"

// sheetLine is a line of the sheet with invented products.
type sheetLine struct{ sku, term, plan, cost, erp, segment, currency, change string }

func (l sheetLine) String() string {
	or := func(s, other string) string {
		if s == "" {
			return other
		}
		return s
	}
	return fmt.Sprintf("%s,Sample Plan,CFQ7TTC0XX01,%s,Sample Plan,Sample Corp,\"Desktop, web and "+
		"mail\",,%s,%s,US,%s,%s,,,2025-04-01T00:00:00.0000000Z,9999-11-30T23:59:59.0000000Z,License,%s,%s,\"{'UnitPrice': '1008'}\"\r\n",
		or(l.change, "Unchanged"), l.sku, l.term, l.plan, or(l.currency, "USD"), l.cost, l.erp,
		or(l.segment, "Commercial"))
}

func sheetOf(lines ...sheetLine) string {
	out := sheetHeader
	for _, l := range lines {
		out += l.String()
	}
	return out
}

var sample = sheetOf(
	sheetLine{sku: "1", term: "P1Y", plan: "Monthly", cost: "60.48", erp: "75.60"},
	sheetLine{sku: "1", term: "P1Y", plan: "Annual", cost: "57.60", erp: "72"},
	sheetLine{sku: "1", term: "P1M", plan: "Monthly", cost: "5.76", erp: "7.20"},
	sheetLine{sku: "1", term: "P3Y", plan: "Annual", cost: "172.80", erp: "216"},
	sheetLine{sku: "1", term: "P3Y", plan: "Monthly", cost: "100", erp: "125"},
	sheetLine{sku: "000C", term: "P1M", plan: "None", cost: "0", erp: "0"},
	sheetLine{sku: "1", term: "P1Y", plan: "Monthly", cost: "40", erp: "50", segment: "Education"},
	sheetLine{sku: "1", term: "P1Y", plan: "Monthly", cost: "50", erp: "60", currency: "EUR"},
	sheetLine{sku: "2", term: "P1Y", plan: "Monthly", cost: "1", erp: "2", change: "DEL"},
	sheetLine{sku: "3", term: "P1Y", plan: "Fortnightly", cost: "1", erp: "2"},
)

func (s shop) choose(id uuid.UUID, answers map[string]string) {
	s.Helper()
	if _, err := s.desk().Choose(s.Context(), bea, s.Import(s.list),
		imports.Choice{ID: id, Answers: answers}); err != nil {
		s.Fatal(err)
	}
}

func (s shop) items() []string {
	s.Helper()
	var out []string
	err := s.DB.Read(s.Context()).
		Raw(`SELECT concat_ws(' ', p.part_number, p.vendor, i.term, i.billing_frequency, trim_scale(i.unit_price),
			i.unit, 'cost', trim_scale(i.unit_cost),
		'suggested', trim_scale(i.suggested_price), i.effective_from, coalesce(i.effective_to::text, 'open'))
		FROM price_list_items i JOIN products p ON p.id = i.product_id
		ORDER BY p.part_number, i.term, i.billing_frequency`).Scan(&out).Error
	if err != nil {
		s.Fatal(err)
	}
	return out
}

func TestMicrosoftsSheetFillsCostsAndASuggestedPriceForOnePayment(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := s.upload(sample)
	s.choose(id, map[string]string{"segment": "Commercial", "price": "suggested"})
	if d := cmp.Diff([4]int{6, 0, 0, 1}, s.apply(id)); d != "" {
		t.Fatal(d)
	}
	want := []string{
		"CFQ7TTC0XX01:0001:P1M:M Microsoft monthly monthly 7.2 month cost 5.76 suggested 7.2 2025-04-01 open",
		"CFQ7TTC0XX01:0001:P1Y:M Microsoft annual monthly 6.3 month cost 5.04 suggested 6.3 2025-04-01 open",
		"CFQ7TTC0XX01:0001:P1Y:Y Microsoft annual annual 72 year cost 57.6 suggested 72 2025-04-01 open",
		// does not divide by 36
		"CFQ7TTC0XX01:0001:P3Y:M Microsoft triennial monthly 125 three_years cost 100 suggested 125 2025-04-01 open",
		"CFQ7TTC0XX01:0001:P3Y:Y Microsoft triennial annual 72 year cost 57.6 suggested 72 2025-04-01 open",
		"CFQ7TTC0XX01:000C Microsoft trial trial 0 month cost 0 suggested 0 2025-04-01 open",
	}
	if d := cmp.Diff(want, s.items()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([4]int{0, 0, 6, 1}, s.apply(s.upload(sample))); d != "" {
		t.Errorf("the same sheet again, with the answers of the last one: %s", d)
	}
}

func TestAPriceIsCostByARuleAndNeverTheCost(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := s.upload(sample)
	s.choose(id, map[string]string{"segment": "Commercial", "price": "markup"})
	for markup, why := range map[string]string{"": "Percentage on the cost", "0": "above 0", "-5": "above 0",
		"lots": "above 0", "2000": "above 0"} {
		s.choose(id, map[string]string{"markup": markup})
		if p := s.shown(id); !strings.Contains(p.Unclear, why) || len(p.Plan.Rows) > 0 {
			t.Errorf("markup %q: %q", markup, p.Unclear)
		}
		if _, err := s.desk().Apply(s.Context(), bea, s.Import(s.list),
			imports.Order{ID: id}); errs.KindOf(err) != errs.Conflict {
			t.Errorf("applied with markup %q: %v", markup, err)
		}
	}
	s.choose(id, map[string]string{"markup": "12,5 %", "parts": "short"})
	s.apply(id)
	if got := strings.Join(s.items(), "\n"); !strings.Contains(got,
		"CFQ7TTC0XX01:0001 Microsoft annual monthly 5.67 month cost 5.04 suggested 6.3") {
		t.Errorf("5.04 and an eighth:\n%s", got)
	}
}

func (s shop) shown(id uuid.UUID) imports.Preview {
	s.Helper()
	p, err := s.desk().Preview(s.Context(), s.Import(s.list), id)
	if err != nil {
		s.Fatal(err)
	}
	return p
}

func TestASheetWaitsForItsSegmentAndTellsWhatItPassesOver(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := s.upload(sample)
	p := s.shown(id)
	if p.Form.Name != "microsoft-licences" || !strings.Contains(p.Unclear, "Segment, Prices of this list") {
		t.Errorf("%s: %q", p.Form.Name, p.Unclear)
	}
	s.choose(id, map[string]string{"segment": "Commercial", "price": "suggested"})
	notes := strings.Join(s.shown(id).Plan.Notes, "\n")
	for _, want := range []string{"in another currency: 1.", "of another segment than Commercial: 1.",
		"taken off its list: 1.", "for the whole term", "what Microsoft suggests"} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes lack %q:\n%s", want, notes)
		}
	}
	if _, err := s.desk().Upload(s.Context(), bea, s.Import(s.list),
		imports.File{Name: "cut.csv", Content: []byte(strings.Replace(sample, ",Currency,", ",Money,",
			1))}); !strings.Contains(errs.FieldsOf(err)["file"], "column Currency") {
		t.Errorf("a sheet without its currencies: %v", errs.FieldsOf(err))
	}
	other := s.upload(strings.ReplaceAll(sample, ",USD,", ",NOK,"))
	if p := s.shown(other); !strings.Contains(p.Unclear, "No line of the sheet is in USD") ||
		!strings.Contains(p.Unclear, "EUR, NOK") {
		t.Errorf("no line in the list's currency: %q", p.Unclear)
	}
}

func TestASheetOfMicrosoftsPageAndAPromotionsEndAreRead(t *testing.T) {
	t.Parallel()
	s := open(t)
	file := strings.ReplaceAll(sheetOf(sheetLine{sku: "0002", term: "P1Y", plan: "Annual", cost: "10", erp: "12"}),
		"2025-04-01T00:00:00.0000000Z,9999-11-30T23:59:59.0000000Z", "2/1/2023 0:00,6/30/2026 23:59")
	id := s.upload(file)
	s.choose(id, map[string]string{"price": "suggested"})
	s.apply(id)
	if got := s.items(); len(got) != 1 || !strings.HasSuffix(got[0], "2023-02-01 2026-07-01") {
		t.Errorf("%q", got)
	}
}

func TestTheWholeSheetIsTakenInOneGo(t *testing.T) {
	t.Parallel()
	s := open(t)
	var lines []sheetLine
	for i := range 4370 {
		lines = append(lines, sheetLine{sku: fmt.Sprintf("%04X", i), term: "P1Y", plan: "Monthly", cost: "60.48",
			erp: "75.60"})
	}
	id := s.upload(sheetOf(lines...))
	s.choose(id, map[string]string{"price": "suggested"})
	if d := cmp.Diff([4]int{4370, 0, 0, 0}, s.apply(id)); d != "" {
		t.Error(d)
	}
}

func TestAnEditByHandKeepsTheCostUnlessItIsOfAnotherUnit(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.apply(s.upload("part_number,unit,term,billing_frequency,unit_price,effective_from,unit_cost,suggested_price\n" +
		part + ",month,annual,monthly,10,2026-01-01,8,11\n"))
	items := s.items()
	if len(items) != 1 || !strings.Contains(items[0], "10 month cost 8 suggested 11") {
		t.Fatalf("%q", items)
	}
	var id uuid.UUID
	if err := s.DB.Read(s.Context()).Raw(`SELECT id FROM price_list_items`).Row().Scan(&id); err != nil {
		t.Fatal(err)
	}
	in := form("2026-01-01", "12")
	if err := s.UpdateItem(s.Context(), bea, price.ItemEdit{ListID: s.list.ID, ID: id, Version: 1,
		Input: in}); err != nil || !strings.Contains(s.items()[0], "12 month cost 8 suggested 11") {
		t.Errorf("%v %q", err, s.items())
	}
	in.Unit = "year"
	if err := s.UpdateItem(s.Context(), bea, price.ItemEdit{ListID: s.list.ID, ID: id, Version: 2,
		Input: in}); err != nil || !strings.Contains(s.items()[0], "12 year cost suggested 2026") {
		t.Errorf("%v %q", err, s.items())
	}
}
