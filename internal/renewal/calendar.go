package renewal

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Calendar writes rows as an iCalendar file (RFC 5545): an all-day entry each, under a name that stays while the
// subscription and its day do. at is the address of the page of a row.
func Calendar(rows []Row, now time.Time, at func(Row) string) []byte {
	var c ics
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//Seatledger//Renewals//EN")
	c.line("CALSCALE", "GREGORIAN")
	c.text("X-WR-CALNAME", "Renewals")
	stamp := now.UTC().Format("20060102T150405Z")
	for _, r := range rows {
		c.line("BEGIN", "VEVENT")
		c.line("UID", r.ID.String()+"-"+r.Day.String()+"@seatledger")
		c.line("DTSTAMP", stamp)
		c.line("DTSTART;VALUE=DATE", strings.ReplaceAll(r.Day.String(), "-", ""))
		c.line("DTEND;VALUE=DATE", strings.ReplaceAll(r.Day.AddDays(1).String(), "-", ""))
		c.text("SUMMARY", r.Summary())
		c.text("DESCRIPTION", r.describe())
		c.line("URL", at(r))
		c.line("TRANSP", "TRANSPARENT")
		c.line("END", "VEVENT")
	}
	c.line("END", "VCALENDAR")
	return []byte(c.out.String())
}

var whatWords = map[What]string{Ends: "Ends", Renews: "Renews by itself", Unknown: "Ends or renews",
	Reduce: "Last day to reduce, about"}

// Words says in plain words what happens.
func (w What) Words() string { return whatWords[w] }

// Summary is the row in one line.
func (r Row) Summary() string {
	who := r.CRMAccount
	if who == "" {
		who = "no customer"
	}
	return r.What.Words() + ": " + r.Name() + ", " + who
}

func (r Row) describe() string {
	lines := []string{"Seats: " + strconv.Itoa(r.Seats), "Subscription: " + r.ExternalID,
		"Decision: " + r.Decision.Words()}
	if r.UnitPrice.Valid {
		lines = append(lines, "Price: "+r.UnitPrice.Decimal.String()+" "+r.Currency+" per "+string(r.PricePeriod))
	} else {
		lines = append(lines, "Price: not known")
	}
	if r.Owner != "" {
		lines = append(lines, "Owner: "+r.Owner)
	}
	if r.Note != "" {
		lines = append(lines, "Note: "+r.Note)
	}
	return strings.Join(lines, "\n")
}

// ics writes content lines.
type ics struct{ out strings.Builder }

var escaped = strings.NewReplacer("\\", "\\\\", ";", "\\;", ",", "\\,", "\r\n", "\\n", "\n", "\\n", "\r", "\\n")

// text writes a property whose value is words.
func (c *ics) text(name, value string) { c.line(name, escaped.Replace(clean(value))) }

// clean drops what no line may hold.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
}

// longest is how many octets a line may have before its end.
const longest = 75

// line writes a content line, folded between characters.
func (c *ics) line(name, value string) {
	text := name + ":" + value
	room := longest
	for len(text) > room {
		cut := room
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		c.out.WriteString(text[:cut] + "\r\n ")
		text, room = text[cut:], longest-1
	}
	c.out.WriteString(text + "\r\n")
}
