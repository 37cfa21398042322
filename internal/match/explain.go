package match

import (
	"fmt"
	"strings"
)

// explain writes the parts of a score in plain words. Their weights sum to it.
func explain(a, b *profile, cmp *comparison, v verdict, rivals float64) []Evidence {
	out := []Evidence{{Field: "prior", Level: Missing, Weight: v.prior, Sentence: priorSentence(v.class)}}
	for f := range fieldCount {
		e := Evidence{Field: fieldNames[f], Level: levelOf(f, cmp), Weight: v.share[f]}
		if e.Level == Missing {
			continue // weighs nothing
		}
		e.Sentence = sentence(f, e.Level, a, b, cmp)
		out = append(out, e)
	}
	if rivals < -0.01 {
		out = append(out, Evidence{Field: "rivals", Level: Differ, Weight: rivals,
			Sentence: "other records claim the same partner"})
	} else if rivals != 0 {
		out[0].Weight += rivals
	}
	return out
}

func priorSentence(c class) string {
	other := [...]string{"", "a branch or namesake", "a sister company", "a neighbour", "a stranger"}[c]
	return "before the evidence: how rare a match is among all records, and how common " + other + " is"
}

func levelOf(f field, cmp *comparison) Level {
	if f == fieldName {
		return nameLevel(cmp.name.pattern, cmp.name.typos)
	}
	return [...]Level{Missing, Agree, Partly, Differ}[cmp.grade[f]]
}

func nameLevel(p pattern, typos int) Level {
	switch p {
	case nameMissing:
		return Missing
	case nameExact:
		if typos == 0 {
			return Agree
		}
		return Partly
	case nameStranger, swapPlace, swapNumber, swapWord:
		return Differ
	}
	return Partly
}

func sentence(f field, lv Level, a, b *profile, cmp *comparison) string {
	switch f {
	case fieldName:
		return nameSentence(&cmp.name)
	case fieldDomain:
		return domainSentence(lv, cmp.shared)
	case fieldTenant:
		return map[Level]string{Agree: "same tenant id", Differ: "different tenant ids"}[lv]
	}
	what := strings.ReplaceAll(fieldNames[f], "_", " ")
	switch lv {
	case Agree:
		return "same " + what + shown(f, b)
	case Partly:
		return what + " nearly the same"
	}
	return "different " + what + versus(f, a, b)
}

func shown(f field, p *profile) string {
	if v := rawOf(f, p); v != "" {
		return " (" + v + ")"
	}
	return ""
}

func versus(f field, a, b *profile) string {
	if x, y := rawOf(f, a), rawOf(f, b); x != "" && y != "" {
		return fmt.Sprintf(" (%s, %s)", x, y)
	}
	return ""
}

func rawOf(f field, p *profile) string {
	switch f {
	case fieldStreet:
		return p.rec.Street
	case fieldPostal:
		return p.rec.PostalCode
	case fieldCity:
		return p.rec.City
	case fieldState:
		return p.rec.State
	case fieldCountry:
		return p.rec.Country
	case fieldPhone:
		return p.rec.Phone
	}
	return ""
}

func domainSentence(lv Level, shared string) string {
	switch lv {
	case Agree:
		return "same domain " + shared
	case Partly:
		return "domain " + shared + " matches the name or another ending of it"
	}
	return "different domains"
}

func nameSentence(al *alignment) string {
	if al.words == nil {
		return "no name to compare"
	}
	shared := strings.Join(al.words.shared, " ")
	rest := strings.Join(append(append([]string{}, al.words.onlyA...), al.words.onlyB...), ", ")
	switch al.pattern {
	case nameExact:
		if al.typos > 0 {
			return "same name but for a slip of the pen (" + shared + ")"
		}
		return "same name (" + shared + ")"
	case nameAcronym:
		return "one name is the initials of the other"
	case extraFiller, extraWord:
		return fmt.Sprintf("same name (%s), only one side says %s", shared, rest)
	case extraPlace:
		return fmt.Sprintf("same name (%s), only one side names the place %s: perhaps a branch", shared, rest)
	case extraNumber:
		return fmt.Sprintf("same name (%s), only one side has the figure %s", shared, rest)
	case swapPlace, swapNumber, swapWord:
		return fmt.Sprintf("names share %s but differ in %s against %s", shared, strings.Join(al.words.onlyA, " "),
			strings.Join(al.words.onlyB, " "))
	}
	return "different names"
}
