package sandbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// replay serves a capture in place of the sandbox's own data: the same addresses, the
// sandbox's credentials. What was not captured is answered as unknown.
type replay struct {
	mu    sync.Mutex
	calls []*replayed
}

// replayed is one line of a capture.
type replayed struct {
	Method     string            `json:"method"`
	Path       string            `json:"path"`
	Query      map[string]string `json:"query"`
	Body       json.RawMessage   `json:"body"`
	Status     int               `json:"status"`
	Type       string            `json:"content_type"`
	RetryAfter string            `json:"retry_after"`
	Answer     json.RawMessage   `json:"answer"`
	NoJSON     int               `json:"no_json_bytes"`
	Failed     string            `json:"failed"`

	asked int // how often it was served
}

const longestLine = 64 << 20

// readReplay reads the file of a capture.
func readReplay(content []byte) (*replay, error) {
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, longestLine)
	var head struct {
		Format int `json:"seatledger_capture"`
	}
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &head) != nil || head.Format != 1 {
		return nil, fmt.Errorf("this is no capture of Seatledger, or one of a later version")
	}
	r := &replay{}
	for no := 2; lines.Scan(); no++ {
		x := &replayed{}
		if err := json.Unmarshal(lines.Bytes(), x); err != nil {
			return nil, fmt.Errorf("line %d of the capture cannot be read: %w", no, err)
		}
		r.calls = append(r.calls, x)
	}
	return r, lines.Err()
}

// replayed answers a signed-in caller out of the capture.
func (s *Server) replayed() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := stellrToken
		if strings.HasPrefix(r.URL.Path, "/webservice/") {
			kind = legacyToken
		}
		if _, ok := s.tokens.find(bearer(r), kind); !ok {
			s.fail(w, r, &apiError{http.StatusUnauthorized, "UNAUTHORIZED",
				"The access token is missing, wrong or expired."})
			return
		}
		x, extra := s.replay.find(r, exchangeOf(r).body)
		if x == nil {
			s.noResource(w, r)
			return
		}
		x.serve(w, extra)
	})
}

// serve answers as the distributor did; a page behind the last captured one is empty.
func (x *replayed) serve(w http.ResponseWriter, extra bool) {
	if x.Failed != "" {
		panic(http.ErrAbortHandler) // the connection breaks, as it did
	}
	body := []byte(x.Answer)
	if extra {
		body = emptied(body)
	}
	if x.Answer == nil {
		body = []byte("<html>" + strings.Repeat("x", min(max(x.NoJSON-6, 0), 1<<20)))
	}
	if x.Type != "" {
		w.Header().Set("Content-Type", x.Type)
	}
	if x.RetryAfter != "" {
		w.Header().Set("Retry-After", x.RetryAfter)
	}
	w.WriteHeader(max(x.Status, http.StatusOK))
	_, _ = w.Write(body)
}

// find gives the answer to a request. Where a call was made several times, its answers
// come in their order and the last one stays. extra: a page behind the last one captured.
func (r *replay) find(q *http.Request, body []byte) (x *replayed, extra bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	query := q.URL.Query()
	page := query.Get("pageNo")
	var same []*replayed
	for _, c := range r.calls {
		if c.Method == q.Method && samePath(c.Path, q.URL) && sameQuery(c.Query, query) && sameBody(c.Body, body) {
			same = append(same, c)
		}
	}
	at := slices.DeleteFunc(slices.Clone(same), func(c *replayed) bool { return c.Query["pageNo"] != page })
	if len(at) == 0 && len(same) > 0 && behind(page, same) {
		return same[len(same)-1], true
	}
	for i, c := range at {
		if c.asked == 0 || i == len(at)-1 {
			c.asked++
			return c, false
		}
	}
	return nil, false
}

func samePath(captured string, u *url.URL) bool { return captured == u.EscapedPath() }

// sameQuery leaves out what only says how much is asked for at once and since when.
func sameQuery(captured map[string]string, asked url.Values) bool {
	for _, key := range []string{"contractNo", "customerNo"} {
		if captured[key] != asked.Get(key) {
			return false
		}
	}
	return true
}

func sameBody(captured json.RawMessage, asked []byte) bool {
	if captured == nil {
		return true
	}
	var a, b map[string]any
	if json.Unmarshal(captured, &a) != nil || json.Unmarshal(asked, &b) != nil || len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if fmt.Sprint(b[k]) != fmt.Sprint(v) {
			return false
		}
	}
	return true
}

func behind(page string, captured []*replayed) bool {
	n, err := strconv.Atoi(page)
	if err != nil {
		return false
	}
	for _, c := range captured {
		if at, err := strconv.Atoi(c.Query["pageNo"]); err != nil || at >= n {
			return false
		}
	}
	return true
}

// emptied is an answer with its first list emptied.
func emptied(body []byte) []byte {
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return body
	}
	out, err := json.Marshal(withoutRows(v, 0))
	if err != nil {
		return body
	}
	return out
}

func withoutRows(v any, depth int) any {
	switch v := v.(type) {
	case []any:
		return []any{}
	case map[string]any:
		if depth > 2 {
			return v
		}
		for k, inner := range v {
			switch inner.(type) {
			case []any, map[string]any:
				v[k] = withoutRows(inner, depth+1)
			}
		}
	}
	return v
}
