package paper

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"seatledger/internal/company"
	"seatledger/internal/document"
	"seatledger/internal/statement"
)

// DrawStatement makes the PDF of a statement of account. logo is its picture, or one without an image.
func DrawStatement(st statement.Statement, logo company.Logo) ([]byte, error) {
	first, err := drawStatement(st, logo, 0)
	if err != nil {
		return nil, err
	}
	done, err := drawStatement(st, logo, first.PageNo())
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := done.Output(&out); err != nil {
		return nil, fmt.Errorf("draw statement: %w", err)
	}
	return out.Bytes(), nil
}

// account is a statement being drawn, on the sheet of documents.
type account struct {
	*sheet
	st statement.Statement
}

// Entry says what a row of an account is; page and paper show the same.
func Entry(st statement.Statement, e statement.Entry) string {
	say := st.Words()
	text := say.Say("account."+string(e.Kind), e.Number)
	if e.Kind == statement.Invoice && !e.DueOn.IsZero() {
		text += ", " + say.Say("account.due", say.Date(e.DueOn))
	}
	return text
}

func drawStatement(st statement.Statement, logo company.Logo, pages int) (*account, error) {
	shelf, err := fonts()
	if err != nil {
		return nil, err
	}
	size := "A4"
	if st.Paper == string(company.Letter) {
		size = "Letter"
	}
	f := fpdf.New("P", "mm", size, "")
	f.SetCreationDate(st.MadeOn.Start(time.UTC))
	f.SetModificationDate(st.MadeOn.Start(time.UTC))
	f.SetCatalogSort(true)
	f.SetProducer("Seatledger", true)
	f.SetTitle(st.Title()+" "+st.Customer.Name, true)
	f.SetAuthor(st.Seller.Name, true)
	f.SetLang(st.Language)
	f.SetAutoPageBreak(false, 0)
	texts := append([]string{st.Seller.Name, st.Customer.Name}, append(st.Seller.Address, st.Customer.Address...)...)
	for _, it := range []font{shelf.plain, shelf.bold, shelf.asian} {
		if it.family == "asian" && !shelf.needs(it, texts) {
			continue
		}
		f.AddUTF8FontFromBytes(it.family, it.style, it.data)
	}
	w, h := f.GetPageSize()
	say := st.Words()
	s := &sheet{paper: &paper{Fpdf: f, shelf: shelf, width: w, height: h}, words: say, logo: logo, pages: pages,
		doc: document.Document{Labels: say.Labels(), Seller: st.Seller, Customer: st.Customer,
			Language: st.Language}}
	a := &account{s, st}
	a.columnsOf()
	a.page()
	a.head()
	for _, c := range st.Accounts {
		a.currency(c)
	}
	if len(st.Accounts) == 0 {
		a.put(margin, a.y, 0, say.Say("account.none"), normal, false, left)
	}
	if err := a.Error(); err != nil {
		return nil, fmt.Errorf("draw statement: %w", err)
	}
	return a, nil
}

func (a *account) columnsOf() {
	say, x := a.st.Words(), a.width-margin
	a.columns = []column{{say.Say("account.date"), margin, 30, left},
		{say.Say("account.entry"), margin + 30, x - margin - 30 - 70, left},
		{say.Say("account.amount"), x - 70, 35, right}, {say.Say("account.balance"), x - 35, 35, right}}
}

// head is the seller, the customer, and which days it is about.
func (a *account) head() {
	whole, say := a.width-2*margin, a.st.Words()
	x := margin + 0.46*whole
	top := a.y
	a.picture(margin, top)
	y := a.block(x, top, whole-(x-margin), []string{a.st.Seller.Name}, normal, true)
	y = a.block(x, y, whole-(x-margin), a.st.Seller.Address, small, false)
	y = a.block(x, y, whole-(x-margin), a.st.Seller.TaxIDs, small, false)
	a.y = max(y, top+logoHeight+4) + 8
	at := a.block(x, a.y, whole-(x-margin), []string{a.st.Title()}, large, true) + 1
	at = a.block(x, at, whole-(x-margin), []string{say.Span(a.st.From, a.st.To),
		say.Say("account.made", say.Date(a.st.MadeOn))}, small, false)
	a.y = max(a.customer(margin, a.y, x-margin-6), at) + 8
}

// currency draws the account of one currency.
func (a *account) currency(c statement.Account) {
	say := a.st.Words()
	if a.y+8*lineHeight(normal) > a.bottom() {
		a.next()
	}
	a.put(margin, a.y, 0, c.Currency, normal, true, left)
	a.y += 1.5 * lineHeight(normal)
	a.tableHead()
	a.row("", say.Say("account.opening", say.Date(a.st.From)), "", say.Amount(c.Opening, c.Currency), true)
	for _, e := range c.Entries {
		a.row(say.Date(e.On), Entry(a.st, e), say.Amount(e.Amount, c.Currency), say.Amount(e.Balance, c.Currency),
			false)
	}
	a.rule(a.y)
	a.y++
	a.row("", say.Say("account.closing", say.Date(a.st.To.AddDays(-1))), "", say.Amount(c.Closing, c.Currency)+" "+
		c.Currency, true)
	a.y += 2 * lineHeight(normal)
}

func (a *account) row(day, text, amount, balance string, bold bool) {
	lines := a.wrap(text, a.columns[1].w, normal, bold)
	if a.y+float64(len(lines)+1)*lineHeight(normal) > a.bottom() {
		a.next()
		a.tableHead()
	}
	a.put(a.columns[0].x, a.y, a.columns[0].w, day, normal, bold, left)
	a.figure(a.columns[2], a.y, amount)
	if bold {
		a.put(a.columns[3].x-20, a.y, a.columns[3].w+20, balance, normal, true, right)
	} else {
		a.figure(a.columns[3], a.y, balance)
	}
	for _, l := range lines {
		a.put(a.columns[1].x, a.y, 0, l, normal, bold, left)
		a.y += lineHeight(normal)
	}
}
