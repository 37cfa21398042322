package supplierbills_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// The columns of Microsoft's file in another order and spelling than Microsoft lists them (recon.md 1.1).
const commerceHead = "\ufeffCustomerName,CustomerId,InvoiceNumber,SubscriptionId,product_id,SKU ID,SkuName,ProductName," +
	"ChargeType,ChargeStartDate,ChargeEndDate,SubscriptionStartDate,SubscriptionEndDate,TermAndBillingCycle," +
	"BillingFrequency,Billable Quantity,Quantity,UnitPrice,EffectiveUnitPrice,Subtotal,TaxTotal,Total,Currency," +
	"PricingCurrency,PCToBCExchangeRate,ReferenceID,OrderId,SubscriptionDescription,SomethingNew\r\n"

const commerceStart = commerceHead +
	"\"Contoso, Ltd\",T1,G000000001,V1,CFQ7TTC0LH18,1,Basic,Business Basic,cycleCharge,6/18/2026,7/17/2026,4/18/2026," +
	"4/17/2027,One-Year commitment for monthly/yearly billing,Monthly,10,99,'10.080000000000000000,'10.08,100.8,0E-20," +
	"100.80,EUR,EUR,1,,O1,Business Basic,x\r\n" +
	"\"Contoso, Ltd\",T1,G000000001,V1,CFQ7TTC0LH18,'0001,Basic,Business Basic,addQuantity,6/20/2026,7/17/2026,4/18/2026," +
	"4/17/2027,,Monthly,10,10,10.08,-9.408,-94.08,0,-94.08,EUR,EUR,1,R1,O2,Business Basic,x\r\n"

// The second blob ends without a line end before the third begins with its header.
const commerceMore = commerceHead +
	"\"Contoso, Ltd\",T1,G000000001,V1,CFQ7TTC0LH18,1,Basic,Business Basic,AddQuantity,6/20/2026,7/17/2026,4/18/2026," +
	"4/17/2027,,Monthly,12,12,10.08,9.408,112.89,0,112.89,EUR,EUR,1," +
	"\"{\"\"osId\"\":\"\"x\"\",\"\"id\"\":\"\"R1\"\",\"\"v\"\":2}\",O2,Business Basic,x"

const commerceLast = commerceHead +
	"Fabrikam,T2,G000000001,V2,CFQ7TTC0LFLX,6G,E3,Office E3,new,2026-06-10T00:00:00Z,2027-06-09T00:00:00Z," +
	"2026-06-10,2027-06-09,One-Year commitment for yearly billing,,5,5,120.96,120.96,604.80,0,604.80,EUR,EUR,1,,O3,E3,x\r\n" +
	"Fabrikam,T2,G000000001,V3,DZH318Z0BPS6,0001,Azure,Azure plan,,6/1/2026,6/30/2026,,,,,731.5,731.5,0.9,0.85,500.12,0," +
	"500.12,EUR,USD,0.921,,O4,Azure plan,x\r\n" +
	"Fabrikam,T2,G000000001,V4,DG7GMGF0D3SJ,0001,Server,Windows Server,new,6/12/2026,,,,,,1,1,900,900,900,0,900,EUR,EUR,1,," +
	"O5,Windows Server,x\r\n"

// What each line comes to: ends are the day after the last, zeros are back, the part number says term and plan where
// the days tell them.
var commerceWants = []string{
	"V1 CFQ7TTC0LH18:0001:P1Y:M 2026-06-18 2026-07-18 10 10.08 100.8 P1Y monthly  false",
	"V1 CFQ7TTC0LH18:0001:P1Y:M 2026-06-20 2026-07-18 10 10.08 -94.08 P1Y monthly R1 false",
	"V1 CFQ7TTC0LH18:0001:P1Y:M 2026-06-20 2026-07-18 12 10.08 112.89 P1Y monthly R1 false",
	"V2 CFQ7TTC0LFLX:006G:P1Y:Y 2026-06-10 2027-06-10 5 120.96 604.8 P1Y annual  false",
	"V3 DZH318Z0BPS6:0001 2026-06-01 2026-07-01 731.5 0.9 500.12  monthly  true",
	"V4 DG7GMGF0D3SJ:0001 2026-06-12  1 900 900  once  false"}

func commerceColumns(rows []map[string]string) []string {
	return column(rows, "vendor_subscription_id", "part_number", "from", "to", "quantity", "unit_price", "amount", "term",
		"billing_frequency", "reference", "usage")
}

func TestMicrosoftsFileOfSeveralMembersIsKnownAsItIs(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.upload(zipped(t, commerceStart, commerceMore, commerceLast))
	p.Shows("Bill G000000001 for 2026-06, closed", "6 lines in EUR come to 2,124.53 without tax", "500.12 of it usage",
		"900.00 of it charged once", "Columns not used: EffectiveUnitPrice, SomethingNew")
	bill := d.apply(p)
	bill.Shows("G000000001", "Microsoft reconciliation file", "USD x 0.921")
	rows := d.lines(bill)
	if diff := cmp.Diff(commerceWants, commerceColumns(rows)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Contoso, Ltd T1", "Fabrikam T2"}, column([]map[string]string{rows[0], rows[5]}, "customer",
		"tenant_id")); diff != "" {
		t.Error(diff)
	}
	if rows[2]["charge"] != "AddQuantity" {
		t.Errorf("the bill's own word is %q", rows[2]["charge"])
	}
}

func TestAPlainFileOfTheSameLinesIsTheSameBill(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.apply(d.upload(zipped(t, commerceStart, commerceMore, commerceLast)))
	plain := commerceStart + strings.TrimPrefix(commerceLast, commerceHead) + strings.TrimPrefix(commerceMore, commerceHead)
	p := d.upload(plain) // and in another order
	p.Shows("This bill is here already: G000000001", "Finish: nothing to change")
	p.FormTo(p.Path() + "/apply").Submit().Next()
	if n := len(d.c.Get("/supplier-bills.csv").Records()); n != 1 {
		t.Errorf("%d bills", n)
	}
}

func TestLinesThatAreNotBilledYetAreAPreliminaryBill(t *testing.T) {
	t.Parallel()
	d := open(t)
	unbilled := strings.ReplaceAll(strings.ReplaceAll(commerceStart, "G000000001", ""), "Monthly", "")
	first := d.apply(d.upload(unbilled))
	first.Shows("preliminary", "lines may still come")
	if diff := cmp.Diff([]string{"monthly", ""}, column(d.lines(first), "billing_frequency")); diff != "" {
		t.Error(diff) // a month tells the plan, a part of one does not
	}
	p := d.upload(commerceStart)
	p.Shows("It replaces file.csv, for 2 of its 2 lines are about the same", "closed", "Unchanged 2", "Keep this bill in place of file.csv",
		"The bill comes to the same as before")
	d.apply(p).Shows("Replaces")
	d.c.Get(first.Path()).Shows("Replaced by G000000001, by", "This bill does not count", "Replaced by")
}

const graphLines = `{"PartnerId":"P","CustomerName":"Contoso, Ltd","CustomerId":"T1","InvoiceNumber":"G000000009","SubscriptionId":"V1",` +
	`"ProductId":"CFQ7TTC0LH18","SkuId":"0001","ChargeType":"cycleCharge","ChargeStartDate":"2026-06-01T00:00:00Z",` +
	`"ChargeEndDate":"2026-06-30T00:00:00Z","SubscriptionStartDate":"2026-06-01T00:00:00Z",` +
	`"SubscriptionEndDate":"2027-05-31T00:00:00Z","BillingFrequency":"Monthly","BillableQuantity":10,"UnitPrice":5.04,` +
	`"Subtotal":50.4,"TaxTotal":9.576,"Total":59.976,"Currency":"EUR","ReferenceId":null,"ProductQualifiers":["Add-on"]}`

func TestJSONIsReadAsTheSameRows(t *testing.T) {
	t.Parallel()
	d := open(t)
	want := []string{"V1 CFQ7TTC0LH18:0001:P1Y:M 2026-06-01 2026-07-01 10 5.04 50.4 P1Y monthly  false"}
	bill := d.apply(d.upload(zipped(t, graphLines+"\n", strings.ReplaceAll(graphLines, "V1", "V2"))))
	if diff := cmp.Diff([]string{want[0], strings.ReplaceAll(want[0], "V1", "V2")}, commerceColumns(d.lines(bill))); diff != "" {
		t.Error(diff)
	}
	// The older interface writes the same names with a small letter first, and the lines within a document.
	small := strings.ReplaceAll(graphLines, `"Total"`, `"TotalForCustomer"`)
	for _, name := range []string{"PartnerId", "CustomerName", "CustomerId", "InvoiceNumber", "SubscriptionId", "ProductId",
		"SkuId", "ChargeType", "ChargeStartDate", "ChargeEndDate", "SubscriptionStartDate", "SubscriptionEndDate",
		"BillingFrequency", "BillableQuantity", "UnitPrice", "Subtotal", "TaxTotal", "TotalForCustomer", "Currency"} {
		small = strings.ReplaceAll(small, `"`+name+`"`, `"`+strings.ToLower(name[:1])+name[1:]+`"`)
	}
	small = strings.ReplaceAll(strings.ReplaceAll(small, "G000000009", "G000000010"), ":5.04", `:"5.04"`)
	bill = d.apply(d.upload(`{"totalCount":1,"items":[` + small + `],"attributes":{"objectType":"Collection"}}`))
	bill.Shows("G000000010")
	if diff := cmp.Diff(want, commerceColumns(d.lines(bill))); diff != "" {
		t.Error(diff)
	}
}

// Dates end at 23:59 of the last day, and the key is the syndication number (recon.md 2).
func TestTheLicenceBasedFileIsKnown(t *testing.T) {
	t.Parallel()
	d := open(t)
	bill := d.apply(d.upload("PartnerId,CustomerId,CustomerName,OrderId,SubscriptionId,SyndicationPartnerSubscriptionNumber," +
		"OfferId,DurableOfferID,OfferName,SubscriptionStartDate,SubscriptionEndDate,ChargeStartDate,ChargeEndDate," +
		"ChargeType,UnitPrice,Quantity,Amount,TotalOtherDiscount,Subtotal,Tax,TotalForCustomer,Currency,BillingCycleType\n" +
		"P,T1,Contoso,O1,X1,V1,OF1,031C9E47,Office 365 E1,2/1/2026 0:00,1/31/2027 23:59,2/1/2026 0:00,2/28/2026 23:59," +
		"Cycle fee,4,25,100,-10,90,0,90,USD,Monthly\n" +
		"P,T1,Contoso,O1,X1,V1,OF1,031C9E47,Office 365 E1,2/1/2026 0:00,1/31/2027 23:59,2/15/2026 0:00,2/28/2026 23:59," +
		"Cancel instance prorate,4,-5,-10,0,-10,0,-10,USD,Monthly\n"))
	bill.Shows("Microsoft licence-based file", "80.00")
	want := []string{"V1 031C9E47 2026-02-01 2026-03-01 25 4 90 monthly Cycle fee",
		"V1 031C9E47 2026-02-15 2026-03-01 -5 4 -10 monthly Cancel instance prorate"}
	got := column(d.lines(bill), "vendor_subscription_id", "part_number", "from", "to", "quantity", "unit_price", "amount",
		"billing_frequency", "charge")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A file that nobody knows: its columns are chosen once, the end of a line is asked, and both are remembered by the
// shape of the file.
func TestAnotherFilesColumnsAreChosenOnce(t *testing.T) {
	t.Parallel()
	d := open(t)
	head := "Kunde;Abo;Artikel;Von;Bis;Menge;Preis;Summe\n"
	p := d.c.Get("/supplier-bills/new").FormTo("/supplier-bills").File("file", head+
		"Contoso;S1;Basic;18.06.2026;17.07.2026;10;5,04;50,40\n").Submit()
	p.Want(422).Shows("The file was kept")
	p = p.Follow("Choose the columns of this file")
	p = d.say(p, "column.0", "customer", "column.1", "subscription_external_id", "column.2", "product", "column.3", "from",
		"column.4", "to", "column.5", "quantity", "column.6", "unit_price", "column.7", "amount")
	p.Shows("Choose first: The end of a line is, Currency of the bill")
	p = d.say(p, "answer.ends", "last", "answer.currency", "EUR")
	bill := d.apply(p)
	if diff := cmp.Diff([]string{"S1 2026-06-18 2026-07-18 10 5.04 50.4 EUR"}, column(d.lines(bill),
		"subscription_external_id", "from", "to", "quantity", "unit_price", "amount", "currency")); diff != "" {
		t.Error(diff)
	}
	next := d.apply(d.upload(head + "Contoso;S1;Basic;18.07.2026;17.08.2026;10;5,04;50,40\n"))
	if diff := cmp.Diff([]string{"S1 2026-07-18 2026-08-18 50.4 EUR"}, column(d.lines(next),
		"subscription_external_id", "from", "to", "amount", "currency")); diff != "" {
		t.Error(diff)
	}
}

func TestDatesThatFitBothOrdersAreAskedAbout(t *testing.T) {
	t.Parallel()
	for order, want := range map[string]string{"month first": "2026-03-01 2026-04-02", "day first": "2026-01-03 2026-02-04"} {
		d := open(t)
		p := d.upload("customer,subscription_external_id,from,to,quantity,amount,currency\nContoso,S1,3/1/2026,4/2/2026,1,5.00,EUR\n")
		p.Shows("Choose first: Dates such as 3/4/2026", "Nothing is guessed")
		bill := d.apply(d.say(p, "answer.dates", order))
		if diff := cmp.Diff([]string{want}, column(d.lines(bill), "from", "to")); diff != "" {
			t.Errorf("%s: %s", order, diff)
		}
	}
	// One day beyond the twelfth, on whatever line, tells it of all.
	d := open(t)
	var b strings.Builder
	b.WriteString("customer,subscription_external_id,from,to,quantity,amount,currency\n")
	for i := range 500 {
		fmt.Fprintf(&b, "Contoso,S%d,3/1/2026,4/1/2026,1,5.00,EUR\n", i)
	}
	b.WriteString("Contoso,S500,3/1/2026,3/31/2026,1,5.00,EUR\n")
	bill := d.apply(d.upload(b.String()))
	if rows := d.lines(bill); rows[0]["from"] != "2026-03-01" || rows[500]["to"] != "2026-03-31" {
		t.Errorf("%v %v", rows[0], rows[500])
	}
}

func TestAWorkbookIsReadByTheSameRules(t *testing.T) {
	t.Parallel()
	d := open(t)
	f := excelize.NewFile()
	for i, row := range [][]any{{"line", "customer", "subscription_external_id", "from", "to", "quantity", "unit_price",
		"amount", "currency"}, {1, "Contoso", "S1", "2026-06-01", "2026-07-01", 10, 5.04, 50.4, "EUR"},
		{2, "Contoso", "S2", "2026-06-01", "2026-07-01", 1, 7, "seven", "EUR"}} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	book, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	p := d.upload(book.String())
	p.Shows("1 line will be left out", "“seven” is no number")
	if diff := cmp.Diff([]string{"S1 10 5.04 50.4"}, column(d.lines(d.apply(p)), "subscription_external_id", "quantity",
		"unit_price", "amount")); diff != "" {
		t.Error(diff)
	}
}
