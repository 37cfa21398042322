package match

import "strings"

// legalForm is the legal form of one name: its family, how it reads, and the
// language it is written in. Systems mix up LLC and Inc.; nobody types
// "Sp. z o.o." for an Inc.
type legalForm struct {
	family form
	text   string // written one way
	tongue tongue
}

// isCompany is true for the forms whose first letter stands in initials.
func (f legalForm) isCompany() bool { return f.text == "co" || f.text == "corp" }

// tongue is the language or country that a form belongs to; none for a form
// that several share, such as S.A. or AB.
type tongue string

// oneWay writes long forms short.
var oneWay = map[string]string{
	"limited": "ltd", "incorporated": "inc", "incorporation": "inc", "incorp": "inc", "corporation": "corp",
	"company": "co", "comp": "co",
	"limited liability company": "llc", "lc": "llc", "limited liability partnership": "llp",
	"limited partnership":    "lp",
	"public limited company": "plc", "pty limited": "pty ltd", "pty": "pty ltd", "proprietary limited": "pty ltd",
	"private limited": "pvt ltd", "pvt limited": "pvt ltd",
	"gesellschaft mit beschrankter haftung": "gmbh", "aktiengesellschaft": "ag", "ug haftungsbeschrankt": "ug",
	"gmbh und co kg": "gmbh and co kg", "gmbh co kg": "gmbh and co kg",
	"societe a responsabilite limitee": "sarl", "societe anonyme": "sa", "sociedad anonima": "sa",
	"sociedad limitada": "sl", "naamloze vennootschap": "nv", "besloten vennootschap": "bv",
	"aktiebolag": "ab", "aktiebolaget": "ab", "osakeyhtio": "oy", "aktieselskab": "as", "anpartsselskab": "aps",
	"kabushiki kaisha": "kk", "kabushiki gaisha": "kk", "yugen kaisha": "yk", "godo kaisha": "gk",
	"open joint stock company": "oao", "ojsc": "oao", "public joint stock company": "pao", "pjsc": "pao",
	"closed joint stock company": "zao", "cjsc": "zao",
	"joint stock company": "jsc", "joint stock co": "jsc", "ao": "jsc",
	"anonim sirketi": "as", "anonim sirket": "as", "san ve tic as": "as", "sanayi ve ticaret as": "as",
	"sanayi ve ticaret anonim sirketi": "as", "san tic as": "as",
	"limited sirketi": "ltd sti", "limited sirket": "ltd sti",
	"handelsbolag": "hb", "handelsbolaget": "hb", "kommanditbolag": "kb", "mazoji bendrija": "mb",
	"uzdaroji akcine bendrove": "uab", "osauhing": "ou", "aktsiaselts": "as", "viesoji istaiga": "vsi",
	"spolka z ograniczona odpowiedzialnoscia": "sp zoo", "spzoo": "sp zoo", "sp z oo": "sp zoo",
}

var tongues = readTongues(map[tongue]string{
	"en": "inc|corp|llc|ltd|llp|lp|plc|pllc|pc|lllp|cic|dac|ltd co|co ltd",
	"au": "pty ltd", "in": "pvt ltd",
	"de": "gmbh|ag|ug|kg|ohg|gbr|gmbh and co kg|ek|ev|eg|kgaa|ggmbh|mbh", "nl": "bv|nv|vof|bvba",
	"fr": "sarl|sas|sasu|eurl|snc|sci",
	"es": "sl|slu|sau|slne", "it": "srl|srls|spa", "pl": "sp zoo|spolka akcyjna|sp k|spj", "cs": "sro|spol sro",
	"hu": "kft|zrt|nyrt|bt",
	"fi": "oy|oyj|oy ab", "dk": "aps", "pt": "lda|ltda", "ru": "ooo|oao|zao|pao",
})

func readTongues(lists map[tongue]string) map[string]tongue {
	m := map[string]tongue{}
	for t, list := range lists {
		for _, f := range strings.Split(list, "|") {
			m[f] = t
		}
	}
	return m
}

func legalFormOf(family form, text string) legalForm {
	if short, ok := oneWay[text]; ok {
		text = short
	}
	return legalForm{family, text, tongues[text]}
}

// compareForms is Differ for forms of two families or two countries, and Partly
// for two forms that people mix up.
func compareForms(a, b *profile) grade {
	if len(a.names) == 0 || len(b.names) == 0 {
		return gradeMissing
	}
	x, y := a.names[0].form, b.names[0].form
	switch {
	case x.family == formNone || y.family == formNone:
		return gradeMissing
	case x.text == y.text:
		return gradeAgree
	case x.tongue != y.tongue && x.tongue != "" && y.tongue != "":
		return gradeDiffer
	case x.family == y.family, x.family == formAny && y.family <= formStock, y.family == formAny &&
		x.family <= formStock:
		return gradePartly
	}
	return gradeDiffer
}
