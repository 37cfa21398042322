package webtest

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Statements writes down what a site asks its database. Its Watch is an Options.Pool.
type Statements struct {
	mu    sync.Mutex
	texts []string
}

// Watch has connections of a pool tell what they are asked.
func (s *Statements) Watch(cfg *pgxpool.Config) { cfg.ConnConfig.Tracer = s }

// During are the statements of a deed.
func (s *Statements) During(do func()) []string {
	s.mu.Lock()
	s.texts = nil
	s.mu.Unlock()
	do()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.texts
}

// TraceQueryStart is pgx's.
func (s *Statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, d.SQL)
	return ctx
}

// TraceBatchStart is pgx's.
func (s *Statements) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

// TraceBatchQuery is pgx's: of one of several that are asked together.
func (s *Statements) TraceBatchQuery(_ context.Context, _ *pgx.Conn, d pgx.TraceBatchQueryData) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, d.SQL)
}

// TraceBatchEnd is pgx's.
func (s *Statements) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// TraceQueryEnd is pgx's.
func (s *Statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
