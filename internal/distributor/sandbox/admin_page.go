package sandbox

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
)

//go:embed admin_page.html
var adminPageText string

// adminPageRows is how many subscriptions the page shows; the JSON has all.
const adminPageRows = 200

type pageRow struct {
	Subscription
	Customer, Product, StatusText string
}

type pageView struct {
	State  state
	Faults []Fault
	Rows   []pageRow
	Kinds  []string
}

// adminPage is a plain page over the JSON, for a look and a few changes by hand.
func (s *Server) adminPage(w http.ResponseWriter, _ *http.Request) {
	page, err := template.New("admin").Parse(adminPageText)
	if err != nil {
		http.Error(w, "the page could not be read", http.StatusInternalServerError)
		return
	}
	var out bytes.Buffer
	if err := page.Execute(&out, pageView{s.state(), s.Faults(), s.pageRows(), sortedKinds()}); err != nil {
		http.Error(w, "the page could not be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("X-Frame-Options", "DENY")
	_, _ = w.Write(out.Bytes()) // the client may be gone: nobody is left to tell
}

func (s *Server) pageRows() []pageRow {
	names := map[string]string{}
	for _, c := range s.Customers() {
		names[c.CustomerNo] = c.Company.StellrName
	}
	var rows []pageRow
	for _, sub := range s.Subscriptions() {
		if len(rows) == adminPageRows {
			break
		}
		row := pageRow{Subscription: sub, Customer: names[sub.CustomerNo], Product: s.store.product(sub.SKU).Name,
			StatusText: "null"}
		set(&row.StatusText, sub.Status)
		rows = append(rows, row)
	}
	return rows
}
