package imports

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seatledger/internal/imports/sheet"
	_ "seatledger/internal/testkit/samehistories"
)

var priced = Form{Columns: []Column{
	{Name: "id", Holds: ID}, {Name: "price", Holds: Amount}, {Name: "seats", Holds: Whole}, {Name: "from", Holds: Date},
	{Name: "name"},
}}

// columnOfFile reads one column of a file made of its values, separated by sep.
func columnOfFile(t testing.TB, sep, column string, chosen Decimal, values ...string) (Table, []string) {
	t.Helper()
	content := "id" + sep + column + "\n"
	for i, v := range values {
		content += fmt.Sprintf("%d%s\"%s\"\n", i, sep, v)
	}
	s, err := sheet.Parse([]byte(content), "")
	if err != nil {
		t.Fatal(err)
	}
	l, err := recognise(&s, priced)
	if err != nil {
		t.Fatal(err)
	}
	l.Decimal = chosen
	table := tableOf(&s, l, priced)
	var got []string
	for _, line := range table.Lines {
		got = append(got, line.Get(column))
	}
	for range table.Bad {
		got = append(got, "refused")
	}
	return table, got
}

func TestTheDecimalSignIsDecidedForTheWholeFile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sep    string
		chosen Decimal
		values []string
		want   []string
		asked  bool
	}{
		{",", "", []string{"12,50", "1.234"}, []string{"12.50", "1234"}, false},
		{";", "", []string{"12,50", "1.234,5", "7", "-1,5"}, []string{"12.50", "1234.5", "7", "-1.5"}, false},
		{",", "", []string{"12.50", "1,234", "1.234"}, []string{"12.50", "1234", "1.234"}, false},
		{",", "", []string{"1.234", "2"}, []string{"1.234", "2"}, false}, // as our own files are
		{";", "", []string{"1.234", "2"}, nil, true},
		{",", "", []string{"1,234"}, nil, true},
		{",", "", []string{"12,50", "12.50", "1.234"}, nil, true},
		{";", "comma", []string{"12,50", "12.50", "1.234"}, []string{"12.50", "1234", "refused"}, false},
		{";", "point", []string{"12,50", "12.50", "1.234"}, []string{"12.50", "1.234", "refused"}, false},
		{",", "", []string{"12.50", "12,50"}, []string{"12.50", "refused"}, false},
		{";", "", []string{"1 234,50", "1\u00a0234,5", "1'000"}, []string{"1234.50", "1234.5", "1000"}, false},
		{",", "", []string{"１２.５０", "１２３"}, []string{"12.50", "123"}, false},
		{",", "", []string{"0.123", "0,5"}, []string{"0.123", "refused"}, false},
		{",", "", []string{"1.234.567"}, []string{"1234567"}, false},
		{",", "", []string{"$12", "many", ""}, []string{"$12", "many", ""}, false},
	} {
		table, got := columnOfFile(t, c.sep, "price", c.chosen, c.values...)
		if asked := table.how.asked != ""; asked != c.asked {
			t.Errorf("%q: asked %q", c.values, table.how.asked)
		}
		if d := cmp.Diff(c.want, got); !c.asked && d != "" {
			t.Errorf("%q: %s", c.values, d)
		}
	}
}

// What an amount of cents comes to may not depend on the sign that its file is written with.
func TestAFileComesToTheSameWhicheverSignItIsWrittenWith(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.SliceOfN(rapid.IntRange(0, 9_999_999), 1, 20).Draw(t, "cents")
		write := func(decimal, group string) []string {
			out := []string{"12" + decimal + "50"} // what tells
			for _, c := range cents {
				whole := fmt.Sprint(c / 100)
				if len(whole) > 3 && rapid.Bool().Draw(t, "grouped") {
					whole = whole[:len(whole)-3] + group + whole[len(whole)-3:]
				}
				if c%100 == 0 && rapid.Bool().Draw(t, "bare") {
					out = append(out, whole)
					continue
				}
				out = append(out, fmt.Sprintf("%s%s%02d", whole, decimal, c%100))
			}
			return out
		}
		tell := func(values []string) []string {
			s := sheet.Sheet{Comma: ";", Head: []string{"price"}}
			for i, v := range values {
				s.Rows = append(s.Rows, sheet.Row{Line: i + 2, Cells: []string{v}})
			}
			table := tableOf(&s, Layout{Columns: []Placed{{Field: "price"}}}, priced)
			var out []string
			for _, l := range table.Lines {
				v, _, _ := strings.Cut(l.Get("price"), ".")
				out = append(out, v)
			}
			return out
		}
		want := []string{"12"}
		for _, c := range cents {
			want = append(want, fmt.Sprint(c/100))
		}
		if d := cmp.Diff(want, tell(write(",", "."))); d != "" {
			t.Fatalf("comma: %s", d)
		}
		if d := cmp.Diff(want, tell(write(".", ","))); d != "" {
			t.Fatalf("point: %s", d)
		}
	})
}

func TestSeatsWithThreeDigitsBehindASignAreThousandsOrRefused(t *testing.T) {
	t.Parallel()
	for v, want := range map[string]string{"12": "12", "12.0": "12", "12,00": "12", "1,000": "1000", "1.000": "1000",
		"1 000": "1000", "1.5": "1.5", "１２": "12", "-3": "-3", "x": "x"} {
		if _, got := columnOfFile(t, ",", "seats", "", v); got[0] != want {
			t.Errorf("%q: %q, want %q", v, got[0], want)
		}
	}
	s, err := sheet.Parse([]byte("price;seats\n12,50;1,000\n3,1;1.000\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	l, _ := recognise(&s, priced)
	table := tableOf(&s, l, priced)
	if len(table.Bad) != 1 || !strings.Contains(table.Bad[0].Reason, "can be a thousand or one") ||
		table.Lines[0].Get("seats") != "1000" {
		t.Errorf("%+v %+v", table.Bad, table.Lines)
	}
}

func TestADateIsReadWhereItCanMeanOneDayOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ values, want []string }{
		{[]string{"2026-03-05", "20260301", "01-Mar-2026", "2026/03/05", "2026-03-05T00:00:00.0000000Z", "5.3.2026",
			"05/05/2026", "1 March 2026"},
			[]string{"2026-03-05", "2026-03-01", "2026-03-01", "2026-03-05", "2026-03-05", "2026-03-05", "2026-05-05",
				"2026-03-01"}},
		{[]string{"03/04/2026", "13/04/2026"}, []string{"2026-04-03", "2026-04-13"}},
		{[]string{"03/04/2026", "04/13/2026 0:00"}, []string{"2026-03-04", "2026-04-13"}},
		{[]string{"03/04/2026", "04/13/2026", "13/04/2026"}, []string{"03/04/2026", "04/13/2026", "13/04/2026"}},
		{[]string{"03/04/2026", "soon", "2026-02-30", "２０２６-03-05"},
			[]string{"03/04/2026", "soon", "2026-02-30", "2026-03-05"}},
	} {
		if _, got := columnOfFile(t, ",", "from", "", c.values...); !cmp.Equal(got, c.want) {
			t.Errorf("%q: %s", c.values, cmp.Diff(c.want, got))
		}
	}
}

func TestWhatNobodySeesIsNoPartOfAnID(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"\ufeffA\u200b-1": "A-1", "A\u20111": "A-1", "\u202eA-1\u202c": "A-1", "Ａ－１": "A-1", "A\u00a01": "A 1",
		" A-1 ": "A-1", "Ａ\u3000１": "A 1", "K\u0301": "K\u0301",
	} {
		if got := FoldKey(written); got != want {
			t.Errorf("%+q: %+q, want %+q", written, got, want)
		}
	}
	s, _ := sheet.Parse([]byte("\u200bid,na\ufeffme\nA\u20111,Con\u200btoso \u202eLtd\n"), "")
	l, _ := recognise(&s, priced)
	table := tableOf(&s, l, priced)
	if got := table.Lines[0].Get("id") + "|" + table.Lines[0].Get("name"); got != "A-1|Contoso \u202eLtd" {
		t.Errorf("%+q", got)
	}
	if len(table.Notes) != 1 || !strings.Contains(table.Notes[0], "nobody sees") ||
		!strings.Contains(table.Notes[0], "line 2") {
		t.Errorf("notes %q", table.Notes)
	}
}

func TestIDsThatASpreadsheetHasDamagedAreTold(t *testing.T) {
	t.Parallel()
	s, _ := sheet.Parse([]byte("id\n0001234\n1234\n5.57E+12\n3-Mar\nMar-07\nCFQ7TTC0LH18:0001\n0E12\n99999999\n"), "")
	l, _ := recognise(&s, priced)
	table := tableOf(&s, l, priced)
	got := table.damaged()
	for line, why := range map[int]string{3: "leading zeros", 4: "last digits are lost", 5: "date", 6: "date"} {
		if !strings.Contains(got[line], why) {
			t.Errorf("line %d: %q, want %q in it", line, got[line], why)
		}
		delete(got, line)
	}
	if len(got) > 0 {
		t.Errorf("nothing is wrong with %v", got)
	}
	if damage("1234567890123456", true) == "" || damage("1234567890123456", false) != "" {
		t.Error("only a number loses its last digits")
	}
	if damage("2026-01-07", true) == "" || damage("2026-01-07", false) != "" {
		t.Error("a cell that holds a date is no id, a text may be")
	}
}

func TestAValueWithMarksOfDirectionTurnsNothingButItself(t *testing.T) {
	t.Parallel()
	for v, want := range map[string]string{"Contoso": "Contoso", "Müller": "Müller",
		"Evil \u202ecod.exe": "\u2068Evil \u202ecod.exe\u2069", "שלום": "שלום"} {
		if got := Isolated(v); got != want {
			t.Errorf("%+q: %+q", v, got)
		}
	}
}
