package match

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// decorations are what one side writes around its names: customer numbers and tags
// that most of its rows carry in the same shape. They are learned from the side
// itself, and are no part of a name.
type decorations struct {
	leads, tails map[string]bool // shapes of what stands before and behind
	part         int             // of "Parent:Child" the part that is the name: 1 or 2; 0: there is no such shape
}

const (
	fewRows  = 8 // below this many names nothing is learned
	layers   = 3 // decorations around decorations
	longCode = 4 // figures that a bare number needs to be a customer's number
)

// learnDecorations looks for shapes that more than half of the names have.
func learnDecorations(rs []Record) *decorations {
	d := &decorations{leads: map[string]bool{}, tails: map[string]bool{}}
	var names []string
	for _, r := range rs {
		if s := strings.TrimSpace(beginning(r.Name)); s != "" {
			names = append(names, s)
		}
	}
	if len(names) < fewRows {
		return d
	}
	for range layers {
		lead, tail := common(names, leadOf), common(names, tailOf)
		if lead == "" && tail == "" {
			break
		}
		if lead != "" {
			d.leads[lead] = true
		}
		if tail != "" {
			d.tails[tail] = true
		}
		for i := range names {
			names[i] = d.once(names[i])
		}
	}
	d.learnParts(names)
	return d
}

// learnParts looks for "Parent:Child": the name is the part that tells more rows
// apart, the child when both do.
func (d *decorations) learnParts(names []string) {
	n, parents, children := 0, map[string]bool{}, map[string]bool{}
	for _, s := range names {
		if parent, child, ok := strings.Cut(s, ":"); ok {
			n++
			parents[strings.ToLower(parent)], children[strings.ToLower(child)] = true, true
		}
	}
	if 2*n > len(names) {
		d.part = 2
		if len(parents) > len(children) {
			d.part = 1
		}
	}
}

// common is the shape that more than half of the names have and that is no part of
// them; empty if there is none.
func common(names []string, shapeOf func(string) (string, []string)) string {
	n := map[string]int{}
	for _, s := range names {
		_, shapes := shapeOf(s)
		for _, shape := range shapes {
			n[shape]++
		}
	}
	for _, shape := range slices.Sorted(maps.Keys(n)) {
		if 2*n[shape] > len(names) && stayApart(names, shape, shapeOf) {
			return shape
		}
	}
	return ""
}

// apartWithout is the share of names that must still differ once a decoration is
// off: the numbers of the stores of one chain are all that tells them apart.
const apartWithout = .9

func stayApart(names []string, shape string, shapeOf func(string) (string, []string)) bool {
	rests, n := map[string]bool{}, 0
	for _, s := range names {
		if rest, shapes := shapeOf(s); slices.Contains(shapes, shape) {
			rests[strings.ToLower(rest)] = true
			n++
		}
	}
	return float64(len(rests)) >= apartWithout*float64(n)
}

// off takes the decorations off a name.
func (d *decorations) off(name string) string {
	if len(d.leads)+len(d.tails)+d.part == 0 {
		return name
	}
	s := strings.TrimSpace(name)
	for range layers {
		s = d.once(s)
	}
	if parent, child, ok := strings.Cut(s, ":"); ok && d.part > 0 {
		s = [...]string{parent, child}[d.part-1]
	}
	return s
}

func (d *decorations) once(s string) string {
	if rest, shapes := leadOf(s); rest != "" && anyIn(d.leads, shapes) {
		s = rest
	}
	if rest, shapes := tailOf(s); rest != "" && anyIn(d.tails, shapes) {
		s = rest
	}
	return s
}

func anyIn(m map[string]bool, keys []string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return m[k] })
}

var (
	codeBefore = regexp.MustCompile(`^([\[(#]*\s*[A-Za-z]{0,8}[-_ #.]?\d{2,12}\s*[\])]?)(\s*[-–—:|/.]\s*|\s+)(.+)$`)
	codeBehind = regexp.MustCompile(`^(.+?)(\s*[-–—:|/]\s*|\s+)([\[(#]*\s*[A-Za-z]{0,8}[-_#.]?\d{2,12}\s*[\])]?)$`)
	tagBefore  = regexp.MustCompile(`^(\[[^\]]+\]\s*|\([^)]+\)\s*|[^:|]{2,40}?(?:\s*[:|]\s*|\s+[-–—]\s+))(.+)$`)
	tagBehind  = regexp.MustCompile(`^(.+?)(\s*[\[(][^()\[\]]+[\])]|\s+[-–—|]+\s+[^-–—|]{2,40}|\s*[:|]\s*[^:|]{2,40})$`)
	letterRun  = regexp.MustCompile(`[A-Za-z]+`)
	figureRun  = regexp.MustCompile(`\d+`)
	blankRun   = regexp.MustCompile(`\s+`)
)

// leadOf gives what is behind a decoration in front, and the shapes it has: that of
// a code, and the very text of a tag.
func leadOf(s string) (rest string, shapes []string) {
	if m := codeBefore.FindStringSubmatch(s); m != nil && codelike(m[1], m[2]) {
		return m[3], []string{codeShape(m[1] + m[2])}
	}
	if m := tagBefore.FindStringSubmatch(s); m != nil {
		return m[2], []string{"=" + strings.ToLower(strings.TrimSpace(m[1]))}
	}
	return "", nil
}

func tailOf(s string) (rest string, shapes []string) {
	if m := codeBehind.FindStringSubmatch(s); m != nil && codelike(m[3], m[2]) {
		return m[1], []string{codeShape(m[2] + m[3])}
	}
	if m := tagBehind.FindStringSubmatch(s); m != nil {
		tag := strings.ToLower(strings.TrimSpace(m[2]))
		if words := splitWords(fold(tag)); len(words) > 0 {
			if n, _ := formBehind(words); n == len(words) {
				return "", nil // "- LLC" is a legal form
			}
		}
		return m[1], []string{"=" + tag}
	}
	return "", nil
}

// codelike keeps a bare number of few figures in the name: "24 Seven Ltd".
func codelike(code, gap string) bool {
	figures := len(figureRun.FindString(code))
	return figures >= longCode || strings.ContainsAny(code, "[(#-_") || strings.TrimSpace(gap) != ""
}

// codeShape writes letters and figures as such, so that CUST-12 and CUST-977 are one shape.
func codeShape(s string) string {
	s = letterRun.ReplaceAllString(s, "a")
	return blankRun.ReplaceAllString(figureRun.ReplaceAllString(s, "9"), " ")
}
