package browser

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

//go:embed testdata/axe.min.js
var axeSource string

type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		Target  []any  `json:"target"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

const axeRun = `axe.run(document, {
	runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
	resultTypes: ["violations"],
}).then(r => r.violations.map(v => ({id: v.id, help: v.help, 
	nodes: v.nodes.map(n => ({target: n.target, failureSummary: n.failureSummary}))})))`

// Axe runs axe-core over the present page and fails the test with whatever it
// finds against WCAG 2.2 AA or its own best practices. Needs JavaScript on.
func Axe(t testing.TB, tab *Tab) {
	t.Helper()
	tab.Do(chromedp.Evaluate[chromedp.Void](axeSource))
	for _, v := range Eval[[]violation](tab, axeRun) {
		t.Errorf("axe: %s (%s)%s", v.ID, v.Help, v.places())
	}
}

func (v violation) places() string {
	var b strings.Builder
	for i, n := range v.Nodes {
		if i == 5 {
			fmt.Fprintf(&b, "\n  and %d more", len(v.Nodes)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %v: %s", n.Target, strings.ReplaceAll(n.Summary, "\n", " "))
	}
	return b.String()
}
