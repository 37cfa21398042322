package imports

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/errs"
	"seatledger/internal/imports/sheet"
)

// foreign are columns that other programs have names for.
var foreign = []Column{
	{Name: "external_id", Required: true, Spared: true, Aliases: []string{"kundennummer", "id"}},
	{Name: "name", Required: true, Label: "name", Aliases: []string{"firma", "accountname"}},
	{Name: "city", Aliases: []string{"ort", "address1city"}},
	{Name: "phone", Looks: func(v string) bool { return strings.HasPrefix(v, "+") }},
}

func laid(t *testing.T, content string) Layout {
	t.Helper()
	s, err := sheet.Parse([]byte(content), "")
	if err != nil {
		t.Fatal(err)
	}
	l, err := recognise(&s, Form{Columns: foreign})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func fieldsOf(l Layout) string {
	var out []string
	for _, p := range l.Columns {
		out = append(out, p.Field+":"+string(p.How))
	}
	return strings.Join(out, " ")
}

func TestColumnsAreRecognisedByNameThenByAliasThenByContent(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"Kundennummer;Firma;Ort;Kontakt\n1;A;B;+49 1\n": "external_id:alias name:alias " +
			"city:alias phone:content",
		"Account Name,Name,Address 1: City,Fax\nx,y,z,49\n": ": name:named city:alias :",
		"external-id,NAME,City\n1,A,B\n": "external_id:named name:named " +
			"city:named",
		"Firma,Account Name,x\nA,B,+1\n":                     "name:alias : phone:content",
		"Firma,x,y\nA,+1,+2\n":                               "name:alias phone:content :",
		"Firma,x\nA,+1\nB,none\n":                            "name:alias :",
		"Firma,\nA,\n":                                       "name:alias",
		"\ufefffirma,'=x\nA,1\n":                             "name:alias :",
		"phone,name,external_id,Owner,Owner\nnone,a,b,c,d\n": "phone:named name:named external_id:named : :",
		strings.Repeat("c,", 20) + "name\n" + strings.Repeat("1,", 20) + "A\n": strings.Repeat(": ", 20) + "name:named",
	} {
		if got := fieldsOf(laid(t, content)); got != want {
			t.Errorf("%q: %s, want %s", content, got, want)
		}
	}
}

func TestAFileInOtherPeoplesWordsMayDoWithoutAnExternalID(t *testing.T) {
	t.Parallel()
	for content, whole := range map[string]bool{"Firma,Ort\nA,B\n": true, "name,city\nA,B\n": false,
		"name,Owner\nA,B\n": true, "Ort,Kundennummer\nA,1\n": false, "title\nx\n": false} {
		if err := laid(t, content).complete(foreign); (err == nil) != whole {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestTwoColumnsForOneFieldAreRefusedWithBothNames(t *testing.T) {
	t.Parallel()
	l := laid(t, "Firma,Ort,Notiz\nA,B,C\n")
	_, _, err := l.chosen(foreign, []string{"name", "city", "name"})
	if got := errs.FieldsOf(err)["column.2"]; !strings.Contains(got, "“Firma” and “Notiz” cannot both be the name") {
		t.Errorf("%v: %q", err, got)
	}
	if _, _, err := l.chosen(foreign, []string{"name", "nonsense", ""}); errs.FieldsOf(err)["column.1"] == "" {
		t.Errorf("an unknown field: %v", err)
	}
	same, changed, err := l.chosen(foreign, []string{"name", "city", ""})
	if err != nil || changed || !cmp.Equal(same, l) {
		t.Errorf("%v, changed %v", err, changed)
	}
	other, changed, _ := l.chosen(foreign, []string{"name", "", "city"})
	if !changed || fieldsOf(other) != "name:alias :chosen city:chosen" {
		t.Errorf("%v %s", changed, fieldsOf(other))
	}
	if fieldsOf(l) != "name:alias city:alias :" {
		t.Error("the layout that stood was changed")
	}
}

func TestASetOfColumnNamesIsTheSameInAnyOrder(t *testing.T) {
	t.Parallel()
	a, b := laid(t, "Firma,Ort,X,X\n1,2,3,4\n"), laid(t, "X,ort,X,firma \n1,2,3,4\n")
	if a.headers() != b.headers() || a.headers() == laid(t, "Firma,Ort,X\n1,2,3\n").headers() {
		t.Error("the set of names is not what counts")
	}
}
