package lenient

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func record(t *testing.T, body string) *Record {
	t.Helper()
	r, ok := NewRecord([]byte(body))
	if !ok {
		t.Fatalf("%s is no record", body)
	}
	return r
}

func TestTheFirstAliasThatHoldsSomethingWins(t *testing.T) {
	t.Parallel()
	r := record(t, `{"name":"  ","company_name":null,"CustomerName":" Fabrikam ","display-name":"x","address":{"city":"Oslo"}}`)
	if got := r.Text(Field{"name", "companyName", "customerName", "displayName"}); got != "Fabrikam" {
		t.Errorf("%q", got)
	}
	if got := r.Text(Field{"city", "address.city"}); got != "Oslo" {
		t.Errorf("%q", got)
	}
	if d := cmp.Diff([]string{"city=address.city", "name=customerName"}, r.Hits()); d != "" {
		t.Error(d)
	}
}

func TestAnIDMayBeTextOrNumber(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"id":"00123"}`: "00123", `{"id":100200}`: "100200", `{"id":100200.0}`: "100200", `{"id":1.002e5}`: "100200",
		`{"id":"100200.0"}`:   "100200.0",
		`{"id":" 411833_1 "}`: "411833_1", `{"id":12345678901234567890}`: "12345678901234567890", `{"id":"1E5"}`: "1E5",
		`{"id":"A/b ü"}`: "A/b ü",
	} {
		if got, err := record(t, body).ID(Field{"id"}); err != nil || got != want {
			t.Errorf("%s: %q %v", body, got, err)
		}
	}
	for _, body := range []string{`{}`, `{"id":null}`, `{"id":""}`, `{"id":{}}`, `{"id":["1"]}`, `{"id":"a\u0000b"}`,
		`{"id":"."}`, `{"id":".."}`, `{"id":"a\nb"}`, "{\"id\":\"a\xffb\"}",
		`{"id":"` + strings.Repeat("x", 300) + `"}`} {
		if got, err := record(t, body).ID(Field{"id"}); err == nil {
			t.Errorf("%.40s: %q", body, got)
		}
	}
}

func TestSeatsAreWholeNumbersOrNothing(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{
		`{"q":5}`: 5, `{"q":"5"}`: 5, `{"q":5.0}`: 5, `{"q":"5.000"}`: 5, `{"q":0}`: 0, `{"q":"1,200"}`: 1200,
		`{"q":1e3}`: 1000, `{"q":10000000}`: 10000000,
	} {
		if got, err := record(t, body).Seats(Field{"q"}); err != nil || got != want {
			t.Errorf("%s: %d %v", body, got, err)
		}
	}
	for body, why := range map[string]string{
		`{}`: "missing", `{"q":null}`: "missing", `{"q":""}`: "missing", `{"q":-1}`: "negative", `{"q":1.5}`: "whole",
		`{"q":1e18}`: "absurdly", `{"q":1e999999999}`: "not a number",
		`{"q":"ten"}`: "not a number", `{"q":true}`: "not a number", `{"q":"NaN"}`: "not a number",
		`{"q":"0x10"}`: "not a number", `{"q":"1,2"}`: "not a number",
	} {
		if got, err := record(t, body).Seats(Field{"q"}); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %d %v", body, got, err)
		}
	}
}

func TestAnAmountIsExactOrNotThereWithANote(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"p":17.6}`: "17.6", `{"p":"17.60"}`: "17.6", `{"p":0.1}`: "0.1", `{"p":0.000001}`: "0.000001",
		`{"p":1.1000000000}`: "1.1", `{"p":"1,234.50"}`: "1234.5", `{"p":0}`: "0",
		`{"p":999999999999.999999}`: "999999999999.999999",
	} {
		r := record(t, body)
		if got := r.Amount(Field{"p"}); !got.Valid || got.Decimal.String() != want || len(r.Notes()) != 0 {
			t.Errorf("%s: %v %v", body, got, r.Notes())
		}
	}
	for _, body := range []string{`{"p":0.0000001}`, `{"p":1e18}`, `{"p":1e999999999}`, `{"p":-1}`, `{"p":"USD 5"}`,
		`{"p":"1.234,50"}`, `{"p":"Infinity"}`} {
		r := record(t, body)
		if got := r.Amount(Field{"p"}); got.Valid || len(r.Notes()) != 1 {
			t.Errorf("%s: %v %v", body, got, r.Notes())
		}
	}
	if r := record(t, `{"p":null}`); r.Amount(Field{"p"}).Valid || len(r.Notes()) != 0 {
		t.Error("a missing amount is no fault")
	}
}

func TestADateIsTheOneWrittenWhateverTheZone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-03-01": "2026-03-01", "2026-03-01T00:30:00.000+1200": "2026-03-01",
		"2026-03-01T23:59:59-0400": "2026-03-01", "2026-03-01 08:00:00": "2026-03-01",
		"01/31/2026": "2026-01-31", "31/01/2026": "2026-01-31", "5/5/2026 10:00 AM": "2026-05-05",
		"1772323200000": "2026-03-01", "1772323200": "2026-03-01",
		"20260301": "2026-03-01", "20260301T000000Z": "2026-03-01", "2026/03/05": "2026-03-05",
		"2026.03.05": "2026-03-05", "2026-3-1": "2026-03-01", "01-Mar-2026": "2026-03-01",
		"1 March 2026": "2026-03-01", "Mar 1, 2026": "2026-03-01", "Sept 30, 2026": "2026-09-30",
		"1st Mar 2026": "2026-03-01", " 2026-03-01 ": "2026-03-01", "2024-02-29": "2024-02-29",
		"1970-01-01T00:00:00Z": "", "9999-12-31": "", "0001-01-01T00:00:00": "",
	} {
		d, ok := ParseDate(text)
		if !ok || d.String() != want {
			t.Errorf("%s: %q %v", text, d, ok)
		}
	}
	for _, text := range []string{"soon", "spring", "2026-13-01", "2026-02-30", "12", "2026-03-01x", "20261301",
		"20260230", "03/04/2026", "3.4.2026", "01-Mar-26", "30-Feb-2026", "01-Mrz-2026", "March 2026", "2026",
		"202603"} {
		if d, ok := ParseDate(text); ok {
			t.Errorf("%s: %q", text, d)
		}
	}
	r := record(t, `{"startDate":"soon"}`)
	if d, text := r.Date(Field{"startDate"}); !d.IsZero() || text != "soon" || len(r.Notes()) != 1 {
		t.Errorf("%v %q %v", d, text, r.Notes())
	}
}

func TestAMomentKeepsTheDayItWasWrittenOn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"2026-03-01T22:15:30.123-0400": {"2026-03-02T02:15:30Z", "2026-03-01"},
		"2026-03-01T22:15:30-04:00":    {"2026-03-02T02:15:30Z", "2026-03-01"},
		"2026-03-01T22:15:30Z":         {"2026-03-01T22:15:30Z", "2026-03-01"},
		"2026-03-01T22:15:30":          {"2026-03-01T22:15:30Z", "2026-03-01"},
		"2026-03-01 22:15:30":          {"2026-03-01T22:15:30Z", "2026-03-01"},
		"2026-03-01":                   {"2026-03-01T00:00:00Z", "2026-03-01"},
	} {
		at, on, ok := ParseMoment(text)
		if !ok || at.Format("2006-01-02T15:04:05Z07:00") != want[0] || on.String() != want[1] {
			t.Errorf("%s: %v %v %v", text, at, on, ok)
		}
	}
	if _, _, ok := ParseMoment("yesterday"); ok {
		t.Error("yesterday is no moment")
	}
}
