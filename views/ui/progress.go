package ui

import (
	"context"
	"io"
	"strconv"
)

// Progress is a bar with words. Total 0 means that the length is not known yet.
type Progress struct {
	Label string // what goes on: "Reading subscriptions"
	Text  string // "118 of 340 accounts"
	Done  int
	Total int
	Tone  Tone
}

// LiveProgress is a Progress that listens to server-sent events at Src and updates
// itself; without JavaScript a reload shows the same. Each message is a JSON object:
//
//	{"done": 118, "total": 340, "text": "118 of 340 accounts", "values": {"added": "12"}, "final": false}
//
// values are put into the elements that carry data-live="added" anywhere on the
// page (see Live); final reloads the page once.
type LiveProgress struct {
	Progress
	Src string
}

// Live is a figure that a LiveProgress on the same page keeps up to date.
type Live struct {
	Name  string
	Value string
}

// Render makes a Progress a templ component.
func (p Progress) Render(ctx context.Context, w io.Writer) error { return progress(p).Render(ctx, w) }

// Render makes a LiveProgress a templ component.
func (p LiveProgress) Render(ctx context.Context, w io.Writer) error {
	return liveProgress(p).Render(ctx, w)
}

// Render makes a Live a templ component.
func (l Live) Render(ctx context.Context, w io.Writer) error { return live(l).Render(ctx, w) }

func (p Progress) done() string  { return strconv.Itoa(p.Done) }
func (p Progress) total() string { return strconv.Itoa(p.Total) }
