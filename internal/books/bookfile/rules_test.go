package bookfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/books/bookfile"
	"seatledger/internal/clock"
	"seatledger/internal/document"
)

// read makes the one file that documents come to, and reads it back.
func read(t *testing.T, in bookfile.Input) table {
	t.Helper()
	p := bookfile.Make(in)
	if len(p.Parts) != 1 || len(p.Held) > 0 {
		t.Fatalf("%d files, held %v, missing %v", len(p.Parts), p.Held, p.Missing)
	}
	return tableOf(t, parse(t, asUTF8(t, p.Parts[0].Bytes()), ','))
}

func column(b table, name string) []string {
	out := []string{}
	for i := range b.rows {
		out = append(out, b.at(i, name))
	}
	return out
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s", what, diff)
	}
}

// why is why the only document is held up.
func why(t *testing.T, in bookfile.Input) string {
	t.Helper()
	p := bookfile.Make(in)
	if len(p.Held) != 1 || len(p.Parts) > 0 {
		t.Fatalf("held %v, files %d", p.Held, len(p.Parts))
	}
	return strings.Join(p.Held[0].Why, " ")
}

func says(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("lacks %q: %s", p, text)
		}
	}
}

// The headers are those of working programs and of the vendors, column by column.
func TestHeadersAreThePublishedOnes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		system string
		o      bookfile.Options
		credit bool
		want   string
	}{
		{"quickbooks", bookfile.Options{"form": "us"}, false,
			"*InvoiceNo,*Customer,*InvoiceDate,*DueDate,Terms,Location," +
				"Memo,Item(Product/Service),ItemDescription,ItemQuantity,ItemRate,*ItemAmount,Service Date"},
		{"quickbooks", bookfile.Options{"form": "tax"}, false,
			"*InvoiceNo,*Customer,*InvoiceDate,*DueDate,Terms,Location," +
				"Memo,*Item(Product/Service),ItemDescription," +
				"ItemQuantity,ItemRate,ItemAmount,ItemTaxCode,ItemTaxAmount"},
		{"xero", nil, false, "*ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3," +
			"POAddressLine4,POCity," +
			"PORegion,POPostalCode,POCountry,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,InventoryItemCode," +
			"*Description,*Quantity,*UnitAmount,Discount,*AccountCode,*TaxType,TrackingName1,TrackingOption1," +
			"TrackingName2,TrackingOption2,Currency,BrandingTheme"},
		{"sage50", nil, true, "Type,Account Reference,Nominal A/C Ref,Department Code,Date,Reference,Details,Net " +
			"Amount,Tax Code,Tax Amount,Exchange Rate,Extra Reference,User Name,Project Refn,Cost Code Refn"},
		{"intacct", nil, false, "INVOICE_NO,PO_NO,CUSTOMER_ID,CREATED_DATE,TOTAL_DUE,TERM_NAME,DESCRIPTION,LINE_NO," +
			"ACCT_NO,LOCATION_ID,DEPT_ID,AMOUNT"},
	} {
		f, _ := bookfile.Of(c.system)
		equal(t, c.system, strings.Join(f.Header(c.o, c.credit), ","), c.want)
	}
	xero, _ := bookfile.Of("xero")
	says(t, strings.Join(xero.Header(nil, true), ","), "*CreditNoteNumber,Reference,*CreditNoteDate,*DueDate")
	central, _ := bookfile.Of("business-central")
	says(t, strings.Join(central.Header(nil, false), ","), "Journal Template Name,Journal Batch Name,Posting Date,"+
		"Document Type,Document No.,Account Type,Account No.,Description,Amount,Currency Code,Due Date,External "+
		"Document No.")
	datev, _ := bookfile.Of("datev")
	names := datev.Header(nil, false)
	says(t, strings.Join(names, ";"), "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ "+
		"Umsatz;Kurs;Basis-Umsatz;WKZ Basis-Umsatz;Konto;Gegenkonto (ohne "+
		"BU-Schlüssel);BU-Schlüssel;Belegdatum;Belegfeld 1;Belegfeld 2;Skonto;"+
		"Buchungstext;Postensperre;")
	if len(names) != 125 || names[36] != "KOST1 - Kostenstelle" || names[116] != "Fälligkeit" {
		t.Errorf("%d columns: %q %q", len(names), names[36], names[116])
	}
}

// Quantity x rate is the amount; where seats x price is not, one is charged and the count said.
func TestQuantityTimesRateIsTheAmount(t *testing.T) {
	t.Parallel()
	hours := dec("1.5")
	typed := line("", 0, "80", "120.00")
	typed.Product, typed.Quantity = "Support", &hours
	part := line("P", 5, "10", "18.33")
	part.Words = []string{"20 Nov 2026 to 30 Nov 2026: 5 seats × 10.00 per month × 11/30 days"}
	b := read(t, input(t, "neutral", paper("INV-1", "USD", 2, line("P", 10, "10", "100.00"), part, typed,
		line("P", -3, "10", "-30.00"), line("P", -3, "10", "-11.00"), line("P", 8, "0.125", "1.00"),
		line("P", 1, "0.005", "0.01"), line("P", 0, "10", "0.00"))))
	equal(t, "quantities", column(b, "quantity"), []string{"10", "1", "1.5", "3", "1", "1", "1", "1"})
	equal(t, "rates", column(b, "rate"), []string{"10.00", "18.33", "80.00", "-10.00", "-11.00", "1.00", "0.01",
		"0.00"})
	says(t, b.at(1, "description"), "Business Premium (5 seats), 20 Nov 2026 to 30 Nov 2026: 5 seats")
	says(t, b.at(4, "description"), "(-3 seats)")
	if text := b.at(0, "description"); strings.Contains(text, "(10 seats)") {
		t.Error(text)
	}
}

// Three lines of 0.33 at 20 %: 0.07 each would be 0.21, the document says 0.20.
func TestTheTaxOfLinesIsTheTaxOfTheDocument(t *testing.T) {
	t.Parallel()
	third := func() document.Line { return taxed(line("P", 1, "0.33", "0.33"), "S20", "20") }
	d := paper("INV-1", "USD", 2, third(), third(), third(), taxed(line("P", 1, "1", "1.00"), "R5", "5.5"),
		line("P", 1, "5", "5.00"))
	b := read(t, input(t, "neutral", d))
	equal(t, "taxes", column(b, "tax"), []string{"0.07", "0.06", "0.07", "0.06", "0.00"})
	equal(t, "codes", column(b, "book_tax_code"), []string{"T1", "T1", "T1", "T5", "T0"})
	equal(t, "whole", b.at(0, "document_tax"), "0.26")
	own := input(t, "business-central", d)
	own.Options = bookfile.Options{"home": "USD", "tax_rows": "own"}
	own.Codes[bookfile.Tax] = map[string]string{"S20 20%": "2200", "R5 5.5%": "2201"}
	j := read(t, own)
	equal(t, "postings", column(j, "Amount"), []string{"7.25", "-0.33", "-0.33", "-0.33", "-1.00", "-5.00", "-0.20",
		"-0.06"})
	equal(t, "accounts", column(j, "Account No."), []string{"C-0042", "4000", "4000", "4000", "4000", "4000", "2200",
		"2201"})
}

// A rate that changed is another tax for a system whose tax types have the rate in their name.
func TestATaxIsItsCodeAndItsPercent(t *testing.T) {
	t.Parallel()
	d := paper("INV-1", "USD", 2, taxed(line("P", 1, "1", "1.00"), "S20", "25"), taxed(line("P", 2, "1", "2.00"),
		"S20", "20"))
	in := input(t, "xero", d)
	p := bookfile.Make(in)
	if len(p.Missing) != 1 || p.Missing[0].Key != "S20 25%" || p.Missing[0].Lines != 1 || p.Missing[0].Documents != 1 {
		t.Fatalf("%+v", p.Missing)
	}
	equal(t, "money", p.Missing[0].Money[0].Value.String(), "1")
}

func TestMissingCodesSayHowManyLinesAndWhatMoneyTheyHoldUp(t *testing.T) {
	t.Parallel()
	in := input(t, "sage50", paper("INV-1", "USD", 2, line("A1", 1, "10", "10.00"), line("B2", 1, "20", "20.00")),
		paper("INV-2", "USD", 2, line("a1", 1, "5", "5.00")), paper("INV-3", "EUR", 2, line("A1", 1, "7", "7.00")),
		paper("INV-4", "USD", 2, line("A1", -1, "4", "-4.00")))
	in.Codes = bookfile.Codes{bookfile.Account: {"b2": "4001"}, bookfile.Tax: {"": "T0"}}
	p := bookfile.Make(in)
	var got []string
	for _, m := range p.Missing {
		var sums []string
		for _, a := range m.Money {
			sums = append(sums, a.Value.String()+" "+a.Currency)
		}
		got = append(got, fmt.Sprintf("%s %s: %d lines, %d documents, %s", m.Sort, m.Key, m.Lines, m.Documents,
			strings.Join(sums, " + ")))
	}
	equal(t, "missing", got, []string{
		"customer " + customerID.String() + ": 5 lines, 4 documents, 7 EUR + 31 USD",
		"account a1: 4 lines, 4 documents, 7 EUR + 11 USD"})
	if len(p.Held) != 4 || len(p.Parts) != 0 {
		t.Errorf("%d held", len(p.Held))
	}
	in.Codes[bookfile.Customer] = map[string]string{customerID.String(): "X"}
	in.Codes[bookfile.Account][""] = "4000" // everything else
	if p = bookfile.Make(in); len(p.Held) > 0 || len(p.Parts) != 3 {
		t.Errorf("%d held, %d files", len(p.Held), len(p.Parts))
	}
}

func TestCreditsAndCurrenciesStandInFilesOfTheirOwn(t *testing.T) {
	t.Parallel()
	p := bookfile.Make(input(t, "xero", paper("INV-1", "USD", 2, line("P", 1, "10", "10.00")),
		paper("CN-1", "USD", 2, line("P", -1, "4", "-4.00")), paper("INV-2", "JPY", 0, line("P", 3, "400", "1200")),
		paper("INV-3", "KWD", 3, line("P", 1, "1.125", "1.125")), paper("CN-2", "JPY", 0, line("P", -1, "400",
			"-400"))))
	var got []string
	for _, part := range p.Parts {
		b := tableOf(t, parse(t, asUTF8(t, part.Bytes()), ','))
		got = append(got, part.Name(12)+": "+b.at(0, "*Quantity")+" x "+b.at(0, "*UnitAmount")+" "+b.at(0, "Currency"))
	}
	equal(t, "files", got, []string{"xero-12-invoices-JPY.csv: 3 x 400 JPY", "xero-12-credits-JPY.csv: 1 x 400 JPY",
		"xero-12-invoices-KWD.csv: 1 x 1.125 KWD", "xero-12-invoices-USD.csv: 1 x 10.00 USD",
		"xero-12-credits-USD.csv: 1 x 4.00 USD"})
}

func TestNoInvoiceIsSplitOverTheLimitsOfAFile(t *testing.T) {
	t.Parallel()
	lines := func(n int) []document.Line {
		out := make([]document.Line, n)
		for i := range out {
			out[i] = line("P", 1, "1", "1.00")
		}
		return out
	}
	// 999 rows below the header: 600 + 399 fit, and then 500.
	p := bookfile.Make(input(t, "quickbooks", paper("A-1", "USD", 2, lines(600)...), paper("A-2", "USD", 2,
		lines(399)...),
		paper("A-3", "USD", 2, lines(500)...), paper("A-4", "USD", 2, lines(1000)...)))
	var got []string
	for _, part := range p.Parts {
		got = append(got, fmt.Sprintf("%s: %d documents, %d rows", part.Name(1), len(part.Vouchers), part.Rows()))
	}
	equal(t, "files", got, []string{"quickbooks-1-invoices-USD-1-of-2.csv: 2 documents, 999 rows",
		"quickbooks-1-invoices-USD-2-of-2.csv: 1 documents, 500 rows"})
	if len(p.Held) != 1 || p.Held[0].Voucher.Doc.Number != "A-4" {
		t.Fatal(p.Held)
	}
	says(t, p.Held[0].Why[0], "It has 1000 rows", "holds 999", "never split")
	var many []document.Document
	for i := range 1001 {
		many = append(many, paper(fmt.Sprintf("B-%04d", i), "USD", 2, line("P", 1, "1", "1.00")))
	}
	if parts := bookfile.Make(input(t, "xero", many...)).Parts; len(parts) != 3 || len(parts[2].Vouchers) != 1 {
		t.Errorf("%d files", len(parts))
	}
	if parts := bookfile.Make(input(t, "quickbooks", many[:101]...)).Parts; len(parts) != 2 {
		t.Errorf("%d files", len(parts))
	}
}

// What goes in comes back: no apostrophe before what a spreadsheet would run.
func TestNothingIsMadeSafeForSpreadsheets(t *testing.T) {
	t.Parallel()
	d := paper("-INV+1", "USD", 2, line("=P", 1, "1", "1.00"))
	d.Customer.Name, d.Order, d.Lines[0].Product = "=cmd, \"Ltd\"", "@77", "+Plus"
	in := input(t, "neutral", d)
	in.Codes = bookfile.Codes{bookfile.Customer: {customerID.String(): "-007"}}
	b := read(t, in)
	equal(t, "row", []string{b.at(0, "number"), b.at(0, "customer"), b.at(0, "customer_code"), b.at(0, "order"),
		b.at(0, "product"), b.at(0, "part_number")}, []string{"-INV+1", "=cmd, \"Ltd\"", "-007", "@77", "+Plus", "=P"})
}

func TestNumbersAreNeverCutAndTextsAre(t *testing.T) {
	t.Parallel()
	long := line("P", 1, "1", "1.00")
	long.Product = strings.Repeat("Long product ", 12)
	in := input(t, "business-central", paper("INV-2026-000000000001", "USD", 2, long)) // 21
	says(t, why(t, in), `"INV-2026-000000000001" is longer than the 20 characters`)
	in = input(t, "business-central", paper("INV-2026-00000000001", "USD", 2, long)) // 20
	p := bookfile.Make(in)
	if len(p.Held) > 0 || len(p.Remarks) != 1 {
		t.Fatalf("%v %v", p.Held, p.Remarks)
	}
	says(t, p.Remarks[0], "longer than Business Central takes", ": 1.")
	text := read(t, in).at(1, "Description")
	if n := len([]rune(text)); n != 100 || !strings.HasSuffix(text, "…") {
		t.Errorf("%d %q", n, text)
	}
	in.Codes[bookfile.Customer] = map[string]string{customerID.String(): strings.Repeat("9", 21)}
	says(t, why(t, in), "is longer than the 20 characters", "Account No.")
	says(t, why(t, input(t, "quickbooks", paper(strings.Repeat("7", 22), "USD", 2, long))), "21 characters")
	in = input(t, "intacct", paper("INV-1", "USD", 2, long))
	in.Codes[bookfile.Customer] = map[string]string{customerID.String(): strings.Repeat("C", 18)}
	says(t, why(t, in), "17 characters")
}

func TestWhatWindows1252CannotHold(t *testing.T) {
	t.Parallel()
	held := line("P", 1, "10", "10.00")
	held.Product, held.Words = "Büro – 10 € „Plus“ Łódź → 日本", []string{"Zoe\u0308"} // a letter and its mark apart
	p := bookfile.Make(input(t, "datev", paper("RE-1", "EUR", 2, held)))
	if len(p.Parts) != 1 || len(p.Remarks) != 1 {
		t.Fatalf("%v %v", p.Held, p.Remarks)
	}
	says(t, p.Remarks[0], "characters that a file in windows-1252 cannot hold", ": 1.")
	b := tableOf(t, parse(t, fromWindows(t, p.Parts[0].Bytes()), ';')[1:])
	equal(t, "text", b.at(0, "Buchungstext"), "Büro – 10 € „Plus“ Lódz -> ??, Zoë")
	in := input(t, "sage50", paper("INV-1", "USD", 2, held))
	in.Options = bookfile.Options{"charset": "windows-1252"}
	in.Codes[bookfile.Customer] = map[string]string{customerID.String(): "ŁÓDŹ"}
	says(t, why(t, in), `"ŁÓDŹ" in Account Reference has characters that a file in windows-1252 cannot hold`)
	in.Codes[bookfile.Customer] = map[string]string{customerID.String(): "a\nb"}
	says(t, why(t, in), "control character")
}

func TestDATEVRefusesWhatItsFormCannotSay(t *testing.T) {
	t.Parallel()
	one := line("P", 1, "10", "10.00")
	says(t, why(t, input(t, "datev", paper("RE-1", "USD", 2, one))), "It is in USD", "not kept here")
	for _, number := range []string{"RE 1", "RE_1", "RE-ä", strings.Repeat("1", 37)} {
		says(t, why(t, input(t, "datev", paper(number, "EUR", 2, one))), "at most 36")
	}
	in := input(t, "datev", paper("RE-1", "EUR", 2, one))
	in.Codes[bookfile.Customer] = map[string]string{customerID.String(): "1042"}
	says(t, why(t, in), `A debtor has 5 digits, one more than ledger accounts: "1042" has 4.`)
	in = input(t, "datev", paper("RE-1", "EUR", 2, one))
	in.Codes[bookfile.Account][""] = "84000"
	says(t, why(t, in), `A ledger account has 4 digits here: "84000" has 5.`)
	huge := line("P", 1, "10", "99999999999.00")
	says(t, why(t, input(t, "datev", paper("RE-1", "EUR", 2, huge))), "more than 10 digits")
}

// One file a month, as its header says; the year begins where the operator says.
func TestDATEVHasAFileForEachMonth(t *testing.T) {
	t.Parallel()
	november := paper("RE-1", "EUR", 2, taxed(line("P", 1, "10", "10.00"), "S20", "20"))
	february := paper("RE-2", "EUR", 2, line("P", 1, "10", "10.00"))
	february.IssuedOn = day("2027-02-05")
	credit := paper("RE-3", "EUR", 2, taxed(line("P", -1, "10", "-10.00"), "S20", "20"))
	in := input(t, "datev", november, february, credit)
	in.Options = bookfile.Options{"adviser": "1001", "client": "42", "year": "07-01", "chart": "04", "initials": "AB"}
	var heads, rows []string
	for _, part := range bookfile.Make(in).Parts {
		file := strings.Split(fromWindows(t, part.Bytes()), "\r\n")
		heads = append(heads, part.Name(3)+" "+file[0])
		rows = append(rows, strings.Join(strings.Split(file[2], ";")[:14], ";"))
	}
	equal(t, "heads", heads, []string{
		`EXTF_datev-3-invoices-EUR-2026-11.csv ` +
			`"EXTF";700;21;"Buchungsstapel";13;20261201093000000;;"SL";"";"";1001;42;` +
			`20260701;4;20261101;20261130;"Rechnungen 11/2026";"AB";1;0;0;"EUR";;"";;;"04";;;"";""`,
		`EXTF_datev-3-invoices-EUR-2027-02.csv ` +
			`"EXTF";700;21;"Buchungsstapel";13;20261201093000000;;"SL";"";"";1001;42;` +
			`20260701;4;20270201;20270228;"Rechnungen 02/2027";"AB";1;0;0;"EUR";;"";;;"04";;;"";""`,
		`EXTF_datev-3-credits-EUR-2026-11.csv ` +
			`"EXTF";700;21;"Buchungsstapel";13;20261201093000000;;"SL";"";"";1001;42;` +
			`20260701;4;20261101;20261130;"Gutschriften 11/2026";"AB";1;0;0;"EUR";;"";;;"04";;;"";""`})
	equal(t, "rows", rows, []string{
		`12,00;"S";"EUR";;;;10042;8400;"3";2911;"RE-1";;;"Business Premium, 1 Nov 2026 to 30 Nov 2026"`,
		`10,00;"S";"EUR";;;;10042;8400;"";0502;"RE-2";;;"Business Premium, 1 Nov 2026 to 30 Nov 2026"`,
		`12,00;"H";"EUR";;;;10042;8400;"3";2911;"RE-3";;;"Business Premium, 1 Nov 2026 to 30 Nov 2026"`})
}

func TestLinesOfNothingAndBelowZero(t *testing.T) {
	t.Parallel()
	d := paper("INV-1", "USD", 2, line("P", 1, "10", "10.00"), line("P", 1, "0", "0.00"), line("P", -1, "4", "-4.00"))
	sage := read(t, input(t, "sage50", d))
	equal(t, "types", column(sage, "Type"), []string{"SI", "SC"})
	equal(t, "amounts", column(sage, "Net Amount"), []string{"10.00", "4.00"})
	journal := read(t, input(t, "business-central", d))
	equal(t, "postings", column(journal, "Amount"), []string{"6.00", "-10.00", "4.00"})
	equal(t, "rows", len(read(t, input(t, "xero", d)).rows), 3)
	// A document of nothing posts nothing; it is exported all the same, and waits no more.
	p := bookfile.Make(input(t, "sage50", paper("INV-2", "USD", 2, line("P", 1, "0", "0.00"))))
	if len(p.Parts) != 1 || p.Parts[0].Rows() != 0 || len(p.Parts[0].Vouchers) != 1 {
		t.Errorf("%+v", p.Parts)
	}
	credit := read(t, input(t, "business-central", paper("CN-1", "USD", 2, line("P", -1, "4", "-4.00"))))
	equal(t, "a credit", column(credit, "Amount"), []string{"-4.00", "4.00"})
}

func TestQuickBooksOfTheUnitedStatesLosesNoTaxAndNoCustomer(t *testing.T) {
	t.Parallel()
	us := input(t, "quickbooks", paper("INV-1", "USD", 2, taxed(line("P", 1, "10", "10.00"), "S20", "20")))
	us.Options = bookfile.Options{"form": "us"}
	says(t, why(t, us), "It has 2 USD of tax", "no column for tax")
	d := paper("INV-1", "USD", 2, line("P", 1, "10", "10.00"))
	d.Customer.Name = "Birch: Dental"
	us.Vouchers = []bookfile.Voucher{voucher(d)}
	us.Codes = bookfile.Codes{}
	says(t, why(t, us), "reads the colon")
	us.Codes[bookfile.Customer] = map[string]string{customerID.String(): "Group:Birch"}
	b := read(t, us)
	equal(t, "row", []string{b.at(0, "*Customer"), b.at(0, "*InvoiceDate"), b.at(0, "*DueDate"), b.at(0,
		"Service Date")},
		[]string{"Group:Birch", "11/29/2026", "12/29/2026", "11/01/2026"})
}

func TestTheOperatorsHeaderOfIntacct(t *testing.T) {
	t.Parallel()
	f, _ := bookfile.Of("intacct")
	const least = "INVOICE_NO,CUSTOMER_ID,CREATED_DATE,ACCT_NO,AMOUNT"
	for _, c := range []struct{ header, own, says string }{
		{"INVOICE_NO,AMOUNT,amount", "", "amount stands twice"},
		{least + ",COLOUR", "", "We do not know what stands in the column COLOUR"},
		{least + ",COLOUR", "COLOUR = blue", "there is no such field"},
		{least + ",COLOUR", "COLOUR", "says nothing of a column"},
		{least + ",COLOUR", "COLOUR = \"a\"\ncolour = \"b\"", "has COLOUR twice"},
		{least, "COLOUR = \"blue\"", "which is not in the header"},
		{"INVOICE_NO,CUSTOMER_ID,CREATED_DATE,ACCT_NO", "", "no column for net"},
		{least + ",", "", "has no name"},
		{least + "\nA,B", "", "one row"},
		{`"` + least, "", "one row"},
	} {
		p := f.Problems(bookfile.Options{"header": c.header, "own": c.own})
		says(t, p["header"], c.says)
	}
	in := input(t, "intacct", paper("INV-1", "USD", 2, taxed(line("P", 2, "10", "20.00"), "S20", "20")))
	in.Options = bookfile.Options{"date": "iso", "header": "\ufeffINVOICE_NO, " +
		"Customer_Id,When,LINE_NO,ACCT_NO,AMOUNT,TOTAL_DUE," +
		"LOCATION_ID,NOTES,DEPT_ID", "own": "when = issued_on\nLOCATION_ID = \"Head, office\"\nNOTES ="}
	if p := f.Problems(in.Options); len(p) > 0 {
		t.Fatal(p)
	}
	in.Codes[bookfile.Tax] = map[string]string{"S20 20%": "2200"}
	b := read(t, in)
	equal(t, "names", b.names, []string{"INVOICE_NO", "Customer_Id", "When", "LINE_NO", "ACCT_NO", "AMOUNT",
		"TOTAL_DUE",
		"LOCATION_ID", "NOTES", "DEPT_ID"})
	equal(t, "rows", b.rows, [][]string{
		{"INV-1", "C-0042", "2026-11-29", "1", "4000", "20.00", "24.00", "Head, office", "", "100"},
		{"INV-1", "C-0042", "2026-11-29", "2", "2200", "4.00", "24.00", "Head, office", "", ""}})
}

func TestSharedDocumentsKnownCustomersAndUnsoundOnes(t *testing.T) {
	t.Parallel()
	d := paper("INV-1", "USD", 2, line("P", 1, "10", "10.00"), line("P", 1, "5", "5.00"), line("P", 1, "2", "2.00"))
	d.Contract, d.Sections = "", []document.Section{{Contract: "A", Order: "PO 1", Lines: 2}, {Contract: "B", Lines: 1}}
	b := read(t, input(t, "neutral", d))
	equal(t, "contracts", column(b, "contract"), []string{"A", "A", "B"})
	equal(t, "orders", column(b, "order"), []string{"PO 1", "PO 1", ""})
	in := input(t, "sage50", d)
	in.Vouchers = []bookfile.Voucher{bookfile.NewVoucher(uuid.Must(uuid.NewV7()), uuid.NullUUID{}, d)}
	says(t, why(t, in), "not known any more")
	d.Net, d.Gross = d.Net.Add(decimal.New(1, -2)), d.Gross.Add(decimal.New(1, -2))
	says(t, why(t, input(t, "neutral", d)), "Its lines come to 17", "fault of Seatledger")
	d = paper("INV-2", "USD", 2, line("P", 1, "10", "10.00"))
	d.DueOn = clock.Date{}
	equal(t, "due", read(t, input(t, "xero", d)).at(0, "*DueDate"), "29/11/2026")
}
