package match

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
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
		"blanks around everything": " external_id , name ,website,email_domains\n1, Café Oakline , oakline.test , " +
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
		writeTemp(t, "external_id,name\nC,Harborview Dental\n")}, &said, io.Discard); err != nil ||
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
		if err := Run(t.Context(), args, &bytes.Buffer{}, io.Discard); err == nil {
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

func TestEncodingsAreFoundOrRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		encoding encoding.Encoding
		company  string
	}{
		"Shift-JIS":         {japanese.ShiftJIS, "トヨタ自動車株式会社"},
		"Shift-JIS, kanji":  {japanese.ShiftJIS, "東京電力株式会社"},
		"EUC-JP":            {japanese.EUCJP, "ひたち製作所カブシキ"},
		"EUC-KR":            {korean.EUCKR, "삼성전자 주식회사"},
		"GB 18030":          {simplifiedchinese.GB18030, "北京华为科技有限公司"},
		"Big5":              {traditionalchinese.Big5, "臺灣積體電路製造股份有限公司"},
		"Windows-1251":      {charmap.Windows1251, "Северный Ветер"},
		"Windows-1252":      {charmap.Windows1252, "Café “Müller” Söhne"},
		"UTF-16 unmarked":   {unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "Müller"},
		"UTF-16 big endian": {unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "Müller"},
	} {
		text, err := c.encoding.NewEncoder().String("external_id,name,city\n1," + c.company + ",x\n")
		if err != nil {
			t.Fatal(err)
		}
		got, err := readRecords(strings.NewReader(text))
		if err != nil || len(got) != 1 || got[0].Name != c.company {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	if _, err := readRecords(strings.NewReader("external_id,name\n1,\x98\xff\x81\x81\xff\n")); err == nil ||
		!strings.Contains(err.Error(), "encoding") {
		t.Errorf("bytes of no encoding: %v", err)
	}
}

func TestABinaryIsRefusedWithoutItsContent(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"\x7fELF\x02\x01\x01\x00\x00secret\x00", "\x89PNG\r\n\x1a\n\x00\x00secret",
		"\xd0\xcf\x11\xe0\xa1\xb1secret", "\xff\xfe\x00\x01\x02\x00secret", "%PDF-1.7\x00\x01secret"} {
		_, err := readRecords(strings.NewReader(text))
		unclean := func(r rune) bool { return r < ' ' || r > '~' }
		if err == nil || strings.Contains(err.Error(), "secret") || strings.ContainsFunc(err.Error(), unclean) {
			t.Errorf("%q: %v", text, err)
		}
	}
	_, err := readRecords(strings.NewReader(strings.Repeat("long header ", 5000) + "\n1\n"))
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("a long header is echoed: %.400v", err)
	}
}

func TestTheSizeLimitIsSaid(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("external_id,name\n")
	for i := range mostRows + 1 {
		fmt.Fprintf(&b, "%d,x\n", i)
	}
	if _, err := readRecords(strings.NewReader(b.String())); err == nil ||
		!strings.Contains(err.Error(), "200000 rows") {
		t.Errorf("%v", err)
	}
	if _, err := readRecords(io.MultiReader(strings.NewReader("external_id,name\n"), endless{})); err == nil ||
		!strings.Contains(err.Error(), "256 MB") {
		t.Errorf("%v", err)
	}
}

// endless is a file that never ends.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}
