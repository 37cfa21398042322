package imports

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	shortened = regexp.MustCompile(`^[0-9]([.,][0-9]+)?E\+[0-9]{1,3}$`)
	dated     = regexp.MustCompile(`(?i)^([0-9]{1,2}[-. ]{1,2}(jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]*|(jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]*[-. ]{1,2}[0-9]{2})$`)
)

const exactDigits = 15 // of a number that a spreadsheet keeps

// damage says what a spreadsheet seems to have done to an id; empty when nothing.
func damage(id string, number bool) string {
	switch {
	case shortened.MatchString(strings.ToUpper(id)):
		return fmt.Sprintf("%q looks like a long number that a spreadsheet has shortened: its last digits are lost.",
			id)
	case dated.MatchString(id), number && yeared.MatchString(id):
		return fmt.Sprintf("%q looks like a date that a spreadsheet has made of an id.", id)
	case number && len(id) > exactDigits && strings.Trim(id, "0123456789") == "":
		return fmt.Sprintf("%q is a number of more than %d digits, of which a spreadsheet keeps only the first.", id,
			exactDigits)
	}
	return ""
}

// damaged looks through the ids of a table: for each line that has a damaged one, why.
func (t *Table) damaged() map[int]string {
	out := map[int]string{}
	for _, c := range t.form.Columns {
		at, used := t.head[c.Name]
		if !used || c.Holds != ID {
			continue
		}
		padded := 0 // digits of the longest id that begins with a zero
		for _, l := range t.Lines {
			if v := l.cells[at]; strings.HasPrefix(v, "0") && strings.Trim(v, "0123456789") == "" {
				padded = max(padded, len(v))
			}
		}
		for _, l := range t.Lines {
			v := l.cells[at]
			why := damage(v, slices.Contains(l.typed, at))
			if why == "" && len(v) < padded && v != "" && v[0] != '0' && strings.Trim(v, "0123456789") == "" {
				why = fmt.Sprintf("%q may have lost its leading zeros: other ids of the file have %d digits.",
					v, padded)
			}
			if why != "" {
				out[l.Number] = strings.TrimSpace(out[l.Number] + " " + c.label() + ": " + why)
			}
		}
	}
	return out
}
