package trace

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// exporter writes spans as the JSON form of OTLP. The collector being away is said once, and once when it is back.
type exporter struct {
	send Send
	log  *slog.Logger
	away atomic.Bool
}

type (
	request struct {
		ResourceSpans []resourceSpans `json:"resourceSpans"`
	}
	resourceSpans struct {
		Resource   attrs        `json:"resource"`
		ScopeSpans []scopeSpans `json:"scopeSpans"`
	}
	scopeSpans struct {
		Scope struct {
			Name string `json:"name"`
		} `json:"scope"`
		Spans []span `json:"spans"`
	}
	attrs struct {
		Attributes []pair `json:"attributes"`
	}
	pair struct {
		Key   string `json:"key"`
		Value struct {
			Text string `json:"stringValue"`
		} `json:"value"`
	}
	status struct {
		Code int `json:"code,omitempty"`
	}
	span struct {
		TraceID    string `json:"traceId"`
		SpanID     string `json:"spanId"`
		Parent     string `json:"parentSpanId,omitempty"`
		Name       string `json:"name"`
		Kind       int    `json:"kind"`
		Start      string `json:"startTimeUnixNano"`
		End        string `json:"endTimeUnixNano"`
		Attributes []pair `json:"attributes,omitempty"`
		Status     status `json:"status"`
	}
)

const statusError = 2 // of OTLP

func pairs(all []attribute.KeyValue) []pair {
	out := make([]pair, len(all))
	for i, kv := range all {
		out[i].Key, out[i].Value.Text = string(kv.Key), kv.Value.String()
	}
	return out
}

// ExportSpans sends spans that have ended.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if len(spans) == 0 {
		return nil
	}
	var within scopeSpans
	within.Scope.Name = spans[0].InstrumentationScope().Name
	for _, s := range spans {
		within.Spans = append(within.Spans, written(s))
	}
	body, err := json.Marshal(request{[]resourceSpans{{Resource: attrs{pairs(spans[0].Resource().Attributes())},
		ScopeSpans: []scopeSpans{within}}}})
	if err != nil {
		return err
	}
	err = e.send(ctx, body)
	if was := e.away.Swap(err != nil); was != (err != nil) && e.log != nil {
		if err != nil {
			e.log.WarnContext(ctx, "traces are not taken; they are dropped until they are", "error", err)
		} else {
			e.log.InfoContext(ctx, "traces are taken again")
		}
	}
	return nil // it was said
}

func written(s sdk.ReadOnlySpan) span {
	nano := func(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }
	out := span{TraceID: s.SpanContext().TraceID().String(), SpanID: s.SpanContext().SpanID().String(), Name: s.Name(),
		Kind: int(s.SpanKind()), Start: nano(s.StartTime()), End: nano(s.EndTime()), Attributes: pairs(s.Attributes())}
	if s.Parent().SpanID().IsValid() {
		out.Parent = s.Parent().SpanID().String()
	}
	if s.Status().Code == codes.Error {
		out.Status.Code = statusError
	}
	return out
}

// Shutdown has nothing to close.
func (e *exporter) Shutdown(context.Context) error { return nil }
