package billing_test

import (
	"net/http"
	"testing"

	"seatledger/internal/testkit/htmlcheck"
)

// What is ticked on the list of invoices goes into the books: the system is asked for, the ticks stay, and nothing is
// exported before it was shown.
func TestTickedInvoicesAreExported(t *testing.T) {
	t.Parallel()
	h := open(t, 3)
	all := h.billed()
	first, second, third := all["Customer 000"]["id"], all["Customer 001"]["id"], all["Customer 002"]["id"]
	list := h.clerk.Get("/invoices")
	if list.Doc().Find(`button[formaction="/invoices/export"]`).Length() != 1 {
		t.Fatal("the bar has no button to export")
	}
	bar := list.FormTo("/invoices/paid").Values
	bar["id"] = nil
	h.clerk.Post("/invoices/export", bar).Want(http.StatusUnprocessableEntity).Shows("Nothing is ticked")

	bar["id"] = []string{first, second}
	choose := h.clerk.Post("/invoices/export", bar).Want(http.StatusOK).Shows("Choose the accounting system",
		"2 invoices are ticked", "Xero", "DATEV")
	htmlcheck.Page(t, choose.Doc())
	preview := choose.FormTo("/invoices/export").Set("system", "neutral").Submit().Want(http.StatusOK).
		Shows("Export 2 documents to Neutral CSV", "36.00")
	if preview.Doc().Find("[name=from]").Length() > 0 {
		t.Error("it asks for days though the invoices are named")
	}
	if h.invoices()["Customer 000"]["exported_at"] != "" {
		t.Error("a preview exported")
	}
	preview.FormTo("/invoices/export").Submit().Want(http.StatusSeeOther).Next().Shows("Export 1, Neutral CSV")

	// One of the two went already: the other goes, and it is said.
	bar["id"] = []string{first}
	h.clerk.Post("/ticks/invoices", map[string][]string{"id": {third}, "shown": {third}})
	bar["shown"], bar["kept"] = []string{first, second}, []string{"1"}
	preview = h.clerk.Post("/invoices/export", bar).Want(http.StatusOK).Shows("2 invoices are ticked").
		FormTo("/invoices/export").Set("system", "neutral").Submit().
		Shows("1 of the ticked invoices does not go", "Export 1 document to Neutral CSV")
	preview.FormTo("/invoices/export").Submit().Want(http.StatusSeeOther)
	for name, r := range h.invoices() {
		if r["exported_at"] == "" {
			t.Errorf("%s was not exported", name)
		}
	}
	bar["id"], bar["kept"], bar["all"] = nil, nil, []string{"1"}
	h.clerk.Post("/invoices/export", bar).Want(http.StatusOK).FormTo("/invoices/export").Set("system", "neutral").
		Submit().Shows("No file would be written")
}
