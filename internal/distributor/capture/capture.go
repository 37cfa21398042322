package capture

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"seatledger/internal/distributor"
)

// Format is the version of the file's form, which its first line names.
const Format = 1

// Head is the first line of the file.
type Head struct {
	Format    int    `json:"seatledger_capture"`
	Connector string `json:"connector"`
	Accounts  int    `json:"accounts"`
}

// Exchange is one further line: a call and its answer, with nothing left of the content
// but what a preview names.
type Exchange struct {
	Method     string            `json:"method"`
	Path       string            `json:"path"`
	Query      map[string]string `json:"query,omitempty"`
	Body       *node             `json:"body,omitempty"` // of a call that asks by POST
	Status     int               `json:"status,omitempty"`
	Type       string            `json:"content_type,omitempty"`
	RetryAfter string            `json:"retry_after,omitempty"`
	Answer     *node             `json:"answer,omitempty"`
	NoJSON     int               `json:"no_json_bytes,omitempty"` // length of an answer that is no JSON
	Failed     string            `json:"failed,omitempty"`        // how the call ended without an answer
}

// File is a finished capture.
type File struct {
	Content []byte // JSON lines
	Preview Preview
}

// Read makes the reading: the customers, then lists and change logs of the first few of
// them. A call that fails belongs to the reading; an error is returned only where
// nothing was read at all.
func Read(ctx context.Context, conn distributor.Connector, accounts int) ([]string, []string, error) {
	listing, err := conn.Accounts(ctx)
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if distributor.KindOf(err) == distributor.NeedsCredentials {
		return nil, nil, err
	}
	var all, chosen []string
	for _, a := range listing.Accounts {
		all = append(all, a.ExternalID)
	}
	chosen = all[:min(len(all), max(accounts, 1))]
	for _, id := range chosen {
		if ctx.Err() != nil {
			break
		}
		readAccount(ctx, conn, id)
	}
	return all, chosen, nil //nolint:nilerr // a list that fails is what the capture is to show
}

// readAccount asks for one customer's list and for the change log of the first contract;
// what comes of it is the recorder's.
func readAccount(ctx context.Context, conn distributor.Connector, id string) {
	subs, err := conn.Subscriptions(ctx, id)
	if err != nil || !conn.Capabilities().ChangeLog {
		return
	}
	for _, s := range subs.Subscriptions {
		if s.ContractNo != "" {
			_, _ = conn.Changes(ctx, distributor.ChangeQuery{AccountExternalID: id, ContractNo: s.ContractNo})
			return
		}
	}
}

// Make replaces everything that was recorded and throws the key away. all are the ids of
// the customers that were listed, chosen those that were read; the others leave the list.
func (r *Recorder) Make(connector string, all, chosen []string) (File, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, err := newMasker()
	if err != nil {
		return File{}, err
	}
	defer m.forget()
	t := trim{all: setOf(all), chosen: setOf(chosen)}
	kept := t.calls(r.calls)
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	if err := out.Encode(Head{Format: Format, Connector: connector, Accounts: len(chosen)}); err != nil {
		return File{}, err
	}
	failed := 0
	for _, c := range kept {
		x := m.exchange(c)
		if x.Failed != "" || x.Status != 200 {
			failed++
		}
		if err := out.Encode(x); err != nil {
			return File{}, err
		}
	}
	p := m.notes.preview()
	p.Accounts, p.Calls, p.Failed, p.Bytes = len(chosen), len(kept), failed, b.Len()
	r.calls = nil
	return File{Content: b.Bytes(), Preview: p}, nil
}

func setOf(ids []string) map[string]bool {
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out
}

func (m *masker) exchange(c call) Exchange {
	x := Exchange{Method: c.method, Path: m.path(c.path), Query: m.query(c.query), Status: c.status,
		Type: headerWord(c.header, "Content-Type", plainType), Failed: string(c.failed),
		RetryAfter: headerWord(c.header, "Retry-After", plainPause)}
	if asked, err := parse(c.request); err == nil {
		x.Body = m.tree("", asked)
	}
	switch {
	case c.tree != nil:
		x.Answer = m.tree("", c.tree)
	case c.failed == "":
		x.NoJSON = len(c.answer)
	}
	return x
}

var version = regexp.MustCompile(`^v\d{1,2}$`)

// path keeps the words of an address and replaces the ids in it, as those in the answers are.
func (m *masker) path(p string) string {
	segments := strings.Split(p, "/")
	for i, s := range segments {
		if s == "" || version.MatchString(s) || knownKey(s) {
			continue
		}
		if plain, err := url.PathUnescape(s); err == nil {
			segments[i] = url.PathEscape(m.form(plain))
		}
	}
	return strings.Join(segments, "/")
}

func (m *masker) query(q url.Values) map[string]string {
	out := map[string]string{}
	for key, values := range q {
		out[m.name(key)] = m.text(key, strings.Join(values, ","))
	}
	return out
}

// call is a recorded call with its answer read.
type call struct {
	raw
	tree *node // nil: the answer is no JSON
}

// trim takes the customers that were not read out of the list of customers, and out of
// its total as many: what did not add up before does not add up afterwards either.
type trim struct {
	all, chosen map[string]bool
}

// oddRows is how many rows without a known id stay, since their form is what matters.
const oddRows = 5

func (t trim) calls(recorded []raw) []call {
	out := make([]call, 0, len(recorded))
	gone, counted := 0, map[string]bool{}
	for _, r := range recorded {
		c := call{raw: r}
		c.tree, _ = parse(r.answer) // what is no JSON is not kept
		if r.op == "list customers" && c.tree != nil {
			page := r.query.Encode() + string(r.request)
			n := t.rows(c.tree.records(0))
			if !counted[page] {
				gone, counted[page] = gone+n, true
			}
		}
		out = append(out, c)
	}
	for _, c := range out {
		if c.op == "list customers" && c.tree != nil {
			lessen(c.tree, gone, 0)
		}
	}
	return slices.DeleteFunc(out, t.emptied)
}

// rows drops the rows of other customers, and tells how many went.
func (t trim) rows(list *node) int {
	if list == nil {
		return 0
	}
	before, odd := len(list.array), 0
	list.array = slices.DeleteFunc(list.array, func(n *node) bool {
		if n.mentions(t.chosen) {
			return false
		}
		odd++
		return n.mentions(t.all) || odd > oddRows
	})
	return before - len(list.array)
}

// emptied tells whether a later page of customers has none left.
func (t trim) emptied(c call) bool {
	page := c.query.Get("pageNo")
	if c.op != "list customers" || c.tree == nil || page == "" || page == "1" {
		return false
	}
	list := c.tree.records(0)
	return list != nil && len(list.array) == 0
}

var totals = setOf([]string{"total", "totalcount", "totalrecords", "totalelements"})

// lessen takes rows off the totals of an answer.
func lessen(n *node, by, depth int) {
	if depth > 2 || by == 0 {
		return
	}
	for i, x := range n.object {
		if totals[fold(x.key)] {
			n.object[i].value = &node{scalar: less(x.value, by)}
			continue
		}
		lessen(x.value, by, depth+1)
	}
}

func less(n *node, by int) any {
	total, err := json.Number(n.text()).Int64()
	if err != nil {
		return n.scalar
	}
	left := json.Number(strconv.FormatInt(max(total-int64(by), 0), 10))
	if _, quoted := n.scalar.(string); quoted {
		return left.String()
	}
	return left
}
