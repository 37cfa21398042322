package match

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runFiles runs the verb on two texts and gives the rows it wrote, or the error.
func runFiles(t *testing.T, accounts, crm string, more ...string) ([][]string, error) {
	t.Helper()
	dir := t.TempDir()
	a, b, out := filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.csv"), filepath.Join(dir, "pairs.csv")
	for path, text := range map[string]string{a: accounts, b: crm} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var said bytes.Buffer
	if err := Run(t.Context(), append([]string{"--accounts", a, "--crm", b, "--out", out}, more...),
		&said, io.Discard); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows, nil
}

func TestRunWritesOneRowPerPair(t *testing.T) {
	t.Parallel()
	rows, err := runFiles(t,
		"\ufeffexternal_id,name,domain,note\r\n7,\"Harborview Dental, "+
			"LLC\",harborviewdental.example,x\r\n\r\n8,Tarvey Foods,,\r\n",
		"website,NAME ,external_id\nhttps://harborviewdental.example/,Harborview Dental,C-1\n,Somebody Else,C-2\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rows[0], ","); got != "account_external_id,crm_external_id,probability,band,reasons" {
		t.Fatal(got)
	}
	if len(rows) != 2 || rows[1][0] != "7" || rows[1][1] != "C-1" || rows[1][3] != "certain" ||
		!strings.Contains(rows[1][4], "same domain harborviewdental.example") {
		t.Fatalf("%v", rows)
	}
}

func TestRunIsDeterministic(t *testing.T) {
	t.Parallel()
	w := newWorld(11, knobs{size: 150, noise: 1})
	a, b := asCSV(w.accounts), asCSV(w.crm)
	first, err := runFiles(t, a, b)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b), "\n")
	for i, j := 1, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	second, err := runFiles(t, a, strings.Join(lines, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range first {
		if strings.Join(first[i], "|") != strings.Join(second[i], "|") {
			t.Fatalf("row %d: %v, then %v", i, first[i], second[i])
		}
	}
}

func asCSV(rs []Record) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"external_id", "name", "website", "email_domains", "tenant_id", "street", "city", "state",
		"postal_code", "country", "phone"})
	for _, r := range rs {
		_ = w.Write([]string{r.ID, r.Name, r.Website, strings.Join(r.EmailDomains, ";"), r.TenantID, r.Street, r.City,
			r.State, r.PostalCode, r.Country, r.Phone})
	}
	w.Flush()
	return b.String()
}

func TestRunSaysWhereAFileIsWrong(t *testing.T) {
	t.Parallel()
	good := "external_id,name\n1,Oakline\n"
	for text, want := range map[string]string{
		"":                                    "empty",
		"name\nOakline\n":                     "line 1: column external_id is missing",
		"external_id\n1\n":                    "line 1: besides external_id",
		"external_id,name\n1,A\n1,B\n":        `line 3: external_id "1" stands already on line 2`,
		"external_id,name\n,A\n":              "line 2: external_id is empty",
		"external_id,name\n1,A,B\n":           "line 2: 3 cells, but the header has 2 columns",
		"external_id,name,name\n1,A,B\n":      "line 1: column name stands there twice",
		"external_id,name\n1,\"two\nlines\n,": "line",
	} {
		if _, err := runFiles(t, text, good); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), "a.csv") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestRunRefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"--accounts", "a"}, {"--nope"},
		{"--accounts", "a", "--crm", "b", "--out", "c", "--min", "2"},
		{"--accounts", "a", "--crm", "b", "--out", "c", "d"}} {
		if err := Run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}

func TestNoLeastProbabilityGivesEveryPair(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"a.csv": "external_id,name\n1,Peverell II\n",
		"b.csv": "external_id,name\n2,Peverell\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for least, want := range map[string]int{"0.5": 1, "0": 2} {
		var out strings.Builder
		err := Run(t.Context(), []string{"--accounts", filepath.Join(dir, "a.csv"), "--crm",
			filepath.Join(dir, "b.csv"), "--min", least}, &out, io.Discard)
		if n := strings.Count(out.String(), "\n"); err != nil || n != want {
			t.Errorf("--min %s: %v, %d lines, want %d:\n%s", least, err, n, want, out.String())
		}
	}
}

// TestIdsComeBackAsTheyWentIn: the file is for programs, and a join must work.
func TestIdsComeBackAsTheyWentIn(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"=1+1", "+49", "-7", "@x", " 12", "'a", "007", "a,b", "\"q\"", "株1"} {
		quoted := `"` + strings.ReplaceAll(id, `"`, `""`) + `"`
		rows, err := runFiles(t, "external_id,tenant_id\n"+quoted+",11111111-2222-3333-4444-555555555555\n",
			"external_id,tenant_id\n"+quoted+",11111111-2222-3333-4444-555555555555\n")
		if err != nil || len(rows) != 2 || rows[1][0] != id || rows[1][1] != id {
			t.Errorf("%q: %v %v", id, rows, err)
		}
	}
}

func TestARunStopsWhenItIsTold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := newWorld(12, knobs{size: 300, noise: 1})
	a, b, out := filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.csv"), filepath.Join(dir, "pairs.csv")
	for path, rs := range map[string][]Record{a: w.accounts, b: w.crm} {
		if err := os.WriteFile(path, []byte(asCSV(rs)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	err := Run(ctx, []string{"--accounts", a, "--crm", b, "--out", out}, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "nothing was written") {
		t.Fatal(err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Fatal("a file was written")
	}
	told := 0
	_, err = Assign(ctx, w.accounts, w.crm, Options{Workers: 1, Progress: func(done, _ int) { told = done }})
	if !errors.Is(err, context.Canceled) || told > 0 {
		t.Fatalf("%d accounts were compared, %v", told, err)
	}
	ctx, stop = context.WithCancel(t.Context())
	defer stop()
	_, err = Assign(ctx, w.accounts, w.crm, Options{Workers: 1, Progress: func(done, _ int) {
		if told = done; done == 5 {
			stop()
		}
	}})
	if !errors.Is(err, context.Canceled) || told != 5 {
		t.Fatalf("stopped after 5 accounts, %d were compared, %v", told, err)
	}
}

func TestProgressSaysHowFarItIs(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	p := &progress{}
	p.say(&said)
	p.note(3, 10)
	p.say(&said)
	p.note(10, 10)
	p.say(&said)
	if want := "reading the names\n3 of 10 accounts compared\nall accounts compared; choosing the pairs\n"; said.String() !=
		want {
		t.Fatal(said.String())
	}
}
