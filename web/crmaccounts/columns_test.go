package crmaccounts_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/xuri/excelize/v2"

	"seatledger/internal/testkit/htmlcheck"
)

// send uploads a file under a name of its own.
func (d *desk) send(name string, content []byte, want int) *httptest.ResponseRecorder {
	d.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		d.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, "/crm-accounts/import", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return d.do(r, want)
}

func (d *desk) shows(doc *goquery.Document, words ...string) {
	d.Helper()
	for _, w := range words {
		if text := htmlcheck.Text(doc.Find("main")); !strings.Contains(text, w) {
			d.Errorf("the page lacks %q: %.1500s", w, text)
		}
	}
}

// oneForm is the preview's single form, as CONTRACT promises it.
func (d *desk) oneForm(doc *goquery.Document, where string) url.Values {
	d.Helper()
	forms := doc.Find("main form")
	if forms.Length() != 1 || forms.AttrOr("action", "") != where+"/apply" {
		d.Fatalf("%d forms, the first to %s", forms.Length(), forms.AttrOr("action", ""))
	}
	return values(forms)
}

func TestAWorkbookInOtherPeoplesWordsIsImportedAndTakenBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range [][]any{{"Kundennummer", "Firma", "PLZ", "Betreuer"}, {"K1", "Müller GmbH", "01067", "Eva"},
		{"K2", "Acme", "10115", "Jan"}} {
		_ = f.SetSheetRow("Sheet1", "A"+string(rune('1'+i)), &r)
	}
	_, _ = f.NewSheet("Andere")
	_ = f.SetSheetRow("Andere", "A1", &[]any{"Firma", "Ort"})
	_ = f.SetSheetRow("Andere", "A2", &[]any{"Other Ltd", "Bath"})
	var b bytes.Buffer
	_ = f.Write(&b)
	where := d.send("kunden.xlsx", b.Bytes(), http.StatusSeeOther).Header().Get("Location")
	doc := d.get(where)
	d.shows(doc, "Apply 2 new and 0 changed", "01067", "Recognised by its name", "Columns not used: Betreuer")
	form := d.oneForm(doc, where)
	if form.Get("column.0") != "external_id" || form.Get("column.2") != "postal_code" || form.Get("sheet") != "Sheet1" {
		t.Errorf("%v", form)
	}
	form.Set("sheet", "Andere")
	d.post(where+"/columns", form, http.StatusSeeOther)
	d.shows(d.get(where), "Other Ltd", "No column is the external id")
	other := d.oneForm(d.get(where), where)
	other.Set("sheet", "Sheet1")
	d.post(where+"/columns", other, http.StatusSeeOther)
	d.post(where+"/apply", d.oneForm(d.get(where), where), http.StatusSeeOther)
	d.shows(d.get(where), "2 added", "Undo import")
	question := d.get(where + "/undo")
	d.shows(question, "removed again", "2")
	d.post(where+"/undo", url.Values{}, http.StatusSeeOther)
	d.shows(d.get(where), "taken back", "2 removed")
	d.post(where+"/undo", url.Values{}, http.StatusConflict)
	d.do(httptest.NewRequest(http.MethodGet, where+"/undo", nil), http.StatusConflict)
	if rows := d.get("/crm-accounts").Find("main tbody tr").Length(); rows != 0 {
		t.Errorf("%d accounts are left", rows)
	}
}

func TestColumnsThatWereChangedAreNotAppliedUnseen(t *testing.T) {
	t.Parallel()
	d := open(t)
	where := d.upload("/crm-accounts/import", "external_id,name,notes\nC-1,Contoso,Leeds\n",
		http.StatusSeeOther).Header().Get("Location")
	form := d.oneForm(d.get(where), where)
	form.Set("column.2", "city")
	d.post(where+"/apply", form, http.StatusSeeOther)
	doc := d.get(where)
	d.shows(doc, "Apply 1 new", "Leeds", "Chosen from Ada Example")
	d.post(where+"/apply", d.oneForm(doc, where), http.StatusSeeOther)
	d.shows(d.get(where), "1 added")
	again := d.upload("/crm-accounts/import", "name,notes,external_id\nContoso,York,C-1\n",
		http.StatusSeeOther).Header().Get("Location")
	d.shows(d.get(again), "Remembered from Ada Example", "0 new and 1 changed")
	// Whoever posts without the fields of the form means the preview as it stands.
	d.post(again+"/apply", url.Values{}, http.StatusSeeOther)
	d.shows(d.get(again), "0 added, 1 changed")
}

func TestTwoColumnsForOneFieldAreRefusedInWords(t *testing.T) {
	t.Parallel()
	d := open(t)
	where := d.upload("/crm-accounts/import", "external_id,name,Short name\nC-1,Contoso,C\n",
		http.StatusSeeOther).Header().Get("Location")
	form := d.oneForm(d.get(where), where)
	form.Set("column.2", "name")
	for _, to := range []string{"/columns", "/apply"} {
		doc := d.page(d.post(where+to, form, http.StatusUnprocessableEntity))
		d.shows(doc, "cannot both be the name")
		if got := d.oneForm(doc, where); got.Get("column.2") != "name" {
			t.Error("the choice was not kept")
		}
	}
	form.Set("column.2", "password")
	d.post(where+"/columns", form, http.StatusUnprocessableEntity)
}

func TestAFileThatIsNotUnderstoodIsKeptForItsColumnsToBeChosen(t *testing.T) {
	t.Parallel()
	d := open(t)
	doc := d.page(d.upload("/crm-accounts/import", "Nummer,Bezeichnung\n1,Acme\n", http.StatusUnprocessableEntity))
	where := doc.Find(`main a[href^="/crm-accounts/import/"]`).AttrOr("href", "")
	page := d.get(where)
	d.shows(page, "Which column is which?", "No column of the file is the name")
	form := d.oneForm(page, where)
	d.post(where+"/apply", form, http.StatusConflict)
	form.Set("column.0", "external_id")
	form.Set("column.1", "name")
	d.post(where+"/columns", form, http.StatusSeeOther)
	d.shows(d.get(where), "Apply 1 new")
}

func TestFilesThatCannotBeReadAreRefusedAtTheField(t *testing.T) {
	t.Parallel()
	d := open(t)
	for name, c := range map[string]struct {
		content string
		says    string
	}{
		"old.xls":     {"\xd0\xcf\x11\xe0" + strings.Repeat("\x00", 100), ".xls"},
		"broken.xlsx": {"PK\x03\x04 and then nothing", "damaged"},
		"page.xls":    {"<html><table></table></html>", "web page"},
		"large.csv":   {strings.Repeat("x", 30<<20), "larger than 10 MB"},
		"long.csv":    {"external_id,name\n" + strings.Repeat("1,A\n", 200_000), "100,000 lines"},
	} {
		d.shows(d.page(d.send(name, []byte(c.content), http.StatusUnprocessableEntity)), c.says)
	}
}
