package stellr

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/calls"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/outbound"
)

// maxPages bounds a listing that never ends.
const maxPages = 5000

// list is a question whose answer comes in pages.
type list struct {
	op     string
	path   string
	query  url.Values
	noun   string                           // a further name the array may have
	key    func(raw json.RawMessage) string // tells records apart; empty when unreadable
	unlike bool                             // records of one key with unlike facts are all handed over
}

// row is one record and the request it came with.
type row struct {
	raw       json.RawMessage
	requestID string
}

// reading is one pass over all pages. A record on two pages counts once; with unlike facts both are handed over, since
// nobody knows which is right.
type reading struct {
	rows      []row
	seen      map[string]string // the records' meaning, by key
	total     int               // -1 while unknown
	noTotal   string            // why a page with records had none
	moved     bool
	repeated  bool
	requestID string
}

// readAll reads all pages; once more when the sum does not come out, since a
// customer may have come or gone between two pages. why tells what is still wrong.
func (c *Connector) readAll(ctx context.Context, l list) (r *reading, why string, err error) {
	for range 2 {
		if r, err = c.pass(ctx, l); err != nil {
			return nil, "", err
		}
		if why = r.doubt(); why == "" {
			break
		}
		c.log.WarnContext(ctx, "listing does not add up", "op", l.op, "why", why, "request_id", r.requestID)
	}
	return r, why, nil
}

func (c *Connector) pass(ctx context.Context, l list) (*reading, error) {
	r := &reading{seen: map[string]string{}, total: -1}
	for no := 1; no <= maxPages; no++ {
		page, err := c.page(ctx, l, no, false)
		if err != nil && r.hasAll() && beyondTheEnd(err) {
			return r, nil
		}
		if err != nil {
			return nil, err
		}
		if r.add(page, l); r.ended(page, no, c.pageSize) {
			return r, nil
		}
	}
	r.repeated = true
	return r, nil
}

// page reads one page. Both parameters are always sent: without them the
// distributor answers a good, empty list.
func (c *Connector) page(ctx context.Context, l list, no int, once bool) (lenient.List, error) {
	query := url.Values{}
	maps.Copy(query, l.query)
	query.Set("pageNo", strconv.Itoa(no))
	query.Set("pageSize", strconv.Itoa(c.pageSize))
	var page lenient.List
	err := c.get(ctx, question{op: l.op, path: l.path, query: query, once: once,
		read: func(a outbound.Answer) (err error) {
			if page, err = lenient.ReadList(a.Body, l.noun); err != nil {
				return c.session.Unreadable(l.op, err, a.Header)
			}
			page.RequestID = calls.RequestID(page.RequestID, a.Header)
			return nil
		}})
	if err != nil {
		return lenient.List{}, err
	}
	distributor.WatchOf(ctx).Page(len(page.Records))
	return page, nil
}

func (r *reading) add(page lenient.List, l list) {
	r.requestID = page.RequestID
	if r.total >= 0 && page.Total >= 0 && page.Total != r.total {
		r.moved = true
	}
	if page.Total >= 0 {
		r.total = page.Total
	}
	if len(page.Records) > 0 && page.NoTotal != "" {
		r.noTotal = page.NoTotal
	}
	before := len(r.seen)
	r.rows = slices.Grow(r.rows, len(page.Records))
	for _, raw := range page.Records {
		k := l.key(raw)
		if k == "" {
			k = "unreadable " + string(raw)
		}
		means := distributor.Meaning(raw)
		was, known := r.seen[k]
		if !known {
			r.seen[k] = means
		}
		if !known || l.unlike && was != means {
			r.rows = append(r.rows, row{raw: raw, requestID: page.RequestID})
		}
	}
	r.repeated = len(page.Records) > 0 && len(r.seen) == before
}

// hasAll tells whether as many records were listed as the distributor counts.
func (r *reading) hasAll() bool { return r.total >= 0 && len(r.seen) >= r.total }

// beyondTheEnd tells whether an answer may be what a server says of a page that it does not have.
func beyondTheEnd(err error) bool {
	switch distributor.KindOf(err) {
	case distributor.NotFound, distributor.Refused, distributor.BadAnswer:
		return true
	}
	return false
}

// ended tells whether there is nothing more to ask for. A short page alone is
// not the end: a server may give fewer than it was asked for. Nor is the total after a full page: it may be too low.
func (r *reading) ended(page lenient.List, no, pageSize int) bool {
	switch {
	case len(page.Records) == 0:
		return true
	case r.repeated:
		// A server that knows no paging repeats its one page; only a page of
		// exactly the size asked for makes that doubtful.
		r.repeated = r.total < 0 && len(page.Records) == pageSize
		return true
	}
	return r.hasAll() && len(page.Records) < pageSize
}

func (r *reading) doubt() string {
	switch {
	case r.total < 0 && len(r.seen) == 0:
		return "the distributor gave neither records nor a total"
	case r.noTotal != "":
		return r.noTotal
	case r.moved:
		return "the distributor's total changed while its pages were read"
	case r.total >= 0 && r.total != len(r.seen):
		return fmt.Sprintf("the distributor counts %d records but listed %d", r.total, len(r.seen))
	case r.repeated:
		return "the distributor repeats the same page"
	}
	return ""
}
