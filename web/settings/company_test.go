package settings

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"seatledger/internal/testkit/htmlcheck"
)

// filled reads the form that posts to an address, as a browser would send it.
func (a answer) filled(action string) url.Values {
	form, v := a.page.Find("main form[action='"+action+"']"), url.Values{}
	for _, s := range form.Find("input[name], textarea[name], select[name]").EachIter() {
		name := s.AttrOr("name", "")
		switch kind := s.AttrOr("type", ""); {
		case kind == "file":
		case kind == "checkbox" || kind == "radio":
			if _, on := s.Attr("checked"); on {
				v.Add(name, s.AttrOr("value", "on"))
			}
		case s.Is("textarea"):
			v.Set(name, s.Text())
		case s.Is("select"):
			v.Set(name, s.Find("option[selected]").AttrOr("value", ""))
		default:
			v.Set(name, s.AttrOr("value", ""))
		}
	}
	return v
}

func (a answer) says(t *testing.T, parts ...string) {
	t.Helper()
	text := htmlcheck.Text(a.page.Find("main"))
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("lacks %q: %s", p, text)
		}
	}
}

func TestTheCompanyIsSavedAndSomebodyElsesFormIsNotLost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.signIn(t, h.ada.Email)
	form := ada.get(companyPath).filled(companyPath)
	old := url.Values{}
	for k, v := range form {
		old[k] = v
	}
	form.Set("legal_name", "Nordlicht Systems Ltd")
	form.Set("address", "1 Quay Road\r\n\r\nPoole")
	form.Set("number_format", "INV-{year}-{number:4}")
	form.Set("next_number", "418")
	form.Set("page_size", "letter")
	if a := ada.post(companyPath, form); a.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	page := ada.get(companyPath)
	page.says(t, "The next one is INV-2026-0418.")
	if now := page.filled(companyPath); now.Get("address") != "1 Quay Road\nPoole" ||
		now.Get("next_number") != "418" ||
		now.Get("page_size") != "letter" {
		t.Errorf("%v", now)
	}
	old.Set("legal_name", "Other")
	late := ada.post(companyPath, old)
	if late.status != http.StatusConflict {
		t.Fatalf("%d", late.status)
	}
	late.says(t, "Ada Example saved this while you were editing", "Nordlicht Systems Ltd", "Other")
}

func TestWhatIsWrongWithTheCompanyIsSaidAtItsField(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.signIn(t, h.ada.Email)
	form := ada.get(companyPath).filled(companyPath)
	form.Set("legal_name", "Kept")
	for field, value := range map[string]string{"number_format": "INV", "next_number": "many", "page_size": "a3",
		"address": strings.Repeat("line\n", 9), "footer": strings.Repeat("x", 300)} {
		bad := url.Values{}
		for k, v := range form {
			bad[k] = v
		}
		bad.Set(field, value)
		a := ada.post(companyPath, bad)
		if a.status != http.StatusUnprocessableEntity ||
			a.page.Find("#f-"+field+"[aria-invalid=true]").Length() != 1 ||
			a.filled(companyPath).Get("legal_name") != "Kept" {
			t.Errorf("%s: %d", field, a.status)
		}
	}
	if got := ada.get(companyPath).filled(companyPath).Get("legal_name"); got != "" {
		t.Errorf("saved %q", got)
	}
}

func TestTaxCodesAreAddedRefusedAndRemoved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.signIn(t, h.ada.Email)
	ada.get(taxPath).says(t, "No codes yet")
	rate := url.Values{"code": {"S20"}, "name": {"VAT"}, "percent": {"20 %"}, "first_day": {"2026-01-01"}}
	if a := ada.post(ratesPath, rate); a.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	for field, value := range map[string]string{"code": "", "name": "", "percent": "101", "first_day": "soon"} {
		bad := url.Values{"code": {"R5"}, "name": {"VAT"}, "percent": {"5"}, "first_day": {"2026-01-01"}}
		bad.Set(field, value)
		if a := ada.post(ratesPath, bad); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", field, a.status)
		}
	}
	if a := ada.post(ratesPath, url.Values{"code": {"s20"}, "name": {"VAT"}, "percent": {"21"},
		"first_day": {"2026-01-01"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("twice from one day: %d", a.status)
	}
	if a := ada.post(taxedPath, url.Values{"part_number": {"BOOK"},
		"code": {"R5"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a code without a rate: %d", a.status)
	}
	if a := ada.post(taxedPath, url.Values{"part_number": {"BOOK"},
		"code": {"S20"}}); a.status != http.StatusSeeOther {
		t.Errorf("%d", a.status)
	}
	page := ada.get(taxPath)
	page.says(t, "S20", "20 %", "BOOK", "any code")
	choice := page.filled(taxPath)
	choice.Set("tax_by", "accounting")
	if a := ada.post(taxPath, choice); a.status != http.StatusSeeOther {
		t.Errorf("%d", a.status)
	}
	if a := ada.post(taxPath, url.Values{"tax_by": {"here"}, "version": {"0"}}); a.status != http.StatusConflict {
		t.Errorf("a stale form: %d", a.status)
	}
	if a := ada.post(taxPath, url.Values{"tax_by": {"nobody"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("%d", a.status)
	}
	for _, s := range page.page.Find("main button[formaction$='/remove'], main form[action$='/remove']").EachIter() {
		ada.post(s.AttrOr("formaction", s.AttrOr("action", "")), nil)
	}
	ada.get(taxPath).says(t, "No codes yet", "Every product is taxed as its contract says.")
}
