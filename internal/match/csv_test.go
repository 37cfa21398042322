package match

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"
)

func TestExportsComeInManyShapes(t *testing.T) {
	t.Parallel()
	want := []Record{{ID: "1", Name: "Café Oakline", Website: "oakline.test",
		EmailDomains: []string{"oakline.example", "tarvey.test"}}}
	utf16, err := unicode.UTF16(unicode.LittleEndian,
		unicode.UseBOM).NewEncoder().String("external_id\tname\twebsite\temail_domains\r\n1\tCafé " +
		"Oakline\toakline.test\toakline.example,tarvey.test\r\n")
	if err != nil {
		t.Fatal(err)
	}
	for shape, text := range map[string]string{
		"plain": "external_id,name,website,email_domains\n1,Café " +
			"Oakline,oakline.test,oakline.example tarvey.test\n",
		"semicolons and a mark": "\ufeffexternal_id;name;website;email_domains\r\n1;Café " +
			"Oakline;oakline.test;oakline.example,tarvey.test\r\n",
		"tabs": "external_id\tname\twebsite\temail_domains\n1\tCafé " +
			"Oakline\toakline.test\toakline.example|tarvey.test\n",
		"bars": "external_id|name|website|email_domains\n1|Café " +
			"Oakline|oakline.test|oakline.example;tarvey.test\n",
		"Windows-1252": "external_id,name,website,email_domains\n1,Caf\xe9 " +
			"Oakline,oakline.test,oakline.example tarvey.test\n",
		"UTF-16": utf16,
		"upper case, spaces": "External ID,NAME,Website,E-Mail,email-domains\n1,Café " +
			"Oakline,oakline.test,x,oakline.example;tarvey.test\n",
		"a line break in a cell": "note,external_id,name,website,email_domains\n\"two\nlines\",1,Café " +
			"Oakline,oakline.test,oakline.example tarvey.test\n",
		"website and domain": "external_id,name,domain,website,email_domains\n1,Café " +
			"Oakline,oakline.test,oakline.example,tarvey.test\n",
		"several in one cell": "external_id,name,website\n1,Café Oakline,oakline.test; " +
			"oakline.example | tarvey.test\n",
		"commas at the end": "external_id,name,website,email_domains,,\n1,Café " +
			"Oakline,oakline.test,oakline.example tarvey.test,,,,\n,,,,\n",
		"blanks around everything": " external_id , name ,website,email_domains\n 1 , Café Oakline , oakline.test , " +
			"oakline.example tarvey.test \n",
	} {
		got, err := readRecords(strings.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", shape, err)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", shape, d)
		}
	}
}

func TestAnInchIsNoQuote(t *testing.T) {
	t.Parallel()
	got, err := readRecords(strings.NewReader("external_id,name\n1,12\" Pipes Ltd\n2,\"the \"Oak\" Inn\"\n"))
	if err != nil || len(got) != 2 {
		t.Fatalf("%v %v", got, err)
	}
}

func TestAWorkbookIsRefusedByName(t *testing.T) {
	t.Parallel()
	if _, err := readRecords(strings.NewReader("PK\x03\x04xl/workbook.xml")); err == nil ||
		!strings.Contains(err.Error(), "save it as CSV") {
		t.Fatal(err)
	}
}

func TestFilesWithNothingToSayGiveNoPairs(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"external_id,name\n", "external_id,name,city\n1,,\n"} {
		rows, err := runFiles(t, text, "external_id,name\nC,Oakline\n")
		if err != nil || len(rows) != 1 {
			t.Errorf("%q: %v %v", text, rows, err)
		}
	}
}

func TestNamesInOtherScriptsMeet(t *testing.T) {
	t.Parallel()
	rows, err := runFiles(t, "external_id,name\n1,Газпром ПАО\n2,株式会社日立製作所\n3,Ελληνική Τράπεζα\n",
		"external_id,name\nA,PJSC Gazprom\nB,日立製作所\nC,Elliniki Trapeza\n")
	if err != nil || len(rows) != 4 {
		t.Fatalf("%v %v", rows, err)
	}
}

func TestRunWithoutOutWritesToStandardOutput(t *testing.T) {
	t.Parallel()
	a := writeTemp(t, "external_id,name\n1,Harborview Dental\n")
	var said bytes.Buffer
	if err := Run(t.Context(), []string{"--accounts", a, "--crm",
		writeTemp(t, "external_id,name\nC,Harborview Dental\n")}, &said); err != nil ||
		!strings.HasPrefix(said.String(), "account_external_id,") {
		t.Fatalf("%v %q", err, said.String())
	}
}

func TestARefusalTouchesNoFile(t *testing.T) {
	t.Parallel()
	a, bad := writeTemp(t, "external_id,name\n1,Oakline\n"), writeTemp(t, "name\nOakline\n")
	out := filepath.Join(t.TempDir(), "pairs.csv")
	if err := os.WriteFile(out, []byte("yesterday's"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--accounts", a, "--crm", bad, "--out", out},
		{"--accounts", a, "--crm", out + ".none", "--out", out}, {"--accounts", a, "--crm", out, "--out", out}} {
		if err := Run(t.Context(), args, &bytes.Buffer{}); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
	left, err := os.ReadDir(filepath.Dir(out))
	if kept, _ := os.ReadFile(out); err != nil || string(kept) != "yesterday's" || len(left) != 1 {
		t.Fatalf("%v: %q, %v", err, kept, left)
	}
}

func writeTemp(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
