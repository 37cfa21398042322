package sheet

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"seatledger/internal/errs"
)

// resident is how much memory this process has at hand, in MB.
func resident(t testing.TB) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var size, rss int
	_, _ = fmt.Sscan(string(status), &size, &rss)
	return rss * os.Getpagesize() >> 20
}

// worked is the processor time of the processes that this one has started. The time on
// the wall would tell how busy the machine is.
func worked(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Not parallel: what it measures is this process.
func TestAFileMadeToBurstIsRefusedWithinFiveSecondsAndTheServerKeepsItsMemory(t *testing.T) { //nolint:paralleltest // it measures the whole process
	for name, c := range map[string]struct {
		parts  map[string][]any
		reason string
	}{
		"one cell of 120 MB": {map[string][]any{"xl/worksheets/sheet1.xml": {headXML +
			`<row r="2"><c r="A2" t="inlineStr"><is><t>`, 120_000_000, "a",
			`</t></is></c></row></sheetData></worksheet>`}}, "more text than"},
		"one shared text of 120 MB": {map[string][]any{"xl/sharedStrings.xml": {"<sst><si><t>", 120_000_000, "a",
			"</t></si></sst>"}, "xl/worksheets/sheet1.xml": {headXML}}, "more text than"},
		"six million empty texts": {map[string][]any{"xl/sharedStrings.xml": {"<sst>", 6_000_000, "<si><t/></si>",
			"</sst>"}, "xl/worksheets/sheet1.xml": {headXML}}, "different texts"},
		"a cell in a million runs": {map[string][]any{"xl/sharedStrings.xml": {"<sst><si>", 1_000_000,
			"<r><t>a</t></r>", "</si></sst>"}, "xl/worksheets/sheet1.xml": {headXML}}, "more text than"},
		"five million cells in a row": {map[string][]any{"xl/worksheets/sheet1.xml": {headXML, `<row>`, 5_000_000,
			`<c><v>1</v></c>`, `</row></sheetData></worksheet>`}}, "more cells"},
		"nested without end": {map[string][]any{"xl/worksheets/sheet1.xml": {headXML, 40_000_000, `<a>`}},
			"damaged"},
		"more than may be unpacked": {map[string][]any{"xl/worksheets/sheet1.xml": {headXML, 20_000_000,
			"<!---->"}}, "128 MB"},
		"one tag of many attributes": {map[string][]any{"xl/worksheets/sheet1.xml": {headXML, `<row `, 10_000_000,
			`a="1" `, `/>`}}, "more text than"},
		"a long text in ten million": {map[string][]any{"xl/sharedStrings.xml": {"<sst><si><t>", 32_000, "a",
			"</t></si></sst>"}, "xl/worksheets/sheet1.xml": {headXML, 90_000, `<row><c t="s"><v>0</v></c></row>`,
			`</sheetData></worksheet>`}}, "32 MB of text"},
		"cells without end": {map[string][]any{"xl/worksheets/sheet1.xml": {`<worksheet><sheetData><row>`,
			30, `<c t="b"><v>1</v></c>`, `</row>`, 99_000, "<row>" + strings.Repeat(`<c><v>1</v></c>`, 30) + "</row>",
			`</sheetData></worksheet>`}}, "2,000,000 cells"},
		"rows without end": {map[string][]any{"xl/worksheets/sheet1.xml": {headXML, 1_000_000,
			`<row><c><v>1</v></c></row>`}}, "100,000 lines"},
		"a text file of separators":     {nil, "more memory"},
		"a text file of one long value": {map[string][]any{}, "100 kB"},
	} {
		content := []byte("external_id\n\"" + strings.Repeat("a", MaxBytes-100) + "\"\n")
		switch {
		case c.parts == nil:
			content = []byte(strings.Repeat(",", MaxBytes-1))
		case len(c.parts) > 0:
			content = pack(t, c.parts)
		}
		runtime.GC()
		before, start := resident(t), worked(t)
		_, _, err := Open(t.Context(), content, "")
		took, grown := worked(t)-start, resident(t)-before
		why := errs.FieldsOf(err)["file"]
		t.Logf("%s: %d kB, %v, %d MB: %s", name, len(content)>>10, took.Round(time.Millisecond), grown, why)
		if !strings.Contains(why, c.reason) || why == "" {
			t.Errorf("%s: got %v, want %q in it", name, err, c.reason)
		}
		if took > 4*time.Second || grown > 50 { // and no second longer than a machine makes it wait
			t.Errorf("%s: %v and %d MB", name, took, grown)
		}
	}
}

func TestAReaderWhoseTimeIsUpRefusesTheFile(t *testing.T) {
	t.Parallel()
	err := exec.CommandContext(t.Context(), "sh", "-c", "kill -KILL $$").Run()
	if why := errs.FieldsOf(unfinished(t.Context(), err))["file"]; !strings.Contains(why, "too long") {
		t.Errorf("%v: %q", err, why)
	}
	err = exec.CommandContext(t.Context(), "sh", "-c", "exit 2").Run()
	if why := errs.FieldsOf(unfinished(t.Context(), err))["file"]; !strings.Contains(why, "more memory") {
		t.Errorf("%v: %q", err, why)
	}
}
