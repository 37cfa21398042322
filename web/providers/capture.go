package providers

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"seatledger/internal/distributor/capture"
	"seatledger/internal/errs"
	"seatledger/internal/provider"
	"seatledger/views/ui"
	"seatledger/web/httpx"
	"seatledger/web/session"

	view "seatledger/views/providers"
)

// Capture makes a small reading fit to be passed on, and shows what it keeps.
func (h Handlers) Capture(c echo.Context) error {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return err
	}
	form, err := httpx.Form(c)
	if err != nil {
		return err
	}
	accounts := provider.CaptureAccounts
	if typed := strings.TrimSpace(form.Get("accounts")); typed != "" {
		if accounts, err = strconv.Atoi(typed); err != nil {
			problems := errs.Fields{}
			problems.Add("accounts", "Enter the number of accounts as a whole number.")
			return problems.Err()
		}
	}
	made, err := h.Providers.CaptureForPage(c.Request().Context(), session.Actor(c), id, accounts)
	if err != nil {
		return err
	}
	return httpx.SeeOther(c, capturePath(id, made.ID))
}

func capturePath(id, capture uuid.UUID) string { return path(id) + "/captures/" + capture.String() }

// ShowCapture is the preview: every word that the file keeps.
func (h Handlers) ShowCapture(c echo.Context) error {
	made, err := h.captured(c)
	if err != nil {
		return err
	}
	p, err := provider.Get(c.Request().Context(), h.DB.Read(c.Request().Context()), made.ProviderID)
	if err != nil {
		return err
	}
	kept, err := made.Preview()
	if err != nil {
		return err
	}
	return httpx.Render(c, http.StatusOK, h.capturePage(c, p, made, kept).Show())
}

func (h Handlers) captured(c echo.Context) (provider.Captured, error) {
	id, err := httpx.ID(c, "id")
	if err != nil {
		return provider.Captured{}, err
	}
	which, err := httpx.ID(c, "capture")
	if err != nil {
		return provider.Captured{}, err
	}
	return h.Providers.GetCapture(c.Request().Context(), id, which)
}

// CaptureFile is the file itself.
func (h Handlers) CaptureFile(c echo.Context) error {
	made, err := h.captured(c)
	if err != nil {
		return err
	}
	return httpx.Give(c, httpx.Taken, "capture.jsonl", "application/jsonl", made.Content)
}

func (h Handlers) capturePage(c echo.Context, p provider.Provider, made provider.Captured,
	kept capture.Preview) view.Capture {
	m := view.Capture{Page: session.Page(c, "Capture of "+p.Name, "Providers"), Kept: keptWords(kept), Names: kept.Keys,
		Card:  ui.Card{Title: "The file"},
		Words: ui.Card{Title: "Words that stay", Text: "Everything else is replaced."},
		Keys: ui.Card{Title: "Names of fields that stay",
			Text: "Names that may be an id or a person are replaced."},
		File: ui.LinkButton{Text: "Download the file", Href: capturePath(p.ID, made.ID) + "/file", Weight: ui.Primary,
			Download: true},
		Back: ui.LinkButton{Text: "Back to " + p.Name, Href: path(p.ID), Weight: ui.Quiet}}
	m.Page.Crumbs = append(crumbs(), crumb(p))
	m.Page.Lead = "Look through the words below before you pass the file on. Names, ids, mails, phones, " +
		"addresses and texts are replaced, dates shifted and prices scaled; the key to that is gone already."
	m.Facts.Items = []ui.Definition{ui.Fact("Customers read", itoa(kept.Accounts)),
		{Term: "Calls", Value: ui.TextCell(itoa(kept.Calls)), Note: failedCalls(kept.Failed)},
		ui.Fact("Size", fmt.Sprintf("%d KB", (kept.Bytes+1023)/1024)),
		{Term: "Made", Value: ui.TextCell(httpx.MomentText(made.MadeAt, h.Zone)), Note: "by " + made.MadeBy +
			"; kept here for a day"}}
	if note := replacedWords(kept); note != "" {
		m.Notes = append(m.Notes, ui.Callout{Tone: ui.Info, Title: "Words that nobody here knows", Text: note})
	}
	return m
}

func failedCalls(n int) string {
	if n == 0 {
		return "all of them answered"
	}
	return fmt.Sprintf("%d of them failed, which is kept too", n)
}

// replacedWords counts what was no known word, since a person may have to tell it by hand.
func replacedWords(kept capture.Preview) string {
	var fields []string
	for f, n := range kept.WordsGone {
		fields = append(fields, fmt.Sprintf("%d in %s", n, f))
	}
	slices.Sort(fields)
	if kept.KeysGone > 0 {
		fields = append(fields, fmt.Sprintf("%d names of fields", kept.KeysGone))
	}
	if len(fields) == 0 {
		return ""
	}
	return "They may be names, so they were replaced: " + strings.Join(fields, ", ") +
		". Where one matters, say it beside the file."
}

// keptWords is a line for each field with the words that stay in it.
func keptWords(kept capture.Preview) ui.DefinitionList {
	var list ui.DefinitionList
	var words []string
	for i, k := range kept.Kept {
		words = append(words, k.Word)
		if i+1 == len(kept.Kept) || kept.Kept[i+1].Field != k.Field {
			list.Items = append(list.Items, ui.Fact(k.Field, strings.Join(words, ", ")))
			words = nil
		}
	}
	return list
}
