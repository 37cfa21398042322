package handbook

import "strings"

// places say where the handbook tells of what stands at an address of the app: the longest beginning counts.
func places() map[string]string {
	return map[string]string{
		"/":                   "start#the-dashboard",
		"/help":               "start#finding-things",
		"/search":             "start#finding-things",
		"/keys":               "start#finding-things",
		"/views":              "start#finding-things",
		"/columns":            "start#finding-things",
		"/next":               "start#the-dashboard",
		"/money":              "bill#what-lies-ahead",
		"/prove":              "secure#signing-in",
		"/settings/profile":   "secure#signing-in",
		"/settings/secrets":   "secure#the-master-key",
		"/settings/general":   "operate#settings",
		"/notices":            "operate#what-happened-without-you",
		"/providers":          "connect#the-provider",
		"/sync-runs":          "connect#a-run",
		"/crm-sources":        "map#customers-from-a-crm",
		"/crm-accounts":       "map#customers",
		"/accounts":           "map#accounts-of-the-distributor",
		"/mapping":            "map#the-queue",
		"/subscriptions":      "review#a-subscription",
		"/changes":            "review#the-ledger",
		"/bulk":               "review#many-at-once",
		"/price-lists":        "bill#prices",
		"/contracts":          "bill#contracts",
		"/billing":            "bill#a-run",
		"/billing-runs":       "bill#a-run",
		"/invoices":           "bill#documents",
		"/invoice-lines":      "bill#documents",
		"/mails":              "bill#mail",
		"/renewals":           "bill#what-lies-ahead",
		"/books":              "bill#into-the-books",
		"/supplier-bills":     "reconcile#a-bill",
		"/differences":        "reconcile#differences",
		"/supplier-months":    "reconcile#closing-a-month",
		"/cutovers":           "cut-over",
		"/audit":              "secure#the-audit-trail",
		"/four-eyes":          "secure#four-eyes",
		"/settings":           "operate#settings",
		"/settings/users":     "secure#people",
		"/settings/tokens":    "extend#api-tokens",
		"/settings/sso":       "secure#signing-in",
		"/settings/mail":      "bill#mail",
		"/settings/tax":       "bill#before-the-first-invoice",
		"/settings/company":   "bill#before-the-first-invoice",
		"/settings/four-eyes": "secure#four-eyes",
		"/settings/sign-in":   "secure#signing-in",
	}
}

// For is the address of the section that tells of a page of the app.
func For(path string) string {
	best, to := "", "start"
	for at, section := range places() {
		if (path == at || at != "/" && strings.HasPrefix(path, at+"/")) && len(at) > len(best) {
			best, to = at, section
		}
	}
	return "/help/" + to
}
