package match

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// token is one word of a name.
type token struct {
	text  string
	kind  kind
	sited bool    // stands where a town does: in brackets, or behind a last "of"
	sound string  // as it sounds; set with bits
	bits  float64 // how much it says when both sides have it; set by vocabulary.weigh
}

func (t token) town() bool { return t.kind == place || t.sited }

// name is a company name as the comparison reads it.
type name struct {
	tokens  []token
	compact string // words without stop words and legal form, run together
	form    legalForm
	label   string // set when the name is a domain: "harborviewdental"
	alias   bool   // not the name, but another one of the company: "trading as"
}

// whole is the name run together with its stop words: "van der Bilt" is vanderbilt.
func (n *name) whole() string {
	var b strings.Builder
	for _, t := range n.tokens {
		b.WriteString(t.text)
	}
	return b.String()
}

func (n *name) blank() bool { return len(n.tokens) == 0 && n.label == "" }

// glued finds a legal form written without a space: "SiemensAG".
var glued = regexp.MustCompile(`(\p{Ll}{2})(AG|SA|SE|NV|BV|AB|LLC|LTD|GmbH|INC|PLC)\b`)

// eastern are the forms that are written without a space on either end, each as it
// reads in Latin letters.
var eastern = strings.NewReplacer(
	"株式会社", " kk ", "㈱", " kk ", "（株）", " kk ", "(株)", " kk ", "カブシキガイシャ", " kk ",
	"有限会社", " yk ", "㈲", " yk ", "（有）", " yk ", "(有)", " yk ", "合同会社", " gk ", "（同）", " gk ", "(同)", " gk ",
	"合資会社", " goshi kaisha ", "合名会社", " gomei kaisha ", "一般社団法人", " shadan hojin ", "公益社団法人", " shadan hojin ",
	"社団法人", " shadan hojin ", "一般財団法人", " zaidan hojin ", "公益財団法人", " zaidan hojin ", "財団法人", " zaidan hojin ",
	"医療法人", " iryo hojin ", "学校法人", " gakko hojin ", "NPO法人", " npo hojin ", "特定非営利活動法人", " npo hojin ",
	"주식회사", " jusik hoesa ", "㈜", " jusik hoesa ", "（주）", " jusik hoesa ", "(주)", " jusik hoesa ",
	"유한책임회사", " yuhan chaegim hoesa ", "유한회사", " yuhan hoesa ", "(유)", " yuhan hoesa ",
	"합자회사", " hapja hoesa ", "합명회사", " hapmyeong hoesa ",
	"股份有限公司", " gufen gongsi ", "股份公司", " gufen gongsi ", "有限责任公司", " youxian gongsi ",
	"有限責任公司", " youxian gongsi ", "有限公司", " youxian gongsi ")

func unglue(raw string) string {
	return eastern.Replace(glued.ReplaceAllString(raw, "$1 $2"))
}

// parseNames reads a name and its aliases; the first is the name as a whole.
func parseNames(raw string) (all []name, care bool) {
	s := fold(unglue(raw))
	if s == "" {
		return nil, false
	}
	if label := labelOf(s); label != "" {
		return []name{{label: label}}, false
	}
	own, others, care := namesIn(s)
	if n := parseName(own); !n.blank() {
		all = append(all, n)
	}
	for _, other := range others {
		if n := parseName(other); !n.blank() {
			n.alias = true
			all = append(all, n)
		}
	}
	return all, care
}

func parseName(s string) name {
	words := splitWords(s)
	core, legal := stripForms(words)
	n := name{form: legal}
	town, of := wordsIn(s), lastOf(core)
	var compact strings.Builder
	for i, w := range core {
		w = plainSpelling(w, i == len(core)-1)
		t := token{text: w, kind: kindOf(w)}
		t.sited = t.kind == plain && (i > of || slices.Contains(town, w))
		if t.kind != stop {
			compact.WriteString(w)
		}
		n.tokens = append(n.tokens, t)
	}
	if compact.Len() == 0 {
		for i := range n.tokens { // all stop words: then they are the name
			n.tokens[i].kind = filler
			compact.WriteString(n.tokens[i].text)
		}
	}
	n.compact = compact.String()
	return n
}

// wordsIn are the words that stand in brackets: "Upton Elevators (Topeka)".
func wordsIn(s string) []string {
	if m := bracketed.FindStringSubmatch(s); m != nil {
		return splitWords(m[2])
	}
	return nil
}

// lastOf is where the "of" stands that one or two last words hang on, as in "Podiatry
// of Ferrara"; past the end when there is none.
func lastOf(words []string) int {
	for i := len(words) - 2; i > 0 && i >= len(words)-3; i-- {
		if words[i] == "of" {
			return i
		}
	}
	return len(words)
}

// plainSpelling expands abbreviations and figures. A lone I, V or X counts as
// a figure only as the last word of a name.
func plainSpelling(w string, last bool) string {
	if last {
		switch w {
		case "i":
			return "1"
		case "v":
			return "5"
		case "x":
			return "10"
		}
	}
	if long, ok := shortened[w]; ok {
		return long
	}
	return w
}

var signs = strings.NewReplacer("'", "", "%", " percent", "&", " and ", "+", " and ", "united states of america", "usa",
	"united states", "usa", "united kingdom", "uk")

// splitWords cuts folded text into words. Dots inside an initialism vanish
// ("s.p.a." is spa), and single letters in a row become one word.
func splitWords(s string) []string {
	s = signs.Replace(s)
	raw := strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != '/' && r != '-'
	})
	var words []string
	for _, w := range raw {
		words = append(words, splitDotted(w)...)
	}
	return joinNumbers(joinLetters(words))
}

// joinNumbers reads "forty four", "forty 4" and "fourty-four" as 44.
func joinNumbers(words []string) []string {
	out := words[:0]
	for _, w := range words {
		if n := len(out); n > 0 && len(w) > 0 {
			tens, unit := shortened[out[n-1]], orLonger(w)
			if len(tens) == 2 && tens[1] == '0' && tens >= "20" && len(unit) == 1 && unit >= "1" && unit <= "9" {
				out[n-1] = tens[:1] + unit
				continue
			}
		}
		out = append(out, w)
	}
	return out
}

func orLonger(w string) string {
	if long, ok := shortened[w]; ok {
		return long
	}
	return w
}

func splitDotted(w string) []string {
	parts := strings.FieldsFunc(w, func(r rune) bool { return r == '.' || r == '/' || r == '-' })
	letters := 0
	for _, p := range parts {
		if len([]rune(p)) == 1 {
			letters++
		}
	}
	if len(parts) > 1 && letters == len(parts) {
		return []string{strings.Join(parts, "")}
	}
	return parts
}

func joinLetters(words []string) []string {
	var out []string
	run := false
	for _, w := range words {
		single := len(w) == 1 && w[0] >= 'a' && w[0] <= 'z'
		if single && run {
			out[len(out)-1] += w
			continue
		}
		out = append(out, w)
		run = single
	}
	return out
}
