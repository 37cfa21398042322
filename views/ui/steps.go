package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// StepState is how far a step is.
type StepState string

// The states of a step. The zero state is "still to do".
const (
	StepTodo    StepState = ""
	StepNow     StepState = "now"
	StepDone    StepState = "done"
	StepWarned  StepState = "warn"
	StepFailed  StepState = "failed"
	StepSkipped StepState = "skipped"
)

// Steps are the layers of a check or the gates of a guided move, in their order.
type Steps []Step

// Step is one of them.
type Step struct {
	Title  string
	State  StepState
	Word   string // in place of the state's own word, as "Next"
	Text   string // the finding, and what to do about it
	Note   string // quiet: a duration, a request id
	Action templ.Component
}

// Timeline is what happened to a record, newest first as given.
type Timeline []Event

// Event is one entry of a Timeline.
type Event struct {
	Title string
	Who   string
	When  Time
	Text  string
	Tone  Tone
	Href  string // the title becomes a link
}

// Waterfall shows how evidence adds up to a score, one bar per reason.
type Waterfall struct {
	Caption string
	Bars    []Bar
	Total   string
	Sum     *Bar // the bar of the total; nil: none
}

// Bar is one reason. From is where the bar begins and Percent how long it is, both 0 to 100; Against colours it
// otherwise.
type Bar struct {
	Label   string
	Text    string // the two values that were compared
	Value   string // "+4.2"
	From    int
	Percent int
	Against bool
}

// Render makes Steps a templ component.
func (s Steps) Render(ctx context.Context, w io.Writer) error { return steps(s).Render(ctx, w) }

// Render makes a Timeline a templ component.
func (t Timeline) Render(ctx context.Context, w io.Writer) error { return timeline(t).Render(ctx, w) }

// Render makes a Waterfall a templ component.
func (f Waterfall) Render(ctx context.Context, w io.Writer) error {
	return waterfall(f).Render(ctx, w)
}

func (s Step) class() string {
	if s.State == StepTodo {
		return "step"
	}
	return "step step--" + string(s.State)
}

func (s Step) word() string {
	if s.Word != "" {
		return s.Word
	}
	switch s.State {
	case StepNow:
		return "In progress"
	case StepDone:
		return "Passed"
	case StepWarned:
		return "Warning"
	case StepFailed:
		return "Failed"
	case StepSkipped:
		return "Not reached"
	}
	return "To do"
}

func (s Step) icon() string {
	switch s.State {
	case StepDone:
		return "check"
	case StepWarned:
		return "warning"
	case StepFailed:
		return "close"
	case StepNow:
		return "refresh"
	}
	return "dot"
}

func (b Bar) class() string {
	if b.Against {
		return "bar bar--against"
	}
	return "bar"
}
