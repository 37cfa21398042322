package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

const (
	beginMark = "<!-- measured -->"
	endMark   = "<!-- /measured -->"
)

// write puts what was found into the page, between its marks; what people wrote around them stays.
func (b *bench) write() error {
	page, err := os.ReadFile(b.report)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(page), beginMark)
	_, after, ok2 := strings.Cut(rest, endMark)
	if !ok || !ok2 {
		return errors.New(b.report + " has no " + beginMark + " and " + endMark)
	}
	text := before + beginMark + "\n" + b.text() + endMark + after
	return os.WriteFile(b.report, []byte(text), 0o644)
}

func (b *bench) text() string {
	var t strings.Builder
	fmt.Fprintf(&t, "\n`go run ./internal/bench -rows %s -conns %d -slice %s -rounds %d`, %s, %d cores, load before "+
		"the run %s.\n",
		strings.Trim(strings.ReplaceAll(fmt.Sprint(b.rows), " ", ","), "[]"), b.conns, b.slice, b.rounds,
		time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), b.load)
	fmt.Fprintln(&t, "Ratios; a bold one misses what is wanted, of pages by both measures. A dash: "+
		"not measured at that size.")
	b.pageTable(&t)
	b.fileTable(&t)
	b.djangoTable(&t)
	return t.String()
}

func (b *bench) head(t *strings.Builder, first ...string) {
	for _, f := range first {
		t.WriteString("| " + f + " ")
	}
	for _, n := range b.rows {
		t.WriteString("| " + grouped(n) + " ")
	}
	t.WriteString("|\n" + strings.Repeat("| --- ", len(first)) + strings.Repeat("| ---: ", len(b.rows)) + "|\n")
}

// groups are the columns of the table of pages: what a list's pages have in common.
var groups = []string{"first page", "one filter", "sorted", "far in", "two filters", "rare word", "frequent word"}

// group is the column that a page belongs to.
func (a address) group() string {
	u, err := url.Parse(a.path)
	switch q := u.Query(); {
	case err != nil || len(q) == 0:
		return groups[0]
	case a.kind == selective:
		return groups[5]
	case a.kind == frequent:
		return groups[6]
	case q.Has("after"):
		return groups[3]
	case q.Has("sort") && len(q) == 1:
		return groups[2]
	case len(q) == 1:
		return groups[1]
	}
	return groups[4]
}

func (a address) list() string {
	list, _, _ := strings.Cut(a.path, "?")
	return list
}

// pageTable writes a line for each list at each size, with the median of each group of its pages; then the pages that
// miss what is wanted. Every page is in what the run prints.
func (b *bench) pageTable(t *strings.Builder) {
	if len(b.found) == 0 {
		return
	}
	for _, n := range b.rows {
		fmt.Fprintf(t, "\nPages at %s rows, of the bare page of the same list, by processor time: the median of "+
			"each group, how many pages of the list miss what is wanted by both measures, "+
			"and the median of all by pages a second:\n\n"+
			"| List | %s | Missed | By the clock |\n| --- %s| ---: | ---: |\n", grouped(n), strings.Join(groups, " | "),
			strings.Repeat("| ---: ", len(groups)))
		for _, s := range subjects {
			b.listLine(t, s.path, n)
		}
		b.missed(t, n)
	}
}

func (b *bench) listLine(t *strings.Builder, list string, rows int) {
	works, clocks, missed := map[string][]float64{}, []float64(nil), 0
	for _, f := range b.found {
		if f.rows != rows || f.address.list() != list {
			continue
		}
		works[f.address.group()], clocks = append(works[f.address.group()], f.work), append(clocks, f.ratio)
		if f.under() {
			missed++
		}
	}
	if len(clocks) == 0 {
		return
	}
	fmt.Fprintf(t, "| `%s` ", list)
	for _, g := range groups {
		if len(works[g]) == 0 {
			t.WriteString("| ")
			continue
		}
		fmt.Fprintf(t, "| %.2f ", median(works[g]))
	}
	fmt.Fprintf(t, "| %d of %d | %.2f |\n", missed, len(clocks), median(clocks))
}

// missed writes the pages under half of what is wanted, the furthest first.
func (b *bench) missed(t *strings.Builder, rows int) {
	share := func(f finding) float64 { return max(f.ratio, f.work) / wanted[f.address.kind] }
	far := slices.DeleteFunc(slices.Clone(b.found), func(f finding) bool {
		return f.rows != rows || !f.late && share(f) >= 0.5
	})
	if len(far) == 0 {
		return
	}
	slices.SortStableFunc(far, func(x, y finding) int { return cmp.Compare(share(x), share(y)) })
	t.WriteString("\nUnder half of what is wanted, by the clock / by processor time:")
	for i, f := range far {
		if i > 0 {
			t.WriteString(";")
		}
		if f.late {
			fmt.Fprintf(t, " `%s` none in time", f.address.label())
			continue
		}
		fmt.Fprintf(t, " `%s` %.2f / %.2f", f.address.label(), f.ratio, f.work)
	}
	t.WriteString(".\n")
}

func (b *bench) fileTable(t *strings.Builder) {
	if len(b.files) == 0 {
		return
	}
	t.WriteString("\nFiles, of COPY with the same columns and joins; " +
		"then the part of the time after which the first record " +
		"was there, the whole time, and what the server's memory grew by:\n\n")
	b.head(t, "File", "Wanted")
	row := b.table(t)
	for _, f := range b.files {
		text := fmt.Sprintf("%.2f; %.3f of %.2f s; %.0f MB", f.ratio, f.first, f.whole.Seconds(), f.grew)
		if f.ratio < wantedOfCopy || f.first > wantedOfFirst {
			text = "**" + text + "**"
		}
		row(f.rows, text, "`"+f.path+"`", fmt.Sprintf("%.1f; %.1f", wantedOfCopy, wantedOfFirst))
	}
	row(0, "")
}

func (b *bench) djangoTable(t *strings.Builder) {
	if len(b.djangos) == 0 {
		return
	}
	fmt.Fprintf(t, "\nThe list of subscriptions, times as fast as Django's admin over %d connections (its pages a "+
		"second behind it):\n\n",
		djangoConns)
	b.head(t, "Page", "Wanted")
	row := b.table(t)
	for _, f := range b.djangos {
		text := fmt.Sprintf("%.1f (%.2f)", f.times, f.rate)
		if f.times < timesDjango {
			text = "**" + text + "**"
		}
		row(f.rows, text, "`/subscriptions`", fmt.Sprint(timesDjango))
	}
	row(0, "")
}

// table gathers cells by their row's first columns and writes all rows when it is told of no size.
func (b *bench) table(t *strings.Builder) func(rows int, text string, first ...string) {
	var order []string
	cells := map[string]map[int]string{}
	return func(rows int, text string, first ...string) {
		if rows > 0 {
			key := "| " + strings.Join(first, " | ")
			if cells[key] == nil {
				cells[key] = map[int]string{}
				order = append(order, key)
			}
			cells[key][rows] = text
			return
		}
		for _, key := range order {
			t.WriteString(key)
			for _, n := range b.rows {
				t.WriteString(" | " + cmp.Or(cells[key][n], "-"))
			}
			t.WriteString(" |\n")
		}
	}
}

var (
	idValue = regexp.MustCompile(`=[0-9a-f]{8}-[0-9a-f-]{27}`)
	place   = regexp.MustCompile(`after=[^&]+`)
)

// label is the address without ids and places, which are others at each size.
func (a address) label() string {
	return place.ReplaceAllString(idValue.ReplaceAllString(a.path, "=…"), "after=nine tenths")
}

func grouped(n int) string {
	s := fmt.Sprint(n)
	var parts []string
	for len(s) > 3 {
		parts, s = append(parts, s[len(s)-3:]), s[:len(s)-3]
	}
	parts = append(parts, s)
	slices.Reverse(parts)
	return strings.Join(parts, ",")
}

// loadOf is what else the machine does: processes that wait for a processor, over the last minutes.
func loadOf() string {
	b, err := os.ReadFile("/proc/loadavg")
	if f := strings.Fields(string(b)); err == nil && len(f) > 2 {
		return strings.Join(f[:3], ", ")
	}
	return "unknown"
}
