package httpx

import (
	"net/url"
	"strconv"

	"seatledger/internal/listing"
	"seatledger/views/ui"
)

// viewMenu offers the kept views of this list, the number of rows and their density.
func (q ListQuery) viewMenu() *ui.ViewMenu {
	if !q.desk.Known {
		return nil
	}
	m := &ui.ViewMenu{AllHref: ViewsPath, SaveHref: q.saveHref(),
		Densities: &ui.DensityForm{Action: DensityPath, Next: q.here, Compact: q.desk.Compact}}
	for _, v := range q.desk.Views {
		if v.Path != q.Path {
			continue
		}
		link := ui.ViewLink{Label: v.Name, Href: v.Href(), Active: v.ID == q.view}
		if v.Owner != "" {
			link.Hint = "shared by " + v.Owner
		}
		if link.Active {
			m.Label = v.Name
			if v.Query != q.shape() {
				m.Label, link.Hint = v.Name+" (changed)", "changed since it was kept"
			}
		}
		m.Views = append(m.Views, link)
	}
	for _, n := range listing.Sizes {
		m.Sizes = append(m.Sizes, ui.ViewLink{Label: strconv.Itoa(n), Href: q.With("size", strconv.Itoa(n)),
			Active: n == q.Query.Page.Limit()-1})
	}
	return m
}

// shape is what a kept view holds: everything but the place in the list and the view itself.
func (q ListQuery) shape() string {
	v := q.parameters()
	v.Del("view")
	return v.Encode()
}

func (q ListQuery) saveHref() string {
	v := url.Values{"list": {q.Path}, "query": {q.shape()}}
	if q.view != "" {
		v.Set("view", q.view)
	}
	return q.address(ViewsPath+"/new", v)
}
