package bookfile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"seatledger/internal/clock"
	"seatledger/internal/money"
)

// datev is a stack of postings of DATEV, the EXTF form.
var datev = Format{
	System: "datev", Label: "DATEV", Text: "Buchungsstapel (EXTF), one row a posting, a file a month.",
	ByMonth: true,
	Style:   Style{Separator: ';', Point: ',', QuoteTexts: true, Charset: Windows1252},
	Notes: []Note{
		{Text: "A posting has the amount with tax, always above zero, S or H as seen from the debtor."},
		{Text: "Debtors have exactly one digit more than ledger accounts."},
		{Text: "The tax key is empty (write -) for accounts that take the tax out by themselves, as 8400 or 4400."},
		{Text: "The number of a document may have letters, digits and $ % & * + - / and no others: set the form of " +
			"numbers under Settings, Company."},
		{Text: "The file is in Windows-1252. Practitioners say so; whether UTF-8 is taken was not found.",
			Unknown: true},
		{Text: "A foreign currency needs the day's rate, which is not kept here: such documents stay out."},
		{Text: "The lengths of the voucher number (36) and of the text (60) are our reading of working programs.",
			Unknown: true},
	},
	Options: []Option{
		{Name: "adviser", Label: "Adviser number (Berater)", Required: true, Check: between(1001, 9999999)},
		{Name: "client", Label: "Client number (Mandant)", Required: true, Check: between(1, 99999)},
		{Name: "length", Label: "Length of ledger accounts", Default: "4", Required: true, Check: between(4, 8)},
		{Name: "year", Label: "First day of the business year", Default: "01-01", Required: true,
			Hint: "As MM-DD.", Check: func(s string) string {
				if _, err := time.Parse("2006-01-02", "2026-"+s); err != nil {
					return "Write month and day as 01-01."
				}
				return ""
			}},
		{Name: "home", Label: "Currency of the books", Default: "EUR", Required: true, Check: func(s string) string {
			if says := isCurrency(s); says != "" || money.Digits(s) != 2 {
				return "Write a currency of two decimal places as three capital letters, like EUR."
			}
			return ""
		}},
		{Name: "chart", Label: "Chart of accounts", Hint: "03 or 04; empty: none named.", Check: between(0, 99)},
		{Name: "initials", Label: "Initials", Hint: "Of who imports it; may be empty.", Check: initials},
		{Name: "locked", Label: "Postings are", Default: "0", Choices: []Choice{{"0", "not locked"},
			{"1", "locked at import"}}},
	},
	Needs: []Need{
		{Sort: Customer, Label: "Debtor", Must: always, Hint: "As 10042."},
		{Sort: Account, Label: "Revenue account", Must: always, Hint: "As 8400."},
		{Sort: Tax, Label: "Tax key (BU-Schlüssel)", Must: always, Hint: "At most 4 digits; - for none."},
		{Sort: Class, Label: "Cost centre (KOST1)"},
	},
	Code: func(s Sort, code string) string {
		switch {
		case s == Tax && !upTo4.MatchString(code):
			return "A tax key has 1 to 4 digits."
		case (s == Account || s == Customer) && !digits.MatchString(code):
			return "DATEV has accounts of digits only."
		}
		return ""
	},
	Unfit: func(v *Voucher, o Options) string {
		switch {
		case v.Doc.Currency != o["home"]:
			return fmt.Sprintf("It is in %s. DATEV wants the day's rate to %s, which is not kept here: book it by "+
				"hand.",
				v.Doc.Currency, o["home"])
		case !datevNumber.MatchString(v.Doc.Number):
			return fmt.Sprintf("DATEV takes letters, digits and $ %% & * + - / as a number, at most 36. %q has "+
				"others, and another number would not be found again.", v.Doc.Number)
		}
		return ""
	},
	Rows: func(v *Voucher, _ Options) []Row {
		rows := eachLine(v)
		for i := range rows {
			rows[i].Amount = rows[i].E.Net.Add(rows[i].E.Tax)
		}
		return posted(rows)
	},
	Head:    datevHead,
	Columns: datevColumns,
}

var (
	datevNumber = regexp.MustCompile(`^[A-Za-z0-9$%&*+/-]{1,36}$`)
	digits      = regexp.MustCompile(`^[0-9]+$`)
	upTo4       = regexp.MustCompile(`^[0-9]{1,4}$`)
)

func initials(s string) string {
	if len(s) > 2 || strings.ContainsFunc(s, func(r rune) bool { return r > 'Z' || r < 'A' }) {
		return "Write two capital letters, or none."
	}
	return ""
}

// datevHead says whose postings they are, of which days and in which form.
func datevHead(o Options, p Part) []Cell {
	to := p.Month.AddMonths(1).AddDays(-1)
	figure := func(s string) Cell { return Cell{Value: s, Figure: true} }
	text := func(s string) Cell { return Cell{Value: s} }
	day := func(d clock.Date) Cell { return figure(strings.ReplaceAll(d.String(), "-", "")) }
	label := map[bool]string{false: "Rechnungen", true: "Gutschriften"}[p.Credit]
	return []Cell{
		text("EXTF"), figure("700"), figure("21"), text("Buchungsstapel"), figure("13"),
		figure(strings.Replace(p.Made.Format("20060102150405.000"), ".", "", 1)), figure(""), text("SL"), text(""),
		text(""),
		figure(o["adviser"]), figure(o["client"]), day(yearOf(p.Month, o["year"])), figure(o["length"]),
		day(p.Month), day(to), text(label + " " + p.Month.Start(time.UTC).Format("01/2006")), text(o["initials"]),
		figure("1"), figure("0"), figure(o["locked"]), text(o["home"]), figure(""), text(""), figure(""), figure(""),
		text(o["chart"]), figure(""), figure(""), text(""), text(""),
	}
}

// yearOf is the first day of the business year that a month is in.
func yearOf(month clock.Date, start string) clock.Date {
	begin, _ := time.Parse("2006-01-02", "2024-"+start) // checked; a leap year takes 02-29
	first := clock.NewDate(month.Year(), begin.Month(), begin.Day())
	if first.After(month) {
		first = clock.NewDate(month.Year()-1, begin.Month(), begin.Day())
	}
	return first
}

func datevColumns(o Options, _ bool) []Column {
	length, _ := strconv.Atoi(o["length"])
	filled := map[string]Column{
		"Umsatz (ohne Soll/Haben-Kz)": {Kind: Figure, Most: 10,
			Of: func(r *Row) string { return r.money(r.Amount.Abs()) }},
		"Soll/Haben-Kennzeichen": {Kind: Name, Of: func(r *Row) string {
			if r.V.Credit != r.Amount.IsNegative() {
				return "H"
			}
			return "S"
		}},
		"WKZ Umsatz": {Kind: Name, Of: currencyOf},
		"Konto": {Kind: Figure, Of: func(r *Row) string {
			return r.account(codeOf(Customer), length+1, "A debtor has %d digits, one more than ledger accounts: %q "+
				"has %d.")
		}},
		"Gegenkonto (ohne BU-Schlüssel)": {Kind: Figure, Of: func(r *Row) string {
			return r.account(codeOf(Account), length, "A ledger account has %d digits here: %q has %d.")
		}},
		"BU-Schlüssel": {Kind: Name, Most: 4, Of: codeOf(Tax)},
		"Belegdatum": {Kind: Figure, Of: func(r *Row) string {
			return r.V.Doc.IssuedOn.Start(time.UTC).Format("0201")
		}},
		"Belegfeld 1":          {Kind: Name, Most: 36, Of: number},
		"Buchungstext":         {Kind: Text, Most: 60, Of: text},
		"KOST1 - Kostenstelle": {Kind: Name, Most: 36, Of: codeOf(Class)},
		"Fälligkeit": {Kind: Figure, Of: func(r *Row) string {
			if r.V.Doc.DueOn.IsZero() {
				return ""
			}
			return r.V.Doc.DueOn.Start(time.UTC).Format("02012006")
		}},
	}
	columns := make([]Column, 0, 125)
	for _, name := range datevNames() {
		c, ok := filled[name]
		if !ok {
			c = Column{Kind: Figure, Of: nothing} // an empty value needs no quotes
		}
		c.Name = name
		columns = append(columns, c)
	}
	return columns
}

// account is a code that must have so many digits.
func (r *Row) account(of func(*Row) string, length int, says string) string {
	code := of(r)
	if code != "" && len(code) != length {
		r.job.refuse(says, length, code, len(code))
	}
	return code
}

// datevNames are the names of the columns, all of which must be there.
func datevNames() []string {
	names := strings.Split("Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Kurs;Basis-Umsatz;"+
		"WKZ Basis-Umsatz;Konto;Gegenkonto (ohne BU-Schlüssel);BU-Schlüssel;Belegdatum;Belegfeld 1;Belegfeld 2;Skonto;"+
		"Buchungstext;Postensperre;Diverse Adressnummer;Geschäftspartnerbank;Sachverhalt;Zinssperre;Beleglink", ";")
	for i := 1; i <= 8; i++ {
		names = append(names, fmt.Sprintf("Beleginfo - Art %d", i), fmt.Sprintf("Beleginfo - Inhalt %d", i))
	}
	names = append(names, strings.Split("KOST1 - Kostenstelle;KOST2 - Kostenstelle;Kost-Menge;"+
		"EU-Land u. UStID (Bestimmung);EU-Steuersatz (Bestimmung);Abw. Versteuerungsart;Sachverhalt L+L;"+
		"Funktionsergänzung L+L;BU 49 Hauptfunktionstyp;BU 49 Hauptfunktionsnummer;BU 49 Funktionsergänzung", ";")...)
	for i := 1; i <= 20; i++ {
		names = append(names, fmt.Sprintf("Zusatzinformation - Art %d", i), fmt.Sprintf("Zusatzinformation- Inhalt %d",
			i))
	}
	return append(names, strings.Split("Stück;Gewicht;Zahlweise;Forderungsart;Veranlagungsjahr;Zugeordnete Fälligkeit;"+
		"Skontotyp;Auftragsnummer;Buchungstyp;USt-Schlüssel (Anzahlungen);EU-Land (Anzahlungen);"+
		"Sachverhalt L+L (Anzahlungen);EU-Steuersatz (Anzahlungen);Erlöskonto (Anzahlungen);Herkunft-Kz;Buchungs GUID;"+
		"KOST-Datum;SEPA-Mandatsreferenz;Skontosperre;Gesellschaftername;Beteiligtennummer;Identifikationsnummer;"+
		"Zeichnernummer;Postensperre bis;Bezeichnung SoBil-Sachverhalt;Kennzeichen SoBil-Buchung;Festschreibung;"+
		"Leistungsdatum;Datum Zuord. Steuerperiode;Fälligkeit;Generalumkehr (GU);Steuersatz;Land;Abrechnungsreferenz;"+
		"BVV-Position;EU-Land u. UStID (Ursprung);EU-Steuersatz (Ursprung);Abw. Skontokonto", ";")...)
}

func between(least, most int) func(string) string {
	return func(s string) string {
		if n, err := strconv.Atoi(s); err != nil || n < least || n > most || strings.HasPrefix(s, "+") {
			return fmt.Sprintf("Enter a whole number from %d to %d.", least, most)
		}
		return ""
	}
}
