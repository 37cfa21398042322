// Package obs makes the logger and carries the ids that each log line should
// bear through the context: the request's and the sync run's. It knows nothing of what is logged.
package obs

import (
	"context"
	"io"
	"log/slog"
)

type key int

const (
	requestKey key = iota
	runKey
	callsKey
)

// WithRequest marks a context with the id of the request it serves.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey, id)
}

// RequestID is the id of the request that a context serves, or empty.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey).(string)
	return id
}

// WithRun marks a context with the sync run it works for.
func WithRun(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, runKey, id)
}

// NewLogger writes to out as "json" or "text". Line breaks and control characters
// in values are escaped by both handlers, so one event stays one line.
func NewLogger(out io.Writer, format string, level slog.Level) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level}
	var h slog.Handler = slog.NewTextHandler(out, opts)
	if format == "json" {
		h = slog.NewJSONHandler(out, opts)
	}
	return slog.New(ids{h})
}

// ids adds the request and run id of the context to each record.
type ids struct{ slog.Handler }

// Handle adds the ids and passes on.
func (h ids) Handle(ctx context.Context, r slog.Record) error {
	if id := RequestID(ctx); id != "" {
		r.AddAttrs(slog.String("request_id", id))
	}
	if id, _ := ctx.Value(runKey).(string); id != "" {
		r.AddAttrs(slog.String("sync_run", id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the ids on derived loggers.
func (h ids) WithAttrs(a []slog.Attr) slog.Handler { return ids{h.Handler.WithAttrs(a)} }

// WithGroup keeps the ids on derived loggers.
func (h ids) WithGroup(name string) slog.Handler { return ids{h.Handler.WithGroup(name)} }
