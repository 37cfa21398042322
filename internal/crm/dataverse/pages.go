package dataverse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"seatledger/internal/distributor"
)

// ErrExpired says that a delta link is no longer taken: everything has to be read again.
var ErrExpired = errors.New("dataverse: the delta link is no longer taken")

// maxPages bounds a reading, whatever the links say.
const maxPages = 20_000

// page is one answer of a list.
type page struct {
	Value []json.RawMessage `json:"value"`
	Next  string            `json:"@odata.nextLink"`
	Delta string            `json:"@odata.deltaLink"`
}

// list is what is read: one kind of record, from the beginning or since a delta link.
type list struct {
	op     string
	set    string
	fields []string
	delta  string // empty: from the beginning
}

// each reads page after page to the end, and gives the link with which the next reading
// goes on; empty where the table's changes are not tracked.
func (c *Client) each(ctx context.Context, l list, take func([]json.RawMessage)) (delta string, err error) {
	at := l.delta
	if at == "" {
		at = c.base.Scheme + "://" + c.base.Host + apiPath + l.set + "?" +
			url.Values{"$select": {strings.Join(l.fields, ",")}}.Encode()
	}
	seen := map[string]bool{}
	for range maxPages {
		if err := c.ours(l.op, at); err != nil {
			return "", err
		}
		if seen[at] {
			return "", odd(l.op, "it points to a page that was read already")
		}
		seen[at] = true
		p := page{}
		if err := c.get(ctx, question{op: l.op, url: at, prefer: []string{"odata.track-changes", c.maxPage()}},
			&p); err != nil {
			return "", l.expired(err)
		}
		if p.Value == nil {
			return "", odd(l.op, "it has no list of records")
		}
		take(p.Value)
		if p.Next == "" {
			return p.Delta, c.checkDelta(l.op, p.Delta)
		}
		at = p.Next
	}
	return "", odd(l.op, "it has no end")
}

func (c *Client) checkDelta(op, delta string) error {
	if delta == "" {
		return nil
	}
	return c.ours(op, delta)
}

// ours lets a link pass only if it leads to the same organisation's API: our token goes
// with the question, and a foreign host would be handed it.
func (c *Client) ours(op, link string) error {
	u, err := url.Parse(link)
	if err == nil && u.Scheme == c.base.Scheme && strings.EqualFold(u.Host, c.base.Host) && u.User == nil &&
		strings.HasPrefix(u.Path, "/api/data/") && !strings.Contains(u.Path, "..") {
		return nil
	}
	host := "another address"
	if err == nil && u.Host != "" && u.Host != c.base.Host {
		host = u.Host
	}
	return &distributor.Error{Kind: distributor.BadAnswer, Op: op,
		Message: fmt.Sprintf("Dataverse's answer points to %s for its next page, which is not followed: "+
			"the token belongs to %s alone.", host, c.base.Host),
		Advice: "Nothing of the reading was used. Check the organisation's URL, and whether something stands between " +
			"this server and Dataverse."}
}

// expired tells a link that is no longer taken from a failure that has nothing to do with it.
func (l list) expired(err error) error {
	e := &distributor.Error{}
	if l.delta == "" || !errors.As(err, &e) {
		return err
	}
	switch e.StatusCode {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusGone,
		http.StatusPreconditionFailed:
		return fmt.Errorf("%w: %w", ErrExpired, err)
	}
	return err
}

func odd(op, why string) error {
	return &distributor.Error{Kind: distributor.BadAnswer, Op: op,
		Message: "Dataverse's answer could not be used: " + why + ".",
		Advice:  "Nothing of the reading was used; try again, and ask Microsoft if it lasts."}
}
