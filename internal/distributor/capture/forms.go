package capture

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	guid      = regexp.MustCompile(`^\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?$`)
	longHex   = regexp.MustCompile(`^[0-9a-f]{16,}$`)
	mail      = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)
	web       = regexp.MustCompile(`^(?i)(https?)://([^/?#\s]+)(.*)$`)
	allDigits = regexp.MustCompile(`^\d+$`)
	digitRuns = regexp.MustCompile(`\d+`)
	joined    = regexp.MustCompile(`^\d+([_/.\-]\d+)+$`)
	number    = regexp.MustCompile(`^-?\d+(\.\d+)?([eE][+-]?\d+)?$`)
	hostLike  = regexp.MustCompile(`^(?i)[a-z0-9_\-]+(\.[a-z0-9_\-]+)*\.[a-z]{2,}$`)
)

// form replaces a text that nothing may be kept of, and keeps what sort of text it is.
func (m *masker) form(s string) string {
	if strings.TrimSpace(s) == "" {
		return s
	}
	if t, ok := m.date(s, false); ok {
		return t
	}
	switch {
	case guid.MatchString(s), longHex.MatchString(s):
		return m.hex(s)
	case mail.MatchString(s):
		local, host, _ := strings.Cut(s, "@")
		return m.fill("mail", local, 0) + "@" + m.host(host)
	case web.MatchString(s):
		p := web.FindStringSubmatch(s)
		return strings.ToLower(p[1]) + "://" + m.host(p[2]) + m.fill("rest", p[3], 0)
	case allDigits.MatchString(s):
		return m.digits(s)
	case joined.MatchString(s):
		return digitRuns.ReplaceAllStringFunc(s, m.digits)
	case hostLike.MatchString(s):
		return m.host(s)
	}
	return m.fill("text", s, 0)
}

// digits replaces a number by another as long. The same digits with and without quotes
// stay the same, so that an id meets itself.
func (m *masker) digits(n string) string {
	if allDigits.MatchString(n) {
		return m.fill("digits", n, 0)
	}
	if number.MatchString(n) {
		mantissa, exponent, _ := strings.Cut(strings.ToLower(n), "e")
		out := m.fill("digits", mantissa, 0)
		if exponent != "" {
			out += "e" + exponent
		}
		return out
	}
	return m.fill("text", n, 0)
}

// hex replaces the digits of a GUID or of another long hexadecimal id.
func (m *masker) hex(s string) string {
	id := "hex\x00" + strings.ToLower(s)
	low, known := m.given[id]
	if !known {
		stream := m.stream(id, 0)
		low = strings.Map(func(r rune) rune {
			if r == '-' || r == '{' || r == '}' {
				return r
			}
			return rune("0123456789abcdef"[stream()%16])
		}, strings.ToLower(s))
		m.given[id] = low
	}
	if strings.ToUpper(s) == s && strings.ToLower(s) != s {
		return strings.ToUpper(low)
	}
	return low
}

// host replaces a domain by one below .example with as many labels; a mail's domain and a
// customer's stay the same one.
func (m *masker) host(h string) string {
	name, port, _ := strings.Cut(strings.ToLower(h), ":")
	labels := strings.Split(name, ".")
	if len(labels) > 1 {
		labels[len(labels)-1] = "example"
	}
	for i := range labels[:max(1, len(labels)-1)] {
		if labels[i] != "onmicrosoft" {
			labels[i] = m.fill("label", labels[i], 'x')
		}
	}
	out := strings.Join(labels, ".")
	if len(labels) == 1 {
		out += ".example"
	}
	if port != "" {
		out += ":" + m.fill("digits", port, 0)
	}
	return out
}

var (
	isoDate = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})` +
		`([T ]\d{2}:\d{2}(:\d{2})?([.,]\d{1,9})?( ?(Z|[+-]\d{2}:?\d{2}))?)?$`)
	slashed  = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})/(\d{4})( \d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?)?$`)
	compact  = regexp.MustCompile(`^(19|20)\d{6}$`)
	outsides = set("0001-01-01 1900-01-01 1970-01-01 9999-12-31")
	spelled  = []string{"Jan 2, 2006", "January 2, 2006", "2-Jan-2006", "02-Jan-06", "2 Jan 2006", "2 January 2006"}
)

// date shifts a date by the capture's days and keeps how it is written, with its time of
// day. A bare row of digits is taken for one only in the field of a date.
func (m *masker) date(s string, dated bool) (string, bool) {
	if p := isoDate.FindStringSubmatch(s); p != nil {
		return m.isoShifted(p)
	}
	if p := slashed.FindStringSubmatch(s); p != nil {
		return m.slashShifted(p)
	}
	if dated && compact.MatchString(s) {
		if t, err := time.Parse("20060102", s); err == nil {
			return t.AddDate(0, 0, m.days).Format("20060102"), true
		}
	}
	for _, layout := range spelled {
		if t, err := time.Parse(layout, s); err == nil {
			return t.AddDate(0, 0, m.days).Format(layout), true
		}
	}
	return "", false
}

func (m *masker) isoShifted(p []string) (string, bool) {
	t, ok := day(p[1], p[2], p[3])
	if !ok {
		return "", false
	}
	if outsides[t.Format(time.DateOnly)] {
		return p[0], true // stands for "never", in no calendar
	}
	t = t.AddDate(0, 0, m.days)
	return t.Format("2006-") + padded(p[2], int(t.Month())) + "-" + padded(p[3], t.Day()) + p[4], true
}

// slashShifted reads month/day as TD SYNNEX writes it, and day/month where the month would be none.
func (m *masker) slashShifted(p []string) (string, bool) {
	month, of := p[1], p[2]
	swapped := false
	t, ok := day(p[3], month, of)
	if !ok {
		swapped = true
		t, ok = day(p[3], of, month)
	}
	if !ok {
		return "", false
	}
	t = t.AddDate(0, 0, m.days)
	a, b := padded(p[1], int(t.Month())), padded(p[2], t.Day())
	if swapped {
		a, b = padded(p[1], t.Day()), padded(p[2], int(t.Month()))
	}
	return a + "/" + b + "/" + t.Format("2006") + p[4], true
}

func day(year, month, of string) (time.Time, bool) {
	y, _ := strconv.Atoi(year)
	mo, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(of)
	t := time.Date(y, time.Month(mo), d, 0, 0, 0, 0, time.UTC)
	return t, y > 0 && mo >= 1 && mo <= 12 && t.Day() == d && int(t.Month()) == mo
}

func padded(was string, n int) string {
	if len(was) == 2 && n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// epoch shifts a moment given in seconds or milliseconds.
func (m *masker) epoch(s string) (string, bool) {
	if !allDigits.MatchString(s) || len(s) != 10 && len(s) != 13 {
		return "", false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return "", false
	}
	step := int64(m.days) * 86400
	if len(s) == 13 {
		step *= 1000
	}
	return strconv.FormatInt(n+step, 10), true
}
