package site_test

import "net/url"

// moveAway maps the customer kept by hand to one that the distributor knows too,
// reassigns the history of one subscription, and begins a cut-over for the others.
func (w *walk) moveAway() {
	w.t.Helper()
	to := w.admin.Get("/subscriptions.csv?state=active").Records()
	var target map[string]string
	for _, s := range to {
		if s["contract_id"] != "" && s["billed_through"] == "" && s["currency"] == "USD" {
			target = s
		}
	}
	old := w.admin.Get("/subscriptions.csv?q=MS-1").Records()[0]
	for _, a := range w.admin.Get("/accounts.csv?provider=" + old["provider_id"]).Records() {
		if a["external_id"] == old["account_external_id"] {
			w.admin.Get("/accounts/" + a["id"] + "?crm_q=" + target["crm_account_id"]).Want(200)
			w.admin.Post("/accounts/"+a["id"]+"/map", url.Values{"crm_account_id": {target["crm_account_id"]}}).Next()
		}
	}
	w.admin.Get("/subscriptions/" + old["id"] + "/reassign?unbilled=take&target_id=" + target["id"]).
		FormTo("/subscriptions/" + old["id"] + "/reassign").Submit().Next()
	run := w.admin.Get("/cutovers/new").FormTo("/cutovers").Set("name", "Off the manual provider", "old_provider_id",
		old["provider_id"],
		"new_provider_id", target["provider_id"], "switch_day", w.App.Clock.Now().Format("2006-01-02")).Submit().Next()
	w.extra = append(w.extra, run.Path(), "/subscriptions/"+target["id"])
}
