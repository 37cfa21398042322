package match

import (
	"bytes"
	"encoding/csv"
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
		&said); err != nil {
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
		if err := Run(t.Context(), args, &bytes.Buffer{}); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}

func TestRunKeepsFormulasOutOfSpreadsheets(t *testing.T) {
	t.Parallel()
	rows, err := runFiles(t, "external_id,tenant_id\n=1+1,11111111-2222-3333-4444-555555555555\n",
		"external_id,tenant_id\nC,11111111-2222-3333-4444-555555555555\n")
	if err != nil || len(rows) != 2 || rows[1][0] != "'=1+1" {
		t.Fatalf("%v %v", rows, err)
	}
}
