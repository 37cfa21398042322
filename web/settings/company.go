package settings

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"seatledger/internal/clock"
	"seatledger/internal/company"
	"seatledger/internal/errs"
	"seatledger/internal/settings"
	"seatledger/views/layout"
	views "seatledger/views/settings"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

func (h Handlers) today() clock.Date { return clock.Today(h.Clock, h.Zone) }

// Company shows the seller as documents show it, as a form.
func (h Handlers) Company(c echo.Context) error {
	ctx := c.Request().Context()
	p, err := company.Look(ctx, h.DB.Read(ctx), h.today())
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, h.companyPage(c, companyForm(p), p.Logo != "", nil).Page())
}

func companyForm(p company.Page) company.Form {
	return company.Form{Company: p.Company, Numbering: p.Numbering, Version: p.Version, NextShown: p.Numbering.Next}
}

// SaveCompany stores the form.
func (h Handlers) SaveCompany(c echo.Context) error {
	file, form, err := httpx.MayUpload(c, "logo")
	if err != nil {
		return err
	}
	f := readCompany(form)
	f.Picture = file.Data
	ctx := c.Request().Context()
	err = company.Service{DB: h.DB, Clock: h.Clock}.Save(ctx, session.Actor(c), h.today(), f)
	if err == nil {
		return httpx.Done(c, companyPath, "The company was saved. Documents that are out stay as they are.")
	}
	stands, problem := company.Look(ctx, h.DB.Read(ctx), h.today())
	switch {
	case problem != nil:
		return problem
	case errors.Is(err, settings.ErrStale):
		f.Version = stands.Version
		page := h.companyPage(c, f, stands.Logo != "", nil)
		page.Stale = stale(stands.By, companyDiff(companyForm(stands), f))
		return httpx.Render(c, http.StatusConflict, page.Page())
	case errs.KindOf(err) == errs.Invalid:
		return httpx.Render(c, http.StatusUnprocessableEntity,
			h.companyPage(c, f, stands.Logo != "", errs.FieldsOf(err)).Page())
	}
	return err
}

func readCompany(form httpx.Values) company.Form {
	number := func(name string) int64 {
		n, err := strconv.ParseInt(form.Get(name), 10, 64)
		if err != nil && form.Get(name) != "" {
			return -1 // refused by the rule, with its own words
		}
		return n
	}
	return company.Form{
		Company: company.Company{LegalName: form.Get("legal_name"), Address: form.Get("address"),
			TaxIDs: form.Get("tax_ids"), Bank: form.Get("bank"),
			PaymentText: form.Get("payment_text"), Footer: form.Get("footer"),
			Paper: company.Paper(form.Get("page_size"))},
		Numbering: company.Numbering{Format: form.Get("number_format"), Yearly: form.On("number_yearly"),
			Next: number("next_number")},
		Version: form.Version(), NextShown: number("next_shown"), RemoveLogo: form.On("logo_clear"),
	}
}

// CompanyLogo is the picture that the next documents bear.
func (h Handlers) CompanyLogo(c echo.Context) error {
	ctx := c.Request().Context()
	p, err := company.Look(ctx, h.DB.Read(ctx), h.today())
	if err != nil {
		return err
	}
	logo, err := company.LogoOf(ctx, h.DB.Read(ctx), p.Logo)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/png", logo.Image)
}

func (h Handlers) companyPage(c echo.Context, f company.Form, hasLogo bool, problems map[string]string) views.Grouped {
	groups := []layout.FieldGroup{
		{Group: ui.Group{Title: "Seller"}, Fields: []ui.Field{
			{Name: "legal_name", Label: "Legal name", Value: f.LegalName},
			{Kind: ui.TextArea, Name: "address", Label: "Address", Value: f.Address,
				Hint: "As it stands on a letter, a line for each part."},
			{Kind: ui.TextArea, Name: "tax_ids", Label: "Tax ids", Value: f.TaxIDs, Rows: 2,
				Hint: "A line each, with what it is, like VAT GB 123 4567 89."},
		}},
		{Group: ui.Group{Title: "Payment"}, Fields: []ui.Field{
			{Kind: ui.TextArea, Name: "payment_text", Label: "How to pay", Value: f.PaymentText, Rows: 3,
				Hint: "The due date stands over it by itself."},
			{Kind: ui.TextArea, Name: "bank", Label: "Bank", Value: f.Bank, Rows: 3},
		}},
		{Group: ui.Group{Title: "Paper"}, Fields: h.paperFields(f, hasLogo)},
		{Group: ui.Group{Title: "Numbers",
			Text: "Invoices and credit notes share one series. A number is given when an invoice is billed, without " +
				"gaps; a void invoice keeps its number."}, Fields: numberFields(f, h.today())},
	}
	var all []ui.Field
	for _, g := range groups {
		all = append(all, withProblems(g.Fields, problems)...)
	}
	summary := ui.Summarize(problems, all...)
	frame := h.frame(c, "Company", summary)
	frame.Narrow = true
	frame.Lead = "Who you are on invoices. Each document keeps what stood here when it was billed."
	picture := ""
	if hasLogo {
		picture = companyPath + "/logo"
	}
	return views.Grouped{Frame: frame, Picture: picture, Tabs: tabs(c, companyPath), Summary: summary, Groups: groups,
		Form: ui.Form{Action: companyPath, Version: strconv.Itoa(f.Version), Save: "Save company", Cancel: path,
			Upload: true,
			Hidden: []ui.Pair{{Name: "next_shown", Value: strconv.FormatInt(f.NextShown, 10)}}}}
}

func (h Handlers) paperFields(f company.Form, hasLogo bool) []ui.Field {
	logo := ui.Field{Kind: ui.FileInput, Name: "logo", Label: "Logo", Accept: "image/png,image/jpeg",
		Hint: "PNG or JPEG, at most 512 KB. It stands at the top left of the first page."}
	out := []ui.Field{logo}
	if hasLogo {
		out[0].Hint = "A logo is stored. A new PNG or JPEG of at most 512 KB takes its place."
		out = append(out, ui.Field{Kind: ui.Checkbox, Name: "logo_clear", Label: "Remove the logo",
			Checked: f.RemoveLogo})
	}
	return append(out,
		ui.Field{Name: "footer", Label: "Foot of each page", Value: f.Footer,
			Hint: "Like court of registration and directors."},
		ui.Field{Kind: ui.SelectBox, Name: "page_size", Label: "Page size", Value: string(cmp.Or(f.Paper, company.A4)),
			Size: ui.Short,
			Options: []ui.Option{{Value: string(company.A4), Label: "A4"},
				{Value: string(company.Letter), Label: "Letter"}}})
}

func numberFields(f company.Form, today clock.Date) []ui.Field {
	next := ""
	if f.Numbering.Next > 0 {
		next = strconv.FormatInt(f.Numbering.Next, 10)
	}
	example := ""
	if f.Numbering.Next > 0 {
		example = " The next one is " + f.Numbering.Write(f.Numbering.Next, today).Text + "."
	}
	return []ui.Field{
		{Name: "number_format", Label: "Format", Value: f.Numbering.Format, Size: ui.Medium,
			Placeholder: "INV-{year}-{number:4}",
			Hint: "{number} is the number, {number:4} fills it up to four digits, {year} or {yy} is the year." +
				example},
		{Kind: ui.Checkbox, Name: "number_yearly", Label: "Begin anew at 1 each year", Checked: f.Numbering.Yearly,
			Hint: "Needs the year in the format."},
		{Kind: ui.NumberInput, Name: "next_number", Label: "Next number", Value: next, Size: ui.Short,
			Hint: "One more than the system before this one reached. " +
				"Once a number of this format is given, the next follows it."},
	}
}

func companyDiff(stands, typed company.Form) []ui.Diff {
	row := func(f *company.Form) []string {
		return []string{f.LegalName, f.Address, f.TaxIDs, f.PaymentText, f.Bank, f.Footer, string(f.Paper),
			f.Numbering.Format, yesNo(f.Numbering.Yearly), strconv.FormatInt(f.Numbering.Next, 10)}
	}
	was, is := row(&stands), row(&typed)
	var out []ui.Diff
	for i, label := range []string{"Legal name", "Address", "Tax ids", "How to pay", "Bank", "Foot", "Page size",
		"Format", "Anew each year", "Next number"} {
		out = append(out, ui.Diff{Field: label, Before: was[i], After: is[i]})
	}
	return out
}
