package bookfile

import (
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/money"
)

// Format describes the file that one system reads.
type Format struct {
	System        string
	Label         string
	Text          string // what it is for, in a sentence
	Notes         []Note
	Options       []Option
	Needs         []Need
	Style         Style
	ByMonth       bool // a file holds the documents of one month
	MostDocuments int  // of one file; 0: no limit is known
	MostRows      int  // of one file, below its header
	Columns       func(o Options, credit bool) []Column
	Rows          func(v *Voucher, o Options) []Row // nil: one a line
	Head          func(o Options, p Part) []Cell    // a row over the names of the columns; nil: none
	Check         func(o Options, problems map[string]string)
	Unfit         func(v *Voucher, o Options) string // why a document cannot be in such a file; empty: it can
	Code          func(s Sort, code string) string   // what is wrong with a code; empty: nothing
}

// Note is what is known, or not, of the form.
type Note struct {
	Text    string
	Unknown bool // looked for, and not found in what is published
}

// Need is a sort of code that the file has a column for.
type Need struct {
	Sort  Sort
	Label string // as the system calls it
	Hint  string
	Must  func(o Options) bool // nil: never
}

func always(Options) bool { return true }

// Style is how a file is written.
type Style struct {
	Separator  byte
	Point      byte
	QuoteTexts bool // texts stand in quotes always, figures never
	Charset    Charset
	Day        string // layout of a date, where no option says it
}

// Charset is how characters become bytes.
type Charset string

// The character sets.
const (
	UTF8        Charset = "utf-8"
	Windows1252 Charset = "windows-1252"
)

var csv = Style{Separator: ',', Point: '.', Charset: UTF8, Day: iso}

const (
	iso = "2006-01-02"
	dmy = "02/01/2006"
	mdy = "01/02/2006"
)

// Column is one column of a file.
type Column struct {
	Name string
	Kind Kind
	Most int // characters of a name or text, digits before the point of a figure; 0: no limit is known
	Of   func(r *Row) string
}

// Kind is what a column holds.
type Kind int

// The kinds of columns.
const (
	Text   Kind = iota // words: cut to the limit, and what the file cannot hold is written otherwise
	Name               // a number, code or name by which others find it: never changed
	Figure             // an amount, a count, a date
)

// Row is one row of a file: of a line, of a document as a whole, or of a tax.
type Row struct {
	V      *Voucher
	E      *Entry
	Whole  bool            // of the document as a whole
	Amount decimal.Decimal // what a posting row posts
	Place  int             // in its document, from 1

	job *job
}

// money writes an amount with the places of its currency.
func (r *Row) money(a decimal.Decimal) string {
	return strings.Replace(a.StringFixed(money.Digits(r.V.Doc.Currency)), ".", string(r.job.style.Point), 1)
}

func (r *Row) number(a decimal.Decimal) string {
	return strings.Replace(a.String(), ".", string(r.job.style.Point), 1)
}

// date writes a day as the options say, else as the format does.
func (r *Row) date(d clock.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.Start(time.UTC).Format(r.job.style.Day)
}

// code is what the system calls what this row is about. Where it must have one and none is
// known, the document is held up.
func (r *Row) code(s Sort) string {
	key, name := keyOf(s, r.V, r.E)
	code, ok := r.job.Codes.Of(s, key)
	if !ok && r.job.must(s) {
		r.job.lack(s, key, name, r)
	}
	return code
}

// customer is the code of the customer, else its name on the document.
func (r *Row) customer() string {
	if code := r.code(Customer); code != "" {
		return code
	}
	return r.V.Doc.Customer.Name
}

// once is a value that stands on the first row of a document only.
func (r *Row) once(s string) string {
	if r.Place > 1 {
		return ""
	}
	return s
}

// Option is a choice of an administrator about one system.
type Option struct {
	Name     string
	Label    string
	Hint     string
	Default  string
	Required bool
	Long     bool // several lines
	Choices  []Choice
	Check    func(s string) string // what is wrong; empty: nothing
}

// Choice is one of the answers to an option.
type Choice struct{ Value, Label string }

// Options are the answers, with defaults for what was not answered.
type Options map[string]string

func (f Format) filled(o Options) Options {
	out := Options{}
	for _, x := range f.Options {
		out[x.Name] = x.Default
		if v, ok := o[x.Name]; ok {
			out[x.Name] = v
		}
	}
	return out
}

// Problems says what is wrong with options, by name.
func (f Format) Problems(o Options) map[string]string {
	problems := map[string]string{}
	o = f.filled(o)
	for _, x := range f.Options {
		v := o[x.Name]
		switch {
		case v == "" && x.Required:
			problems[x.Name] = x.Label + ": this is needed."
		case v == "":
		case len(x.Choices) > 0 && !slices.ContainsFunc(x.Choices, func(c Choice) bool { return c.Value == v }):
			problems[x.Name] = x.Label + ": choose one of those offered."
		case x.Check != nil:
			if says := x.Check(v); says != "" {
				problems[x.Name] = says
			}
		}
	}
	if f.Check != nil && len(problems) == 0 {
		f.Check(o, problems)
	}
	return problems
}

// Need is what a format wants of a sort of code; false: it has no column for it.
func (f Format) Need(s Sort) (Need, bool) {
	for _, n := range f.Needs {
		if n.Sort == s {
			return n, true
		}
	}
	return Need{}, false
}

func (f Format) styled(o Options) Style {
	s := f.Style
	if day := o["date"]; day != "" {
		s.Day = map[string]string{"dmy": dmy, "mdy": mdy, "iso": iso}[day]
	}
	if set := o["charset"]; set != "" {
		s.Charset = Charset(set)
	}
	return s
}

var (
	dayChoices = []Choice{{"mdy", "MM/DD/YYYY, as in the US"}, {"dmy", "DD/MM/YYYY"}, {"iso", "YYYY-MM-DD"}}
	setChoices = []Choice{{string(UTF8), "UTF-8"}, {string(Windows1252), "Windows-1252"}}
)

// All are the formats, in the order of the page.
func All() []Format {
	return []Format{quickbooks, xero, businessCentral, sage50, intacct, datev, neutral}
}

// Of is the format of a system; false where there is none of this name.
func Of(system string) (Format, bool) {
	all := All()
	at := slices.IndexFunc(all, func(f Format) bool { return f.System == system })
	if at < 0 {
		return Format{}, false
	}
	return all[at], true
}

// Header are the names of the columns of its files.
func (f Format) Header(o Options, credit bool) []string { return names(f.Columns(f.filled(o), credit)) }
