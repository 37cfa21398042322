package ui_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"

	"seatledger/views/ui"
)

func draw(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func html(t *testing.T, c templ.Component) string {
	t.Helper()
	h, err := draw(t, c).Html()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestSecretsAreNeverEchoed(t *testing.T) {
	t.Parallel()
	for _, kind := range []ui.Kind{ui.SecretInput, ui.PasswordInput, ui.FileInput} {
		f := ui.Field{Kind: kind, Name: "application_secret", Label: "Secret", Value: "hunter2",
			SetText: "Set on 3 Nov 2026"}
		if strings.Contains(html(t, f), "hunter2") {
			t.Errorf("%s shows its value", kind)
		}
	}
}

func TestAStoredSecretCanBeKeptOrRemoved(t *testing.T) {
	t.Parallel()
	doc := draw(t, ui.Field{Kind: ui.SecretInput, Name: "password", Label: "Password",
		SetText: "Set on 3 Nov 2026 by Ada Example", Cleared: true})
	box := doc.Find(`input[type=checkbox][name=password_clear][checked]`)
	if box.Length() != 1 || !strings.Contains(doc.Text(), "Set on 3 Nov 2026 by Ada Example") {
		t.Error("no way to remove the secret, or not said who set it")
	}
	if doc := draw(t, ui.Field{Kind: ui.SecretInput, Name: "password"}); doc.Find("[type=checkbox]").Length() != 0 {
		t.Error("nothing is stored, and yet it can be removed")
	}
}

func TestHintAndErrorAreTiedToTheControl(t *testing.T) {
	t.Parallel()
	for _, kind := range []ui.Kind{ui.TextInput, ui.SecretInput, ui.TextArea, ui.SelectBox, ui.Checkbox, ui.FileInput,
		ui.RadioGroup} {
		doc := draw(t, ui.Field{Kind: kind, Name: "x", Label: "X", Hint: "A hint.", Error: "Wrong.",
			Options: []ui.Option{{Value: "a", Label: "A"}}})
		ids := strings.Fields(doc.Find("[aria-describedby]").AttrOr("aria-describedby", ""))
		said := ""
		for _, id := range ids {
			said += doc.Find("#" + id).Text()
		}
		if !strings.Contains(said, "A hint.") || !strings.Contains(said, "Wrong.") {
			t.Errorf("%s is described by %q", kind, said)
		}
		if doc.Find("#f-x").Length() != 1 {
			t.Errorf("%s: an error summary cannot lead to it", kind)
		}
	}
}

func TestTheChosenOptionIsTheValue(t *testing.T) {
	t.Parallel()
	options := []ui.Option{{Value: "", Label: "None"}, {Value: "monthly", Label: "Monthly"},
		{Value: "annual", Label: "Annual"}}
	if got := draw(t, ui.Field{Kind: ui.SelectBox, Name: "f", Value: "annual",
		Options: options}).Find("[selected]").Text(); got != "Annual" {
		t.Errorf("selected %q", got)
	}
	if got := draw(t, ui.Field{Kind: ui.RadioGroup, Name: "f", Value: "monthly",
		Options: options}).Find("[checked]").AttrOr("value", ""); got != "monthly" {
		t.Errorf("checked %q", got)
	}
}

func TestAFrozenControlStillPostsItsValue(t *testing.T) {
	t.Parallel()
	for _, f := range []ui.Field{
		{Kind: ui.SelectBox, Name: "currency", Value: "USD", ReadOnly: true,
			Options: []ui.Option{{Value: "USD", Label: "USD"}}},
		{Kind: ui.Toggle, Name: "currency", Value: "USD", Checked: true, ReadOnly: true},
	} {
		if draw(t, f).Find(`input[type=hidden][name=currency][value=USD]`).Length() != 1 {
			t.Errorf("%s posts nothing", f.Kind)
		}
	}
}

func TestTheSummaryFollowsTheForm(t *testing.T) {
	t.Parallel()
	got := ui.Summarize(map[string]string{"url": "No https.", "name": "Taken.", "other": "Odd."},
		ui.Field{Name: "name"}, ui.Field{Name: "user_name"}, ui.Field{Name: "url"})
	want := []ui.Problem{{Message: "Taken.", Href: "#f-name"}, {Message: "No https.", Href: "#f-url"},
		{Message: "Odd."}}
	if diff := cmp.Diff(want, got.Problems); diff != "" {
		t.Error(diff)
	}
	if ui.Summarize(nil, ui.Field{Name: "name"}).Any() {
		t.Error("a summary of nothing")
	}
}
