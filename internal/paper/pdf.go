// Package paper draws a stored document on paper. The same document gives the same
// bytes, whenever and wherever it is drawn.
package paper

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/shopspring/decimal"

	"seatledger/internal/company"
	"seatledger/internal/document"
	"seatledger/internal/words"
)

// Draw makes the PDF of a document. logo is its picture, or one without an image.
func Draw(d document.Document, logo company.Logo) ([]byte, error) {
	first, err := draw(d, logo, 0)
	if err != nil {
		return nil, err
	}
	done, err := draw(d, logo, first.PageNo()) // now that it is known how many pages there are
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := done.Output(&out); err != nil {
		return nil, fmt.Errorf("draw %s: %w", called(d), err)
	}
	return out.Bytes(), nil
}

// sheet is a document being drawn.
type sheet struct {
	*paper
	doc     document.Document
	words   words.Pack
	logo    company.Logo
	pages   int // in all; 0 while that is not known
	y       float64
	sum     decimal.Decimal // of the lines drawn so far
	columns []column
}

type column struct {
	label string
	x, w  float64
	align align
}

func draw(d document.Document, logo company.Logo, pages int) (*sheet, error) {
	s, err := open(d)
	if err != nil {
		return nil, err
	}
	s.logo, s.pages = logo, pages
	s.page()
	s.head()
	s.tableHead()
	for i, l := range d.Lines {
		if part, first := Section(d, i); first {
			s.heading(Heading(d, part))
		}
		s.line(l)
	}
	if len(d.Lines) == 0 {
		s.put(margin, s.y, 100, d.Label("none"), normal, false, left)
		s.y += lineHeight(normal)
	}
	s.totals()
	s.payment()
	if err := s.Error(); err != nil {
		return nil, fmt.Errorf("draw %s: %w", called(d), err)
	}
	return s, nil
}

func open(d document.Document) (*sheet, error) {
	shelf, err := fonts()
	if err != nil {
		return nil, err
	}
	size := "A4"
	if d.Paper == string(company.Letter) {
		size = "Letter"
	}
	f := fpdf.New("P", "mm", size, "")
	on := d.IssuedOn.Start(time.UTC) // no moment of drawing, or the bytes would differ
	f.SetCreationDate(on)
	f.SetModificationDate(on)
	f.SetCatalogSort(true)
	f.SetProducer("Seatledger", true)
	f.SetTitle(called(d), true)
	f.SetAuthor(d.Seller.Name, true)
	f.SetLang(d.Language)
	f.SetAutoPageBreak(false, 0)
	for _, it := range []font{shelf.plain, shelf.bold, shelf.asian} {
		if it.family == "asian" && !shelf.needs(it, Texts(d)) {
			continue
		}
		f.AddUTF8FontFromBytes(it.family, it.style, it.data)
	}
	w, h := f.GetPageSize()
	s := &sheet{paper: &paper{Fpdf: f, shelf: shelf, width: w, height: h}, doc: d, words: d.Words()}
	s.layColumns()
	return s, nil
}

// needs tells whether some text is drawn by a font.
func (s shelf) needs(f font, texts []string) bool {
	for _, t := range texts {
		for _, r := range s.runs(t, false) {
			if r.font.family == f.family {
				return true
			}
		}
	}
	return false
}

func (s *sheet) layColumns() {
	taxed := len(s.doc.Taxes) > 0
	x := s.width - margin
	add := func(label string, w float64) {
		x -= w
		s.columns = append([]column{{s.doc.Label(label), x, w, right}}, s.columns...)
	}
	add("amount", 30)
	if taxed {
		add("rate", 15)
	}
	add("price", 28)
	seats := 14.0
	if slices.ContainsFunc(s.doc.Lines, func(l document.Line) bool { return l.Quantity != nil }) {
		seats = 22
	}
	add("seats", seats)
	s.columns = append([]column{{s.doc.Label("description"), margin, x - margin - 3, left}}, s.columns...)
}

// page begins a page with its foot.
func (s *sheet) page() {
	s.AddPage()
	s.y = margin
	y := s.height - 12
	s.grey(true)
	s.put(margin, y, s.width-2*margin, fmt.Sprintf(s.doc.Label("page"), s.PageNo(), s.pages), small, false, right)
	foot := s.wrap(s.doc.Footer, s.width-2*margin-35, small, false)
	for i, l := range foot {
		s.put(margin, y-float64(len(foot)-1-i)*lineHeight(small), 0, l, small, false, left)
	}
	s.grey(false)
}

// bottom is how far down a page may be written.
func (s *sheet) bottom() float64 { return s.height - 26 }

// next begins another page below its number and name, without a table.
func (s *sheet) next() {
	s.page()
	s.grey(true)
	s.put(margin, s.y, s.width-2*margin, called(s.doc), small, false, left)
	s.grey(false)
	s.y += 2 * lineHeight(small)
}

// head is the seller, the customer and what the document is.
func (s *sheet) head() {
	whole := s.width - 2*margin
	x := margin + 0.46*whole
	right, lefts := whole-(x-margin), x-margin-6
	top := s.y
	s.picture(margin, top)
	y := s.block(x, top, right, []string{s.doc.Seller.Name}, normal, true)
	y = s.block(x, y, right, s.doc.Seller.Address, small, false)
	y = s.block(x, y, right, s.doc.Seller.TaxIDs, small, false)
	s.y = max(y, top+logoHeight+4) + 8

	title := s.doc.Title()
	if s.doc.Number == "" {
		title += " (" + s.doc.Label("draft") + ")"
	}
	at := s.block(x, s.y, right, []string{title}, large, true) + 1
	s.y = max(s.customer(margin, s.y, lefts), s.facts(x, at, right)) + 8
}

const (
	logoWidth  = 60.0 // at most, in millimetres
	logoHeight = 22.0
)

func (s *sheet) picture(x, y float64) {
	if len(s.logo.Image) == 0 {
		return
	}
	w, h := logoWidth, logoWidth*float64(s.logo.Height)/float64(s.logo.Width)
	if h > logoHeight {
		w, h = w*logoHeight/h, logoHeight
	}
	s.RegisterImageOptionsReader("logo", fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(s.logo.Image))
	s.ImageOptions("logo", x, y, w, h, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
}

func (s *sheet) customer(x, y, w float64) float64 {
	d := s.doc
	s.grey(true)
	s.put(x, y, w, d.Label("to"), small, false, left)
	s.grey(false)
	y = s.block(x, y+lineHeight(small), w, []string{d.Customer.Name}, normal, true)
	y = s.block(x, y, w, d.Customer.Address, normal, false)
	for _, id := range d.Customer.TaxIDs {
		y = s.block(x, y, w, []string{d.Label("tax_id") + " " + id}, small, false)
	}
	if d.For != "" {
		y = s.block(x, y, w, []string{d.Label("for") + " " + d.For}, small, false)
	}
	return y
}

// facts are the short facts beside the customer, and give where they ended.
func (s *sheet) facts(x, y, w float64) float64 {
	all, term := Facts(s.doc), 0.0
	for _, f := range all {
		term = max(term, s.measure(f.Label, small, false)+3)
	}
	term = min(term, w/2)
	for _, f := range all {
		s.grey(true)
		ended := s.block(x, y, term-2, []string{f.Label}, small, false)
		s.grey(false)
		y = max(ended, s.block(x+term, y, w-term, []string{f.Text}, small, false))
	}
	return y
}

func (s *sheet) tableHead() {
	s.rule(s.y)
	s.y += 1.2
	deepest := s.y
	for _, c := range s.columns {
		s.put(c.x, s.y, c.w, c.label, small, true, c.align)
		deepest = max(deepest, s.y+lineHeight(small))
	}
	s.y = deepest + 0.6
	s.rule(s.y)
	s.y += 1.6
}

// heading begins the part of a shared document, on one page with what follows.
func (s *sheet) heading(text string) {
	rows := s.wrap(text, s.width-2*margin, normal, true)
	if s.y+float64(len(rows)+4)*lineHeight(normal) > s.bottom() {
		s.carry()
	}
	for _, t := range rows {
		s.put(margin, s.y, s.width-2*margin, t, normal, true, left)
		s.y += lineHeight(normal)
	}
	s.y += 1
}

// line draws one line, whole on one page, and carries the sum over where a page ends.
func (s *sheet) line(l document.Line) {
	c := s.columns[0]
	wide := s.columns[len(s.columns)-1].x - margin // below the figures the words have their room
	name := s.wrap(l.Product, c.w, normal, false)
	if len(name) == 0 {
		name = []string{""}
	}
	var below []string
	if l.PartNumber != "" && l.PartNumber != l.Product {
		below = s.wrap(l.PartNumber, c.w, small, false)
	}
	for _, t := range l.Words {
		below = append(below, s.wrap(t, wide, small, false)...)
	}
	high := float64(len(name))*lineHeight(normal) + float64(len(below))*lineHeight(small) + 1.6
	if s.y+high > s.bottom() {
		s.carry()
	}
	y := s.y
	for _, t := range name {
		s.put(c.x, y, c.w, t, normal, false, left)
		y += lineHeight(normal)
	}
	for i, text := range Cells(s.doc, l) { // beside the name's last line, so that a reader of the text finds it whole
		s.figure(s.columns[i+1], y-lineHeight(normal), text)
	}
	s.grey(true)
	for _, t := range below {
		s.put(c.x, y, c.w, t, small, false, left)
		y += lineHeight(small)
	}
	s.grey(false)
	s.sum = s.sum.Add(l.Amount)
	s.y += high
}

// figure draws a figure in its column, smaller where it is wider than that.
func (s *sheet) figure(c column, y float64, text string) {
	size, room := normal, c.w-1.5
	if w := s.measure(text, size, false); w > room {
		size *= room / w
	}
	s.put(c.x, y+lineHeight(normal)-lineHeight(size), c.w, text, size, false, right)
}

// carry ends a page with the sum so far and begins the next with it.
func (s *sheet) carry() {
	if s.sum.IsZero() && s.y < s.height/2 {
		s.next()
		s.tableHead()
		return
	}
	s.rule(s.y)
	s.total(s.doc.Label("carried"), s.sum, false)
	s.next()
	s.tableHead()
	s.total(s.doc.Label("carried"), s.sum, false)
}

func (s *sheet) total(label string, amount decimal.Decimal, bold bool) {
	last := s.columns[len(s.columns)-1]
	s.y += 0.8
	text := s.words.Amount(amount, s.doc.Currency) + " " + s.doc.Currency
	from := s.width/2 - 20
	for i, l := range s.wrap(label, last.x-from-14, normal, bold) {
		if i == 0 {
			s.put(last.x-20, s.y, last.w+20, text, normal, bold, right)
		}
		s.put(from, s.y, 0, l, normal, bold, left)
		s.y += lineHeight(normal)
	}
	s.y += 0.8
}

// totals are kept together on one page.
func (s *sheet) totals() {
	d := s.doc
	sums := Sums(d)
	if s.y+float64(len(sums)+2)*(lineHeight(normal)+1.6) > s.bottom() {
		s.carry()
	}
	s.rule(s.y)
	for i, t := range sums {
		s.total(t.Label, t.Amount, i == len(sums)-1)
	}
	for _, t := range Remarks(d) {
		s.room(2 * lineHeight(small))
		s.y = s.block(margin, s.y+1, s.width-2*margin, []string{t}, small, false)
	}
}

// room begins a page where what comes does not fit.
func (s *sheet) room(high float64) {
	if s.y+high > s.bottom() {
		s.next()
	}
}

func (s *sheet) payment() {
	lines := Payment(s.doc)
	if len(lines) == 0 {
		return
	}
	s.y += 6
	s.room(float64(len(lines)+1) * lineHeight(normal))
	s.y = s.block(margin, s.y, s.width-2*margin, []string{s.doc.Label("payment")}, normal, true)
	for _, l := range lines {
		s.room(lineHeight(normal))
		s.y = s.block(margin, s.y, s.width-2*margin, []string{l}, normal, false)
	}
}
