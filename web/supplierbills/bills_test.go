package supplierbills_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const neutral = "line,customer_external_id,customer,tenant_id,subscription_external_id,vendor_subscription_id,order_id," +
	"part_number,product,term,billing_frequency,charge,from,to,quantity,unit_price,amount,tax,currency,exchange_rate," +
	"reference\n" +
	"1,C1,\"Contoso, Ltd\",,S1,V1,O1,CFQ7TTC0LH18:0001:P1Y:M,Business Basic,P1Y,monthly,cycleCharge,2026-06-01,2026-07-01," +
	"10,5.04,50.40,9.58,EUR,,\n" +
	"2,C1,\"Contoso, Ltd\",,S1,V1,O2,CFQ7TTC0LH18:0001:P1Y:M,Business Basic,P1Y,monthly,addQuantity,2026-06-16,2026-07-01," +
	"-10,5.04,-25.20,-4.79,EUR,,R1\n" +
	"3,C1,\"Contoso, Ltd\",,S1,V1,O2,CFQ7TTC0LH18:0001:P1Y:M,Business Basic,P1Y,monthly,addQuantity,2026-06-16,2026-07-01," +
	"12,5.04,30.24,5.75,EUR,,R1\n" +
	"4,C2,Fabrikam,,S2,,O3,SETUP,Setup fee,,once,fee,2026-06-09,,1,100,100.00,,USD,,\n"

func TestABillComesInIsShownAndIsTakenBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.upload(neutral, "total", "65.98")
	p.Shows("preview", "Bill without a number"[5:], "2026-06", "3 lines in EUR come to 55.44 without tax",
		"65.98 with 10.54 tax", "1 line in USD", "100.00 of it charged once", "is exactly what its lines come to with tax")
	bill := d.apply(p)
	bill.Shows("Contoso, Ltd", "file.csv", "2026-06", "standing", "55.44", "10.54", "65.98", "The total is right",
		"2026-06-16 to 2026-06-30", "once, 2026-06-09")

	list := d.c.Get("/supplier-bills.csv").Records()
	if diff := cmp.Diff([]string{"2026-06-01 neutral standing 4 55.44 EUR, 100 USD 2026-06-01 2026-07-01"}, column(list, "month",
		"layout", "state", "lines", "amounts", "from", "to")); diff != "" {
		t.Error(diff)
	}
	d.c.Get("/supplier-bills").Shows("file.csv", "55.44 EUR, 100.00 USD")
	d.c.Get("/supplier-bills?state=standing&month=2026-06-01").Shows("file.csv")
	d.c.Get("/supplier-bills?month=2026-05-01").Shows("No bill matches")
	rows := d.lines(bill)
	want := []string{"1 S1 2026-06-01 2026-07-01 10 50.4", "2 S1 2026-06-16 2026-07-01 -10 -25.2",
		"3 S1 2026-06-16 2026-07-01 12 30.24", "4 S2 2026-06-09  1 100"}
	if diff := cmp.Diff(want, column(rows, "line", "subscription_external_id", "from", "to", "quantity", "amount")); diff != "" {
		t.Error(diff)
	}
	d.c.Get(bill.Path()+"/lines").Shows("Contoso, Ltd", "Setup fee", "-25.20 EUR")
	d.c.Get(bill.Path() + "/lines?what=credit").Shows("-25.20 EUR")

	file := bill.Follow("file.csv")
	ask := file.Follow("Undo import")
	ask.FormTo(ask.Path()).Submit().Next().Shows("taken back")
	d.c.Get(bill.Path()).Shows("This bill does not count", "set aside")
	if n := len(d.c.Get("/supplier-bills.csv?state=standing").Records()); n != 0 {
		t.Errorf("%d bills stand", n)
	}
}
