package ui

import (
	"context"
	"io"
)

// Money is an amount with its currency, and with its period where it has one.
// The digits come already rounded and grouped.
type Money struct {
	Amount   string // "1,234.50"; empty: unknown, shown as nothing
	Currency string
	Period   string // "per month"
}

// Time is a moment. Text is what people read, ISO what machines read and what a
// mouse over it shows. Relative lets JavaScript say "3 minutes ago" instead.
type Time struct {
	ISO      string // RFC 3339 in UTC, or YYYY-MM-DD
	Text     string // in the configured zone, with the zone
	Relative bool
}

// CopyText is a value with a copy button. Mailto offers to mail it.
type CopyText struct {
	Label  string // names the value: "Reseller authorize link"
	Value  string
	Mailto string // the whole mailto: address; empty: no link
	Block  bool   // several lines, as a letter
}

// Raw is a record as it was received.
type Raw struct {
	Summary string // "Raw record"
	Text    string
}

// Render makes Money a templ component.
func (m Money) Render(ctx context.Context, w io.Writer) error { return money(m).Render(ctx, w) }

// Render makes a Time a templ component.
func (t Time) Render(ctx context.Context, w io.Writer) error { return timeOf(t).Render(ctx, w) }

// Render makes a CopyText a templ component.
func (c CopyText) Render(ctx context.Context, w io.Writer) error { return copyText(c).Render(ctx, w) }

// Render makes a Raw a templ component.
func (r Raw) Render(ctx context.Context, w io.Writer) error { return raw(r).Render(ctx, w) }
