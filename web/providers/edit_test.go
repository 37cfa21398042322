package providers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/testkit/htmlcheck"
)

func TestAnEditSavesWhatTheFormSends(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.create(good())
	v := formValues(d.get(p+"/edit"), p)
	if v.Get("version") != "1" || v.Get("password") != "" {
		t.Errorf("the form: %v", v)
	}
	d.post(p, with(v, "name", "Northwind United States"), http.StatusSeeOther)
	if got := htmlcheck.Heading(d.get(p)); !strings.HasPrefix(got, "Northwind United States") {
		t.Errorf("the page is headed %q", got)
	}
	if text := htmlcheck.Text(d.get(p + "/edit").Find(".field__set")); strings.Count(text,
		"Set on 22 Nov 2026 by Ada Example") != 2 {
		t.Errorf("secrets after a blank save: %q", text)
	}
}

func TestAStaleEditShowsBothVersionsAndCanBeSavedAgain(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.create(good())
	mine := formValues(d.get(p+"/edit"), p)
	d.post(p, with(formValues(d.get(p+"/edit"), p), "name", "Theirs"), http.StatusSeeOther)
	doc := d.page(d.post(p, with(mine, "name", "Mine"), http.StatusConflict))
	both := htmlcheck.Text(doc.Find("table"))
	if !strings.Contains(both, "Mine") || !strings.Contains(both, "Theirs") {
		t.Errorf("both versions: %s", both)
	}
	again := formValues(doc, p)
	if again.Get("name") != "Mine" || again.Get("version") != "2" {
		t.Errorf("the form over them: %v", again)
	}
	d.post(p, again, http.StatusSeeOther)
	if got := htmlcheck.Heading(d.get(p)); !strings.HasPrefix(got, "Mine") {
		t.Errorf("saved %q", got)
	}
}

func TestAnEditWithoutAVersionIsAConflict(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.create(good())
	d.post(p, with(good(), "name", "Blind"), http.StatusConflict)
}

func TestFrozenFieldsAreShownWithTheirReasonAndSentAsTheyStand(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.create(good())
	d.account(p, "c1", "unmapped")
	doc := d.get(p + "/edit")
	if _, disabled := doc.Find("#f-comprehensive_api").Attr("disabled"); !disabled {
		t.Error("the toggle can be moved")
	}
	if _, fixed := doc.Find("#f-internal_name").Attr("readonly"); !fixed {
		t.Error("the internal name can be typed over")
	}
	if hint := doc.Find("#f-comprehensive_api-hint").Text(); !strings.Contains(hint, "create a new provider") {
		t.Errorf("the way forward: %s", hint)
	}
	v := formValues(doc, p)
	if v.Get("comprehensive_api") != "on" {
		t.Fatalf("a browser would send the toggle as off: %v", v)
	}
	d.post(p, with(v, "name", "Renamed"), http.StatusSeeOther)

	v = with(formValues(d.get(p+"/edit"), p), "internal_name", "Other.Provider")
	v.Del("comprehensive_api")
	refused := htmlcheck.Text(d.page(d.post(p, v, http.StatusUnprocessableEntity)).Find(".summary"))
	if !strings.Contains(refused, "their ids belong to the API they came from") ||
		!strings.Contains(refused, "internal name stays") {
		t.Errorf("the refusal: %s", refused)
	}
}

func TestAnotherResellerNumberAsksOnAProviderWithAccounts(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.create(good())
	d.account(p, "c1", "unmapped")
	v := with(formValues(d.get(p+"/edit"), p), "reseller_number", "100999")
	doc := d.page(d.post(p, v, http.StatusUnprocessableEntity))
	if asked := htmlcheck.Text(doc.Find(".callout")); !strings.Contains(asked, "nothing") &&
		!strings.Contains(asked, "gone") {
		t.Errorf("the question: %s", asked)
	}
	again := formValues(doc, p)
	if again.Get("reseller_number") != "100999" || again.Has("confirm_identity") {
		t.Errorf("the form under the question: %v", again)
	}
	d.post(p, with(again, "confirm_identity", "on"), http.StatusSeeOther)
	if text := htmlcheck.Text(d.get(p).Selection); !strings.Contains(text, "Host or reseller number was changed") {
		t.Error("the page does not tell that the next listing is compared")
	}
}

func TestAManualProviderIsEditedByNameOnly(t *testing.T) {
	t.Parallel()
	d := open(t)
	p := d.create(with(url.Values{}, "connector", "manual", "name", "By hand"))
	if diff := cmp.Diff([]string{"Name"}, labels(d.get(p+"/edit"))); diff != "" {
		t.Error(diff)
	}
	d.post(p, with(formValues(d.get(p+"/edit"), p), "name", "Still by hand"), http.StatusSeeOther)
}
