package reconcile

import (
	"bytes"
	"testing"
)

// Two files are compared, or named as unreadable; no number is made up of what is none.
func FuzzRead(f *testing.F) {
	head := "line,customer,subscription_external_id,part_number,charge,from,to,quantity,unit_price,amount,currency\n"
	for _, s := range []string{"", head, head + "1,A,S-1,P,cycle,2026-10-01,2026-11-01,5,10.00,50.00,USD\n", head + "1,A,S-1,P,cycle,2026-13-01,x,5,1e9,NaN,USD\n",
		"a;b\n1;2\n", "\xff\xfe", head + "1,\"A"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		tab, err := newTable("a.csv", bytes.NewReader(content), int64(len(content)), []string{"amount"})
		if err != nil {
			return
		}
		if _, err := readCharges(t.Context(), tab, newPool()); err != nil && err.Error() == "" {
			t.Error("refused without a word")
		}
	})
}
