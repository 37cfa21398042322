package sheet

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// format is what a cell's style says of its number, as far as it changes the value:
// a number with a date's format is a date, one with 0000 is an id with its zeros.
type format struct {
	date  bool
	zeros int
}

const maxFormats = 70_000 // of cells; a spreadsheet allows 65,490

// readFormats reads which style makes a date of a number.
func (b *book) readFormats(links map[string]link) error {
	codes := map[string]string{}
	cells := false
	return b.each(partOf(links, "styles"), func(x *scanner) error {
		switch {
		case x.opens("numFmt"):
			if len(codes) < maxFormats {
				codes[x.attr("numFmtId")] = x.attr("formatCode")
			}
		case x.opens("cellXfs"):
			cells = true
		case x.closes("cellXfs"):
			cells = false
		case cells && x.opens("xf"):
			if len(b.formats) == maxFormats {
				return brokenWorkbook()
			}
			id := x.attr("numFmtId")
			b.formats = append(b.formats, formatOf(id, codes[id]))
		}
		return nil
	})
}

var (
	onlyZeros = regexp.MustCompile(`^0{2,20}$`)
	literals  = regexp.MustCompile(`"[^"]*"|\[[^\]]*\]|[\\_*].`)
)

func formatOf(id, code string) format {
	if code == "" {
		n, err := strconv.Atoi(id)
		return format{date: err == nil &&
			(n >= 14 && n <= 17 || n == 22 || n >= 27 && n <= 31 || n == 36 || n >= 50 && n <= 58)}
	}
	if onlyZeros.MatchString(code) {
		return format{zeros: len(code)}
	}
	first, _, _ := strings.Cut(literals.ReplaceAllString(strings.ToLower(code), ""), ";")
	return format{date: strings.ContainsAny(first, "yd") && first != "standard"}
}

// number writes the value of a number: a date as YYYY-MM-DD, all else in digits with a
// point, as exactly as a spreadsheet knows it, which is fifteen digits.
func (b *book) number(v, style string) string {
	f := format{}
	if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(b.formats) {
		f = b.formats[i]
	}
	if f.date {
		if day, ok := b.moment(v); ok {
			return day
		}
	}
	s := digits(v)
	if f.zeros > 0 && strings.Trim(s, "0123456789") == "" && len(s) < f.zeros {
		s = strings.Repeat("0", f.zeros-len(s)) + s
	}
	return s
}

const longestWhole = 40

func digits(v string) string {
	v = strings.TrimSpace(v)
	if len(v) <= longestWhole && strings.Trim(v, "0123456789") == "" {
		return v
	}
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return v
	}
	f, err = strconv.ParseFloat(strconv.FormatFloat(f, 'e', 14, 64), 64)
	if err != nil {
		return v
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

const (
	secondsADay = 24 * 60 * 60
	lastDay     = 2_958_466 // 31 December 9999, and one more
)

// moment reads a day count. The first 59 days of 1900 are counted as if that year had a 29 February.
func (b *book) moment(v string) (string, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	if err != nil || f < 1 || f >= lastDay {
		return "", false
	}
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case b.from1904:
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case f < 60:
		first = first.AddDate(0, 0, 1)
	}
	days := math.Floor(f)
	t := first.AddDate(0, 0, int(days)).Add(time.Duration(math.Round((f-days)*secondsADay)) * time.Second)
	return momentText(t), true
}

func momentText(t time.Time) string {
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02T15:04:05")
}

// isoMoment shortens a day that is written out to its date.
func isoMoment(v string) string {
	for _, layout := range []string{"2006-01-02T15:04:05.999", "2006-01-02T15:04:05Z", time.DateOnly} {
		if t, err := time.Parse(layout, v); err == nil {
			return momentText(t)
		}
	}
	return v
}
