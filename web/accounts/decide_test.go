package accounts

import (
	"net/http"
	"strings"
	"testing"

	"seatledger/internal/auth"
)

func TestAnOperatorAcceptsTheBestCandidateAndMayUndoItOnTheList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.provider("North", "stellr")
	a := w.account(p, "10001", "Harborview Dental", "harborview.example", "")
	w.customer("Harborview Dental LLC", "harborview.example", "")
	w.suggest(p)
	olga := w.person("Olga Example", auth.Operator)

	list := olga.get("/accounts?state=unmapped")
	if list.StatusCode != http.StatusOK || !strings.Contains(list.text(), "same domain") ||
		!strings.Contains(list.text(), "0 % mapped, 1 to do") {
		t.Fatalf("list: %d %s", list.StatusCode, list.text())
	}
	done := olga.press(list, "Accept")
	if done.StatusCode != http.StatusSeeOther || done.Header.Get("Location") != "/accounts?state=unmapped" {
		t.Fatalf("accept: %d to %q %s", done.StatusCode, done.Header.Get("Location"), done.text())
	}
	if got := w.state(a); got != "mapped Harborview Dental LLC" {
		t.Fatalf("state: %s", got)
	}
	list = olga.get("/accounts?state=unmapped")
	if !strings.Contains(list.text(), "Harborview Dental is mapped to Harborview Dental LLC.") {
		t.Errorf("no word of what was done: %s", list.text())
	}
	if done := olga.press(list, "Undo"); done.StatusCode != http.StatusSeeOther ||
		done.Header.Get("Location") != "/accounts?state=unmapped" {
		t.Errorf("undo: %d to %q", done.StatusCode, done.Header.Get("Location"))
	}
	if got := w.state(a); got != "unmapped" {
		t.Errorf("after undo: %s", got)
	}
}
