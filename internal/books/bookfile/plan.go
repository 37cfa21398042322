package bookfile

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/money"
)

// Plan is what an export would write, and what it cannot.
type Plan struct {
	Parts   []Part
	Held    []Held
	Missing []Missing
	Remarks []string // what is written otherwise than the documents have it
	Digest  string   // of all that is shown, whenever it is made
}

// Part is one file: documents of one kind in one currency.
type Part struct {
	System   string
	Credit   bool
	Currency string
	Month    clock.Date // its first day, where a file holds one month
	Place    int        // among those of the same kind, from 1
	Of       int
	Vouchers []Voucher
	Net      decimal.Decimal
	Tax      decimal.Decimal
	Gross    decimal.Decimal
	Made     time.Time // in the zone of the house

	columns []Column
	rows    [][]string
	format  Format
	options Options
}

// Rows is how many rows it has below its header.
func (p Part) Rows() int { return len(p.rows) }

// Held is a document that cannot be exported, and why.
type Held struct {
	Voucher Voucher
	Why     []string
}

// Missing is a code that is not known, and what it holds up.
type Missing struct {
	Sort      Sort
	Key       string
	Name      string
	Lines     int
	Documents int
	Money     []money.Amount
}

// Input is what a plan is made from.
type Input struct {
	Format   Format
	Options  Options
	Codes    Codes
	Vouchers []Voucher
	Made     time.Time
}

// job is a plan being made.
type job struct {
	Input
	style   Style
	missing []*Missing
	why     []string        // of the document at hand
	counted map[string]bool // its lines that lack a code, by sort and place
	changed changes         // in its texts
}

// changes counts texts that are written otherwise than they are.
type changes struct{ cut, replaced int }

// ready is a document with its rows written.
type ready struct {
	voucher Voucher
	rows    [][]string
}

// Make plans the files of documents. It holds back whole documents only.
func Make(in Input) Plan {
	in.Options = in.Format.filled(in.Options)
	j := &job{Input: in, style: in.Format.styled(in.Options)}
	var p Plan
	var done []ready
	var all changes
	for _, v := range in.Vouchers {
		j.why, j.counted, j.changed = nil, map[string]bool{}, changes{}
		rows := j.write(&v)
		if len(j.why) > 0 {
			p.Held = append(p.Held, Held{Voucher: v, Why: j.why})
			continue
		}
		done = append(done, ready{v, rows})
		all.cut, all.replaced = all.cut+j.changed.cut, all.replaced+j.changed.replaced
	}
	p.Parts = j.parts(done)
	for _, m := range j.missing {
		p.Missing = append(p.Missing, *m)
	}
	slices.SortStableFunc(p.Missing, func(a, b Missing) int {
		return cmp.Or(slices.Index(Sorts(), a.Sort)-slices.Index(Sorts(), b.Sort), cmp.Compare(a.Name, b.Name))
	})
	p.Remarks = j.remarks(all)
	p.Digest = p.digest()
	return p
}

// write gives the rows of a document, and notes why it cannot be written.
func (j *job) write(v *Voucher) [][]string {
	f := j.Format
	if says := v.unsound(); says != "" {
		j.refuse("%s It is left out of every file; report this, it is a fault of Seatledger.", says)
		return nil
	}
	if f.Unfit != nil {
		if says := f.Unfit(v, j.Options); says != "" {
			j.refuse("%s", says)
		}
	}
	made := eachLine(v)
	if f.Rows != nil {
		made = f.Rows(v, j.Options)
	}
	if f.MostRows > 0 && len(made) > f.MostRows {
		j.refuse("It has %d rows. A file of %s holds %d, and a document is never split. Enter it by hand.", len(made),
			f.Label, f.MostRows)
		return nil
	}
	columns := f.Columns(j.Options, v.Credit)
	rows := make([][]string, len(made))
	for i := range made {
		r := &made[i]
		r.V, r.Place, r.job = v, i+1, j
		for _, c := range columns {
			rows[i] = append(rows[i], j.fit(c, c.Of(r)))
		}
	}
	return rows
}

func eachLine(v *Voucher) []Row {
	rows := make([]Row, len(v.Entries))
	for i := range v.Entries {
		rows[i].E = &v.Entries[i]
	}
	return rows
}

func (j *job) refuse(text string, args ...any) {
	text = fmt.Sprintf(text, args...)
	if !slices.Contains(j.why, text) {
		j.why = append(j.why, text)
	}
}

func (j *job) must(s Sort) bool {
	n, ok := j.Format.Need(s)
	return ok && n.Must != nil && n.Must(j.Options)
}

// lack notes a code that is not known.
func (j *job) lack(s Sort, key, name string, r *Row) {
	if s == Customer && key == "" {
		j.refuse("Its customer is not known any more, so no number can be found for %s. Enter it by hand.", name)
		return
	}
	at := slices.IndexFunc(j.missing, func(m *Missing) bool { return m.Sort == s && m.Key == key })
	if at < 0 {
		at = len(j.missing)
		j.missing = append(j.missing, &Missing{Sort: s, Key: key, Name: name})
	}
	m, says := j.missing[at], fmt.Sprintf("No code is known: %s.", name)
	if !slices.Contains(j.why, says) {
		m.Documents++
	}
	j.refuse("%s", says)
	for i := range r.V.Entries {
		e := &r.V.Entries[i]
		about, _ := keyOf(s, r.V, e)
		if place := fmt.Sprint(s, i); about == key && !j.counted[place] {
			j.counted[place] = true
			m.Lines++
			m.add(r.V.turned(e.Net), r.V.Doc.Currency)
		}
	}
}

func (m *Missing) add(a decimal.Decimal, currency string) {
	m.Money = money.Added(m.Money, money.Amount{Value: a, Currency: currency})
}

func (j *job) remarks(n changes) []string {
	var out []string
	if n.cut > 0 {
		out = append(out, fmt.Sprintf("Texts that are longer than %s takes are cut at the end, with … as their last "+
			"sign: %d.",
			j.Format.Label, n.cut))
	}
	if n.replaced > 0 {
		out = append(out, fmt.Sprintf("Texts with characters that a file in %s cannot hold are written with the "+
			"nearest letters, else with a question mark: %d. Numbers, codes and names are never "+
			"changed.", j.style.Charset,
			n.replaced))
	}
	return out
}

// parts puts documents into files: one currency, invoices apart from credits, within the limits.
func (j *job) parts(all []ready) []Part {
	slices.SortStableFunc(all, func(a, b ready) int {
		return cmp.Or(cmp.Compare(a.voucher.Doc.Currency, b.voucher.Doc.Currency), side(a.voucher)-side(b.voucher),
			cmp.Compare(j.month(a.voucher).String(), j.month(b.voucher).String()))
	})
	var out []Part
	for _, d := range all {
		p := Part{System: j.Format.System, Credit: d.voucher.Credit, Currency: d.voucher.Doc.Currency,
			Month: j.month(d.voucher), Place: 1, Made: j.Made, format: j.Format, options: j.Options,
			columns: j.Format.Columns(j.Options, d.voucher.Credit)}
		n := len(out) - 1
		if n < 0 || !out[n].alike(p) {
			out, n = append(out, p), n+1
		} else if j.full(out[n], d) {
			p.Place = out[n].Place + 1
			out, n = append(out, p), n+1
		}
		out[n].take(d)
	}
	for i := len(out) - 1; i >= 0; i-- {
		if out[i].Of = out[i].Place; i+1 < len(out) && out[i].alike(out[i+1]) {
			out[i].Of = out[i+1].Of
		}
	}
	return out
}

func side(v Voucher) int {
	if v.Credit {
		return 1
	}
	return 0
}

func (j *job) month(v Voucher) clock.Date {
	if !j.Format.ByMonth {
		return clock.Date{}
	}
	return clock.NewDate(v.Doc.IssuedOn.Year(), v.Doc.IssuedOn.Month(), 1)
}

func (p Part) alike(o Part) bool {
	return p.Credit == o.Credit && p.Currency == o.Currency && p.Month == o.Month
}

func (j *job) full(p Part, d ready) bool {
	f := j.Format
	return f.MostDocuments > 0 && len(p.Vouchers) >= f.MostDocuments ||
		f.MostRows > 0 && len(p.rows)+len(d.rows) > f.MostRows
}

func (p *Part) take(d ready) {
	p.Vouchers, p.rows = append(p.Vouchers, d.voucher), append(p.rows, d.rows...)
	p.Net, p.Tax, p.Gross = p.Net.Add(d.voucher.Net), p.Tax.Add(d.voucher.Tax), p.Gross.Add(d.voucher.Gross)
}

// digest tells two plans apart by what they hold, not by when they were made.
func (p Plan) digest() string {
	h := sha256.New()
	for _, part := range p.Parts {
		fmt.Fprintf(h, "%q %v %q %d %q\n", part.System, part.Credit, part.Currency, part.Place, names(part.columns))
		for _, v := range part.Vouchers {
			fmt.Fprintf(h, "%s\n", v.Invoice)
		}
		for _, row := range part.rows {
			fmt.Fprintf(h, "%q\n", row)
		}
	}
	for _, held := range p.Held {
		fmt.Fprintf(h, "%s %q\n", held.Voucher.Invoice, held.Why)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func names(columns []Column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.Name
	}
	return out
}
