// Package trace follows one piece of work through the program: from a request through the job it queued to the calls
// to a distributor. Spans carry our own words, routes and statuses alone, never a record, an address of a page or a
// text from outside. It knows OpenTelemetry, and no network: finished spans go to a function as OTLP in JSON.
package trace

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Options of a tracer.
type Options struct {
	Program string // the version
	Send    Send
	Log     *slog.Logger
}

// Send takes finished spans to whoever collects them.
type Send func(ctx context.Context, body []byte) error

// Tracer makes spans. A nil Tracer makes none.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

const (
	atOnce = 512
	every  = 2 * time.Second
	kept   = 8192 // spans that wait for the collector; what is more is dropped, never waited for
)

// New makes a tracer that sends what it collects every two seconds.
func New(o Options) *Tracer {
	of := resource.NewSchemaless(attribute.String("service.name", "seatledger"),
		attribute.String("service.version", o.Program),
		attribute.String("service.instance.id", uuid.NewString()))
	p := sdk.NewTracerProvider(sdk.WithResource(of), sdk.WithBatcher(&exporter{send: o.Send, log: o.Log},
		sdk.WithMaxExportBatchSize(atOnce), sdk.WithBatchTimeout(every), sdk.WithMaxQueueSize(kept)))
	return &Tracer{provider: p, tracer: p.Tracer("seatledger")}
}

// Close sends what is left.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Kind is on which side of a line a span is.
type Kind = trace.SpanKind

// The kinds.
const (
	Serves Kind = trace.SpanKindServer
	Works  Kind = trace.SpanKindConsumer
	Calls  Kind = trace.SpanKindClient
)

// Span is a stretch of work. That of a nil Tracer does nothing.
type Span struct{ span trace.Span }

// Start begins a span within that of the context. Pairs are names and values of our own.
func (t *Tracer) Start(ctx context.Context, kind Kind, name string, pairs ...string) (context.Context, Span) {
	if t == nil {
		return ctx, Span{}
	}
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(kind), trace.WithAttributes(attributes(pairs)...))
	return ctx, Span{span}
}

func attributes(pairs []string) []attribute.KeyValue {
	out := make([]attribute.KeyValue, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, attribute.String(pairs[i], pairs[i+1]))
	}
	return out
}

// End ends a span, with what is known by then.
func (s Span) End(failed bool, pairs ...string) {
	if s.span == nil {
		return
	}
	s.span.SetAttributes(attributes(pairs)...)
	if failed {
		s.span.SetStatus(codes.Error, "")
	}
	s.span.End()
}

// Name gives a span the name that is known only later.
func (s Span) Name(name string) {
	if s.span != nil {
		s.span.SetName(name)
	}
}

const parent = "traceparent"

// Carry is what a job takes along of the context's span, as a JSON object; nil where there is none.
func Carry(ctx context.Context) []byte {
	along := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, along)
	if along[parent] == "" {
		return nil
	}
	b, _ := json.Marshal(map[string]string{parent: along[parent]}) // texts always marshal
	return b
}

// Carried gives a context the span that a job brought along.
func Carried(ctx context.Context, along []byte) context.Context {
	var m map[string]json.RawMessage
	if json.Unmarshal(along, &m) != nil || m[parent] == nil {
		return ctx
	}
	id := strings.Trim(string(m[parent]), `"`)
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{parent: id})
}
