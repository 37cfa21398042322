package site_test

import (
	"net/http/httptest"
	"path"

	"github.com/google/uuid"

	"seatledger/internal/crm/dataverse/standin"
)

// readCRM connects a CRM that is read by itself, reads it, and keeps a hand edit against it.
func (w *walk) readCRM() {
	w.t.Helper()
	org := standin.New()
	far := httptest.NewServer(org)
	w.t.Cleanup(far.Close)
	const customer = "00000000-0000-4000-8000-000000000001"
	org.PutAccount(customer, map[string]any{"name": "Larkspur Cycles", "address1_city": "Bath"})
	source := w.admin.Get("/crm-sources/new").FormTo("/crm-sources").Set("name", "Dynamics 365", "url", far.URL,
		"tenant", standin.Tenant, "client_id", standin.ClientID,
		"client_secret", standin.Secret, "token_url",
		far.URL+"/"+standin.Tenant+"/oauth2/v2.0/token").Submit().Next().Path()
	w.admin.Get(source).FormTo(source + "/verify").Submit().Next().Shows("Verified")
	w.readSource(source)
	record := w.admin.Get("/crm-accounts?q=Larkspur").Follow("Larkspur Cycles").URL.Path
	w.admin.Get(record+"/edit").FormTo(record).Set("city", "Wells").Submit().Next()
	org.PutAccount(customer, map[string]any{"address1_city": "Bristol"})
	w.readSource(source)
	w.admin.Get(record).Shows("Kept; Dynamics 365 says “Bristol”.")
	file := w.look("/crm-accounts/import", "external_id,name\r\nC-900,Taken Back Ltd\r\n")
	file.FormTo(file.Path() + "/apply").Submit().Next()
	capture := w.admin.Get(w.provider).FormTo(w.provider + "/capture").Submit().Next().Path()
	w.admin.Get(w.provider+"/dialect").FormTo(w.provider+"/dialect").Set("statuses",
		"Parked = suspended").Submit().Next()
	w.extra = append(w.extra, record, capture)
}

// readSource has a reading done, as the workers would.
func (w *walk) readSource(source string) {
	w.t.Helper()
	p := w.admin.Get(source).FormTo(source + "/read").Submit().Next()
	w.must(w.App.Sources.Execute(w.t.Context(), uuid.MustParse(path.Base(p.URL.Path))))
}
