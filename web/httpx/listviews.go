package httpx

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"seatledger/internal/errs"
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

// came is the kept view that one came by; nil: by none.
func (q ListQuery) came() *View {
	for i, v := range q.desk.Views {
		if q.view != "" && v.ID == q.view && v.Path == q.Path {
			return &q.desk.Views[i]
		}
	}
	return nil
}

// viewFault says of a refused address that it is a kept view's, and what to do about that: what
// the list offered when it was kept may be gone.
func (q ListQuery) viewFault(err error) error {
	v := q.came()
	if v == nil || errs.KindOf(err) != errs.Invalid {
		return err
	}
	out := errs.Because(errs.Invalid, "The view “"+v.Name+"” asks for something that this list no longer has, "+
		"so it cannot be opened as it was kept. Open the list without it and keep it anew, or delete it under "+
		ViewsPath+".", err)
	out.Fields = errs.FieldsOf(err)
	return out
}

// lost says of a kept view which of its filters the list no longer has, so that nobody takes
// more rows for what was kept; empty where it has all.
func (q ListQuery) lost() string {
	v := q.came()
	if v == nil {
		return ""
	}
	kept, err := url.ParseQuery(v.Query)
	if err != nil {
		return ""
	}
	var gone []string
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		known := slices.Contains([]string{"q", "sort", "size", "columns"}, name) ||
			slices.ContainsFunc(q.Spec.Filters, func(f Filter) bool { return f.Name == name })
		if !known {
			gone = append(gone, name)
		}
	}
	if len(gone) == 0 {
		return ""
	}
	return "The view “" + v.Name + "” was kept with " + strings.Join(gone, ", ") + ", which this list no longer has: " +
		"it shows more than it did. Keep it anew, or delete it."
}
