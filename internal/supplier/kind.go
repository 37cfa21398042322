package supplier

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/imports"
	"seatledger/internal/money"
)

// File is a bill as a file.
func (s Service) File(by audit.Actor) imports.Streamer { return kind{s, by} }

type kind struct {
	Service
	by audit.Actor
}

// ImportKind is what files of bills are kept as.
const ImportKind = "supplier-bill"

func (kind) Subject() imports.Subject {
	return imports.Subject{Kind: ImportKind, ObjectType: "supplier_bill", ObjectName: "Supplier bill"}
}

// Lock lets one bill in at a time: whether one is here already is asked before it comes in.
func (kind) Lock(tx *gorm.DB) error { return lock(tx) }

func lock(tx *gorm.DB) error {
	return tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('supplier_bills', 0))`).Error
}

// What a person may say of a file. Left empty, the file itself tells, as far as it does.
const (
	AskProvider    = "provider"
	AskNumber      = "number"
	AskMonth       = "month"
	AskTotal       = "total"
	AskTotalIn     = "total_currency"
	AskPreliminary = "preliminary"
	AskReplaces    = "replaces"
	askEnds        = "ends"
	askCurrency    = "currency"
)

// What the answers may be.
const (
	NoProvider = "none"
	no         = "no"
	yes        = "yes"
)

// Forgets are the answers that are of one bill.
func (kind) Forgets() []string {
	return []string{AskNumber, AskMonth, AskTotal, AskTotalIn, AskPreliminary, AskReplaces}
}

// Questions are what a person may say of the file, and what has to be said.
func (k kind) Questions(tx *gorm.DB, t imports.Table) ([]imports.Question, error) {
	providers, err := Providers(tx)
	if err != nil {
		return nil, err
	}
	bills, err := k.replaceable(tx, providerOf(t))
	if err != nil {
		return nil, err
	}
	out := []imports.Question{{Name: AskProvider, Label: "Whose bill is it?", Value: t.Answer(AskProvider),
		Options: append(providers, imports.Option{Value: NoProvider, Label: "Of nobody connected here"}), Needed: true}}
	out = append(out, wholeQuestions(t)...)
	out = append(out,
		imports.Question{Name: AskNumber, Label: "Number of the bill", Value: t.Answer(AskNumber),
			Hint: "As on the document. Left empty, the file's own, if it has one."},
		imports.Question{Name: AskMonth, Label: "Month of the bill", Value: t.Answer(AskMonth),
			Error: monthFault(t.Answer(AskMonth)),
			Hint:  "As 2026-06. Left empty, the one in which most of its lines begin."},
		imports.Question{Name: AskTotal, Label: "Total of the document, with tax", Value: t.Answer(AskTotal),
			Error: TotalFault(t.Answer(AskTotal)),
			Hint:  "If you have it: it is checked to the cent against the lines."},
		imports.Question{Name: AskTotalIn, Label: "Currency of that total", Value: t.Answer(AskTotalIn),
			Error: currencyFault(t.Answer(AskTotalIn)), Hint: "Left empty, that of the lines."},
		imports.Question{Name: AskPreliminary, Label: "Is it closed?", Value: t.Answer(AskPreliminary),
			Options: []imports.Option{{Value: "", Label: "As the file shows"}, {Value: no,
				Label: "Closed by the distributor"},
				{Value: yes, Label: "Preliminary: lines may still come"}}})
	replaces := imports.Question{Name: AskReplaces, Label: "Does it replace a bill that is here?",
		Value: t.Answer(AskReplaces), Options: []imports.Option{{Value: "", Label: "As the file shows"},
			{Value: no, Label: "No, it is a further bill"}}}
	for _, b := range bills {
		replaces.Options = append(replaces.Options, imports.Option{Value: b.ID.String(),
			Label: fmt.Sprintf("%s, %s", b.Called(), b.Month.String()[:7])})
	}
	return append(out, replaces), nil
}

// wholeQuestions ask what the file leaves open: each is asked only where it does.
func wholeQuestions(t imports.Table) []imports.Question {
	var out []imports.Question
	if t.DatesFitBoth() {
		out = append(out, imports.Question{Name: imports.AnswerDates, Label: "Dates such as 3/4/2026",
			Value: t.Answer(imports.AnswerDates), Options: imports.DateOrders(), Needed: true,
			Hint: "No date of the file tells whether day or month comes first. Nothing is guessed."})
	}
	if Layout(t.Form()) != Neutral {
		return out
	}
	if t.Has(cTo) && !t.Ours(cTo) {
		out = append(out, imports.Question{Name: askEnds, Label: "The end of a line is", Value: t.Answer(askEnds),
			Needed: true, Options: []imports.Option{{Value: lastDay, Label: "its last day (1 June to 30 June)"},
				{Value: dayAfter, Label: "the day after it (1 June to 1 July)"}}})
	}
	if !t.Has(cCurrency) {
		out = append(out, imports.Question{Name: askCurrency, Label: "Currency of the bill",
			Value:  t.Answer(askCurrency),
			Needed: true, Error: currencyFault(t.Answer(askCurrency)),
			Hint: "Three letters, as EUR. The file has no column for it."})
	}
	return out
}

var monthly = regexp.MustCompile(`^20[0-9]{2}-(0[1-9]|1[0-2])$`)

func monthFault(v string) string {
	if v == "" || monthly.MatchString(v) {
		return ""
	}
	return "Write the month as 2026-06."
}

// TotalFault says why a total cannot be read; empty where it can.
func TotalFault(v string) string {
	if _, ok := typedAmount(v); v == "" || ok {
		return ""
	}
	return "Write the total as 1234.50."
}

func typedAmount(v string) (decimal.Decimal, bool) {
	d, ok := money.ParseNumber(v)
	return d, ok && len(v) < longestNumber && d.Exponent() <= 0 && d.Abs().LessThan(money.HighestAmount)
}

func currencyFault(v string) string {
	if _, ok := money.ParseCurrency(v); v == "" || ok {
		return ""
	}
	return "A currency has three letters, as EUR."
}

// Providers are whose bills may come in, by id and name.
func Providers(tx *gorm.DB) ([]imports.Option, error) {
	var out []imports.Option
	err := tx.Raw(`SELECT id::text AS value, name AS label FROM providers ORDER BY active DESC, lower(name), id`).
		Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("providers of a bill: %w", err)
	}
	return out, nil
}

func providerOf(t imports.Table) uuid.NullUUID {
	id, err := uuid.Parse(t.Answer(AskProvider))
	return uuid.NullUUID{UUID: id, Valid: err == nil}
}

const lookedAt = 24 // bills that one may replace

// replaceable are the last standing bills of a provider that came in a file.
func (k kind) replaceable(tx *gorm.DB, provider uuid.NullUUID) (out []Bill, err error) {
	err = tx.Raw(`SELECT * FROM supplier_bills WHERE aside_at IS NULL AND provider_id IS NOT DISTINCT FROM ?
		ORDER BY month DESC, id DESC LIMIT ?`, provider, lookedAt).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("bills to replace: %w", err)
	}
	return out, nil
}

// answers are what a person said, laid over what the file tells.
func (p *plan) answer(t imports.Table) {
	b := &p.bill
	b.ProviderID = providerOf(t)
	if v := strings.TrimSpace(t.Answer(AskNumber)); v != "" {
		b.Number = v
	}
	if v := t.Answer(AskMonth); v != "" && monthFault(v) == "" {
		b.Month, _ = clock.ParseDate(v + "-01") // the pattern has been looked at
	}
	switch t.Answer(AskPreliminary) {
	case yes:
		b.Preliminary = true
	case no:
		b.Preliminary = false
	}
	if d, ok := typedAmount(t.Answer(AskTotal)); ok {
		b.DocumentTotal = decimal.NewNullDecimal(d)
		b.DocumentCurrency = p.totalIn(t.Answer(AskTotalIn))
	}
}

// totalIn is the currency of the document's total: as said, else that of most lines.
func (p *plan) totalIn(said string) string {
	if code, ok := money.ParseCurrency(said); ok {
		return code
	}
	most := Sum{}
	for _, s := range p.sums() {
		if s.Lines > most.Lines {
			most = s
		}
	}
	return most.Currency
}
