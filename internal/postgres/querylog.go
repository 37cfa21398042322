package postgres

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// queryLog sends slow and failed statements to slog, without their values.
type queryLog struct {
	log  *slog.Logger
	slow time.Duration
}

// LogMode is part of gorm's interface; the level is slog's matter.
func (q queryLog) LogMode(logger.LogLevel) logger.Interface { return q }

// Info logs what gorm has to say.
func (q queryLog) Info(ctx context.Context, msg string, _ ...any) { q.log.InfoContext(ctx, msg) }

// Warn logs what gorm warns of.
func (q queryLog) Warn(ctx context.Context, msg string, _ ...any) { q.log.WarnContext(ctx, msg) }

// Error logs gorm's own errors.
func (q queryLog) Error(ctx context.Context, msg string, _ ...any) { q.log.ErrorContext(ctx, msg) }

// Trace logs a statement that was slow. Failures are logged once, at the edge, by who gets the error.
func (q queryLog) Trace(ctx context.Context, begin time.Time, fc func() (string, int64), err error) {
	took := time.Since(begin)
	if took < q.slow || errors.Is(err, gorm.ErrRecordNotFound) {
		return
	}
	sql, rows := fc()
	q.log.WarnContext(ctx, "slow statement", "took", took, "rows", rows, "sql", sql)
}

// ParamsFilter keeps values out of the log: they may be anything.
func (queryLog) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}
