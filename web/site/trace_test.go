package site_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/testkit/webtest"
)

// span is what the receiver keeps of one.
type span struct {
	TraceID string `json:"traceId"`
	SpanID  string `json:"spanId"`
	Parent  string `json:"parentSpanId"`
	Name    string `json:"name"`
}

// receiver takes traces as a collector does.
type receiver struct {
	mu    sync.Mutex
	spans []span
	text  strings.Builder
	auth  []string
	more  chan struct{}
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	var got struct {
		ResourceSpans []struct {
			ScopeSpans []struct {
				Spans []span `json:"spans"`
			} `json:"scopeSpans"`
		} `json:"resourceSpans"`
	}
	if err := json.Unmarshal(body, &got); err != nil || q.URL.Path != "/v1/traces" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text.Write(body)
	r.auth = append(r.auth, q.Header.Get("Authorization"))
	for _, of := range got.ResourceSpans {
		for _, s := range of.ScopeSpans {
			r.spans = append(r.spans, s.Spans...)
		}
	}
	select {
	case r.more <- struct{}{}:
	default:
	}
}

func (r *receiver) named(name string) []span {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []span
	for _, s := range r.spans {
		if s.Name == name {
			out = append(out, s)
		}
	}
	return out
}

// TestATraceGoesFromTheRequestToTheDistributor follows a sync that a person asks for, and looks for anything in it
// that is a customer's or secret.
func TestATraceGoesFromTheRequestToTheDistributor(t *testing.T) {
	t.Parallel()
	r := &receiver{more: make(chan struct{}, 1)}
	collector := httptest.NewServer(r)
	t.Cleanup(collector.Close)
	s := webtest.Start(t, webtest.Options{Workers: true, Far: sandbox.DataOptions{Customers: 5, Subscriptions: 12,
		Seed: 3},
		Env: map[string]string{"TRACES_URL": collector.URL, "TRACES_HEADERS": "Authorization=Bearer sentinel-token"}})
	admin, provider := connected(t, "TD SYNNEX US", s.FarURL, s)
	s.WaitRun(admin.Post(provider+"/sync-accounts", url.Values{"anyway": {"1"}}).Want(http.StatusSeeOther).Next())
	s.WaitRun(admin.Post(provider+"/sync-subscriptions",
		url.Values{"anyway": {"1"}}).Want(http.StatusSeeOther).Next())
	const asks, lists = "POST /providers/:id/sync-subscriptions", "distributor: list subscriptions"
	whole := func() bool {
		return len(r.named(lists)) == 5 && len(r.named("job: sync_run")) == 2 && len(r.named(asks)) == 1
	}
	for !whole() {
		select {
		case <-r.more:
		case <-t.Context().Done():
			t.Fatal("no trace came")
		}
	}
	request := r.named(asks)[0]
	var job span
	for _, j := range r.named("job: sync_run") {
		if j.TraceID == request.TraceID {
			job = j
		}
	}
	if request.Parent != "" || job.Parent != request.SpanID {
		t.Errorf("the job is not of the request: %+v, %+v", request, job)
	}
	for _, call := range r.named(lists) {
		if call.TraceID != request.TraceID || call.Parent != job.SpanID {
			t.Errorf("a call is not of the job: %+v, %+v", job, call)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.auth[0] != "Bearer sentinel-token" {
		t.Errorf("the collector got %q", r.auth)
	}
	for _, secret := range []string{"sandbox-secret", "sandbox-password", "sentinel", ".example", "12000",
		strings.TrimPrefix(provider, "/providers/"), "100200", "Bearer"} {
		if strings.Contains(r.text.String(), secret) {
			t.Errorf("the trace says %q", secret)
		}
	}
}
