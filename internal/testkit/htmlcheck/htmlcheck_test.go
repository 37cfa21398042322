package htmlcheck_test

import (
	"strings"
	"testing"

	"seatledger/internal/testkit/htmlcheck"
)

const good = `<!doctype html><html lang="en"><head><title>T</title></head><body><main><h1>T</h1>BODY</main></body></html>`

func TestAGoodPageHasNoFaults(t *testing.T) {
	t.Parallel()
	body := `<form id="f" action="/x"><label for="a">A</label><input id="a" name="a"><button>Save</button></form><table><caption>c</caption></table><a href="/y">y</a>`
	doc := htmlcheck.Parse(t, strings.NewReader(strings.Replace(good, "BODY", body, 1)))
	if faults := htmlcheck.Faults(doc); len(faults) > 0 {
		t.Errorf("faults: %v", faults)
	}
}

func TestEachRuleFindsItsFault(t *testing.T) {
	t.Parallel()
	bad := map[string]string{
		"two headings":      `<h1>again</h1>`,
		"no label":          `<input name="a">`,
		"inline style":      `<p style="color:red">x</p>`,
		"style element":     `<style>p{}</style>`,
		"inline script":     `<script>1</script>`,
		"handler":           `<button onclick="x()">b</button>`,
		"repeated id":       `<p id="a"></p><p id="a"></p>`,
		"form to nowhere":   `<form></form>`,
		"form to elsewhere": `<form action="https://other.example/"></form>`,
		"empty link":        `<a href="/x"></a>`,
		"link to nowhere":   `<a href="#">x</a>`,
		"picture":           `<img src="/x">`,
		"dangling label":    `<label for="gone">x</label>`,
		"dangling form":     `<button form="gone">x</button>`,
		"table":             `<table></table>`,
		"format fault":      `<p>%!d(string=x)</p>`,
		"nil":               `<p>&lt;nil&gt;</p>`,
	}
	for name, body := range bad {
		doc := htmlcheck.Parse(t, strings.NewReader(strings.Replace(good, "BODY", body, 1)))
		if len(htmlcheck.Faults(doc)) == 0 {
			t.Errorf("%s: not found in %s", name, body)
		}
	}
}

func TestTheFrameIsChecked(t *testing.T) {
	t.Parallel()
	doc := htmlcheck.Parse(t, strings.NewReader(`<p>bare</p>`))
	if n := len(htmlcheck.Faults(doc)); n != 4 {
		t.Errorf("%d faults, want the missing h1, title, language and main", n)
	}
}
