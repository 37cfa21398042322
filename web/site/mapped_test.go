package site_test

import (
	"net/url"
	"strings"

	"github.com/google/uuid"
)

// acceptMany maps an account that is kept by hand in a batch, and takes the batch back.
func (w *walk) acceptMany() {
	w.t.Helper()
	var provider string
	for _, a := range w.admin.Get("/accounts.csv").Records() {
		if a["provider"] == "Direct from the vendor" {
			provider = a["provider_id"]
		}
	}
	w.admin.Post("/providers/"+provider+"/accounts",
		url.Values{"external_id": {"M-9"}, "name": {"Alder Optics Example"}}).Want(303)
	w.admin.Post("/crm-accounts", url.Values{"name": {"Alder Optics Example"}}).Want(303)
	_, err := w.App.Mapping.Refresh(w.t.Context(), uuid.MustParse(provider))
	w.must(err)
	f := w.admin.Get("/mapping/bulk?above=50&provider="+provider).Form("#accept").Tick("confirm", "on")
	batch := f.Submit().Next()
	if !strings.HasPrefix(batch.Path(), "/bulk/") {
		w.t.Fatalf("the batch leads to %s", batch.Path())
	}
	batch.Form(`form.confirm`).Submit().Next()
}
