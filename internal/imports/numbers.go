package imports

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/imports/sheet"
	"seatledger/internal/money"
)

// Decimal says by which sign the amounts of a file have their decimals.
type Decimal string

// The signs. A file whose amounts could mean either, or that has both, is Undecided.
const (
	Undecided Decimal = ""
	Point     Decimal = "point"
	Comma     Decimal = "comma"
)

// sign and the sign between thousands.
func (d Decimal) signs() (sign, group byte) {
	if d == Comma {
		return ',', '.'
	}
	return '.', ','
}

// decimals is what was decided for a file, and by what.
type decimals struct {
	Decimal
	needed bool   // some amount has a sign
	said   string // the sentence of the preview
	asked  string // why a person must decide
}

var numeric = regexp.MustCompile(`^[+-]?[0-9.,]*[0-9][0-9.,]*$`)

// bareNumber takes blanks and apostrophes out that stand between thousands; false when no number is left.
func bareNumber(v string) (string, bool) {
	v = FoldKey(v)
	if strings.ContainsAny(v, " '’") && spaced.MatchString(v) {
		v = strings.NewReplacer(" ", "", "'", "", "’", "").Replace(v)
	}
	return v, numeric.MatchString(v)
}

var spaced = regexp.MustCompile(`^[+-]?[0-9]{1,3}([ '’][0-9]{3})+([.,][0-9]*)?$`)

// shape says what an amount by itself tells of its decimals.
type shape int

const (
	silent shape = iota // no sign, or one that no way of writing has
	points
	commas
	either // one sign before three digits: decimals or thousands
)

func shapeOf(v string) shape {
	v = strings.TrimLeft(v, "+-")
	dots, kommas := strings.Count(v, "."), strings.Count(v, ",")
	fits := func(d Decimal) bool { return fitted(v, d) }
	switch {
	case dots+kommas == 0:
		return silent
	case fits(Point) && fits(Comma):
		return either
	case fits(Point):
		return points
	case fits(Comma):
		return commas
	}
	return silent
}

var written = map[Decimal]*regexp.Regexp{
	Point: regexp.MustCompile(`^([0-9]+|[1-9][0-9]{0,2}(,[0-9]{3})+)?(\.[0-9]*)?$`),
	Comma: regexp.MustCompile(`^([0-9]+|[1-9][0-9]{0,2}(\.[0-9]{3})+)?(,[0-9]*)?$`),
}

// fitted tells whether an amount is one by this sign.
func fitted(v string, d Decimal) bool {
	return written[d].MatchString(strings.TrimLeft(v, "+-"))
}

// plainly writes an amount with a point and nothing else.
func plainly(v string, d Decimal) string {
	sign, group := d.signs()
	v = strings.ReplaceAll(v, string(group), "")
	v = strings.TrimPrefix(strings.ReplaceAll(v, string(sign), "."), "+")
	if strings.HasPrefix(v, ".") {
		v = "0" + v
	}
	return strings.TrimSuffix(v, ".")
}

// tally is what the amounts of a file tell together: the first of each shape.
type tally map[shape]string

func tallyOf(s *sheet.Sheet, columns []int) tally {
	t := tally{}
	for _, r := range s.Rows {
		for _, c := range columns {
			if c >= len(r.Cells) || slices.Contains(r.Typed, c) {
				continue
			}
			v, ok := bareNumber(guardless(unescape(strings.TrimSpace(r.Cells[c])), Amount))
			sh := shapeOf(v)
			if sh == either && strings.Contains(v, ".") {
				sh = either + 1 // kept apart: a point is how our own files are written
			}
			if _, seen := t[sh]; ok && !seen {
				t[sh] = fmt.Sprintf("%s in line %d", v, r.Line)
			}
		}
	}
	return t
}

const eitherPoint = either + 1

// decide finds how the amounts of a file are written. A person's word for this very
// file goes before all, what was chosen for such files before is asked last.
func decide(s *sheet.Sheet, columns []int, chosen, before Decimal) decimals {
	t := tallyOf(s, columns)
	p, c := t[points], t[commas]
	d := decimals{needed: p != "" || c != "" || t[either] != "" || t[eitherPoint] != ""}
	switch {
	case !d.needed:
		d.Decimal = Point
	case chosen != Undecided:
		d.Decimal, d.said = chosen, "as was chosen"
	case c != "" && p == "":
		d.Decimal, d.said = Comma, "as the file has "+c
	case p != "" && c == "":
		d.Decimal, d.said = Point, "as the file has "+p
	case before != Undecided:
		d.Decimal, d.said = before, "as was chosen for such a file before"
	case p != "" && t[either] == "" && t[eitherPoint] == "" && s.Comma == ",":
		d.Decimal, d.said = Point, fmt.Sprintf("as the file has %s; lines written otherwise, as %s, are refused", p, c)
	case p != "":
		d.asked = fmt.Sprintf("The file has %s and %s, so its amounts are written in two ways. "+
			"Choose the decimal sign; lines written the other way are then refused.", p, c)
	case t[either] == "" && s.Comma == ",":
		d.Decimal, d.said = Point, "as in our own files"
	default:
		first := t[either]
		if first == "" {
			first = t[eitherPoint]
		}
		d.asked = fmt.Sprintf("The file has %s, which can be a decimal sign or one between thousands, and no amount "+
			"that tells. Choose the decimal sign.", first)
	}
	if d.said != "" {
		d.said = d.sentence() + d.said + "."
	}
	return d
}

func (d decimals) sentence() string {
	if d.Decimal == Comma {
		return "Amounts are read with a decimal comma (12,50 is twelve and a half, 1.234 is more than a thousand), "
	}
	return "Amounts are read with a decimal point (12.50 is twelve and a half, 1,234 is more than a thousand), "
}

// amount reads a value of an Amount column. Its second result is why it does not fit.
func (d decimals) amount(v string) (string, string) {
	if d.Decimal == Point && isPlainNumber(v) {
		return v, ""
	}
	bare, ok := bareNumber(v)
	switch {
	case !ok || d.Decimal == Undecided:
		return v, "" // what it is its kind says
	case !fitted(bare, d.Decimal):
		return v, fmt.Sprintf("“%s” is no amount of a file with a decimal %s. "+
			"Write it as the others, or choose the other sign.", v, d.Decimal)
	}
	return plainly(bare, d.Decimal), ""
}

// isPlainNumber tells digits with a point between them, or without any, as nearly all files of programs have them.
func isPlainNumber(v string) bool {
	digits := strings.TrimPrefix(v, "-")
	point := false
	for i := 0; i < len(digits); i++ {
		switch c := digits[i]; {
		case c == '.' && !point && i > 0 && i < len(digits)-1:
			point = true
		case c < '0' || c > '9':
			return false
		}
	}
	return digits != ""
}

// whole reads a value of a Whole column. Three digits behind a sign are thousands, and
// where that contradicts the file's own sign nothing is guessed.
func (d decimals) whole(v string) (string, string) {
	bare, ok := bareNumber(v)
	if !ok {
		return v, ""
	}
	sign, _ := d.signs()
	if shapeOf(bare) == either {
		if d.needed && strings.IndexByte(bare, sign) >= 0 {
			return v, fmt.Sprintf("“%s” can be a thousand or one. Write the number without a sign in it.", v)
		}
		return strings.NewReplacer(".", "", ",", "").Replace(bare), ""
	}
	for _, sign := range []Decimal{d.Decimal, Point, Comma} {
		if sign != Undecided && fitted(bare, sign) {
			whole, rest, _ := strings.Cut(plainly(bare, sign), ".")
			if strings.Trim(rest, "0") == "" {
				return whole, ""
			}
		}
	}
	return v, ""
}

// decimalPlaces is how many decimals of an amount can be kept.
const decimalPlaces = 6

// noise is what a computer's arithmetic leaves behind in a number that has fewer decimals.
var noise = decimal.New(1, -9)

// exact writes a number of a workbook with the decimals that can be kept.
func (h *how) exact(v string) string {
	d, ok := money.ParseNumber(v)
	if !ok || d.Exponent() >= -decimalPlaces {
		return v
	}
	r := d.Round(decimalPlaces)
	if r.Sub(d).Abs().GreaterThan(noise) {
		h.rounded++
	}
	return r.String()
}
