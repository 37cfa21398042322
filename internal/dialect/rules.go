package dialect

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
)

// Input is a dialect as a form has it. Lists are typed one a line, "word = meaning";
// further names of a field are divided by commas.
type Input struct {
	Names     map[string]string // by the key of the field
	Statuses  string
	Rhythms   string
	Kinds     string
	EndDate   string
	DateOrder string
	Doubles   bool
	TokenForm string
	BasicAuth bool
	Paths     distributor.Paths
	PerMinute string
	Note      string
}

const (
	mostNames  = 5
	mostLines  = 60
	maxWord    = 60
	maxPath    = 200
	maxNote    = 500
	maxValue   = 200
	mostCalls  = 12000
	fewestCall = 1
)

// Settle makes a dialect of what was typed. errs.Invalid with a message for each field that cannot stand.
func Settle(in Input, wire distributor.Wire) (distributor.Dialect, error) {
	p := errs.Fields{}
	d := distributor.Dialect{
		Names: names(in.Names, wire, p), Doubles: in.Doubles,
		Statuses: words(p, "statuses", in.Statuses, statuses),
		Rhythms:  words(p, "rhythms", in.Rhythms, rhythms),
		Kinds:    words(p, "kinds", in.Kinds, kinds),
		Paths: distributor.Paths{Customers: path(p, "path_customers", in.Paths.Customers, false),
			Subscriptions: path(p, "path_subscriptions", in.Paths.Subscriptions, true),
			Changes:       path(p, "path_changes", in.Paths.Changes, true)},
		TokenForm: tokenForm(p, in.TokenForm), BasicAuth: in.BasicAuth, PerMinute: perMinute(p, in.PerMinute),
	}
	switch order := distributor.DateOrder(in.DateOrder); order {
	case "", distributor.DayFirst, distributor.MonthFirst:
		d.DateOrder = order
	default:
		p.Add("date_order", "Choose day_first or month_first, or leave it to the records.")
	}
	if in.EndDate != "" && in.EndDate != "last_day" && in.EndDate != "day_after" {
		p.Add("end_date_means", "Choose last_day or day_after, or leave it to the records.")
	}
	if len(in.Note) > maxNote {
		p.Add("note", "Use at most %d characters.", maxNote)
	}
	if !wire.TokenForm && (len(d.TokenForm) > 0 || d.BasicAuth) {
		p.Add("token_form", "This API's sign-in has no form to add to.")
	}
	if wire.Paths == (distributor.Paths{}) && d.Paths != (distributor.Paths{}) {
		p.Add("path_customers", "This API's calls have one path, which is fixed.")
	}
	return d, p.Err()
}

var nameLike = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,59}(\.[A-Za-z][A-Za-z0-9_-]{0,59}){0,3}$`)

func names(typed map[string]string, wire distributor.Wire, p errs.Fields) map[string][]string {
	out := map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(typed)) {
		field := "name." + key
		known := slices.ContainsFunc(wire.Fields, func(f distributor.WireField) bool { return f.Key == key })
		all := strings.FieldsFunc(typed[key], func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })
		if len(all) == 0 {
			continue
		}
		if !known {
			p.Add(field, "There is no field of this name to add to.")
			continue
		}
		if len(all) > mostNames {
			p.Add(field, "Give at most %d names.", mostNames)
		}
		for _, name := range all {
			if !nameLike.MatchString(name) {
				p.Add(field, "“%s” is no name of a field: letters, digits, _ and -, a dot between an object and what "+
					"is inside it.", cut(name))
			}
		}
		out[key] = slices.Compact(all)
	}
	return out
}

// What a word may be said to mean. "unknown" keeps it active and fails the review.
var (
	statuses = []distributor.Status{distributor.StatusActive, distributor.StatusSuspended, distributor.StatusPending,
		distributor.StatusExpired, distributor.StatusCancelled, distributor.StatusDiscontinued,
		distributor.StatusDeleted,
		distributor.StatusUnknown}
	rhythms = []distributor.Frequency{distributor.Monthly, distributor.Quarterly, distributor.Annual,
		distributor.Triennial, distributor.FreqOneTime, distributor.FreqTrial, distributor.FreqUnknown}
	kinds = []distributor.Kind{distributor.Licence, distributor.OneTime, distributor.Usage, distributor.Trial}
)

func words[T ~string](p errs.Fields, field, typed string, meanings []T) map[string]T {
	out := map[string]T{}
	typedLines := lines(p, field, typed)
	for _, word := range slices.Sorted(maps.Keys(typedLines)) {
		meaning := typedLines[word]
		m := T(strings.ToLower(strings.ReplaceAll(meaning, "-", "_")))
		switch {
		case !slices.Contains(meanings, m):
			p.Add(field, "“%s” is not among the meanings of “%s”: %s.", cut(meaning), cut(word), list(meanings))
		case len(word) > maxWord || !regexp.MustCompile(`[\pL\pN]`).MatchString(word):
			p.Add(field, "“%s” is no word.", cut(word))
		default:
			out[word] = m
		}
	}
	return out
}

func list[T ~string](all []T) string {
	out := make([]string, len(all))
	for i, a := range all {
		out[i] = string(a)
	}
	return strings.Join(out, ", ")
}

// lines reads "left = right", one a line.
func lines(p errs.Fields, field, typed string) map[string]string {
	out := map[string]string{}
	n := 0
	for line := range strings.Lines(typed) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		left, right, ok := strings.Cut(line, "=")
		left, right = strings.TrimSpace(left), strings.TrimSpace(right)
		if n++; !ok || left == "" || right == "" || n > mostLines {
			p.Add(field, "“%s” is not of the form “word = meaning”, one a line, at most %d.", cut(line), mostLines)
			continue
		}
		if was, twice := out[left]; twice && was != right {
			p.Add(field, "“%s” stands there twice.", cut(left))
		}
		out[left] = right
	}
	return out
}

// segments of a path: nothing in it can name a host, a scheme, a method, a query or the folder above.
var pathLike = regexp.MustCompile(`^(/([A-Za-z0-9_~-][A-Za-z0-9._~-]*|\{customer\}))+$`)

func path(p errs.Fields, field, typed string, customer bool) string {
	typed = strings.TrimSpace(typed)
	switch {
	case typed == "":
	case len(typed) > maxPath || !pathLike.MatchString(typed):
		p.Add(field, "Give a path below the provider's URL, such as /api/v1/customers/{customer}/subscriptions: "+
			"no host, "+
			"scheme, method, header or query. It is asked for by GET only.")
	case customer != strings.Contains(typed, "{customer}") || strings.Count(typed, "{customer}") > 1:
		p.Add(field, "%s", map[bool]string{true: "Say with {customer}, once, where the customer's number stands.",
			false: "The list of customers is one; {customer} has no place in it."}[customer])
	}
	return typed
}

// What the sign-in says itself, and what is a secret: secrets have their sealed place on the provider.
var (
	ownFields  = regexp.MustCompile(`(?i)^(grant_type|client_id|username)$|secret|passw|assertion|token|credential|api_?key|^code$`)
	fieldLike  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,39}$`)
	plainValue = regexp.MustCompile(`^[\x20-\x7e]+$`)
)

func tokenForm(p errs.Fields, typed string) map[string]string {
	out := lines(p, "token_form", typed)
	for _, name := range slices.Sorted(maps.Keys(out)) {
		value := out[name]
		switch {
		case ownFields.MatchString(name):
			p.Add("token_form", "“%s” is not for here: the sign-in says it itself, or it is a secret, and secrets "+
				"stand sealed on the provider's form.", cut(name))
		case !fieldLike.MatchString(name) || len(value) > maxValue || !plainValue.MatchString(value):
			p.Add("token_form", "“%s” is no field of a form.", cut(name))
		}
	}
	return out
}

func perMinute(p errs.Fields, typed string) int {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return 0
	}
	n := 0
	for _, r := range typed {
		if r < '0' || r > '9' || n > mostCalls {
			n = -1
			break
		}
		n = n*10 + int(r-'0')
	}
	if n < fewestCall || n > mostCalls {
		p.Add("per_minute", "Give a whole number from %d to %d, or leave it empty for no such limit.", fewestCall,
			mostCalls)
		return 0
	}
	return n
}

func cut(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
