package ui

import (
	"context"
	"fmt"
	"io"
	"strconv"
)

// Chart is bars over months, drawn on the server, with its figures in a table behind it. Words and figures come
// formatted; Value only says how high a bar is.
type Chart struct {
	Says    string // the chart in one sentence, for who does not see it
	Series  []string
	Groups  []ChartGroup
	Highest string // what the top of the chart stands for, formatted
	Lowest  string // what its bottom stands for, where bars go below 0; empty: none does
	Table   Table
}

// ChartGroup is the bars of one month, one of each series.
type ChartGroup struct {
	Label string // "Nov 2026"
	Bars  []ChartBar
}

// ChartBar is one bar. An unknown one is not drawn.
type ChartBar struct {
	Value   float64 // in the unit of the chart; only for drawing
	Says    string  // "Revenue Nov 2026: 1,204.00 USD"
	Unknown bool
}

// Render makes a Chart a templ component.
func (c Chart) Render(ctx context.Context, w io.Writer) error { return chart(c).Render(ctx, w) }

// What the drawing is in its own units; it is stretched to the width there is.
const (
	chartWide = 1000.0
	chartHigh = 100.0
)

// span is the lowest and the highest value, 0 among them.
func (c Chart) span() (low, high float64) {
	for _, g := range c.Groups {
		for _, b := range g.Bars {
			if !b.Unknown {
				low, high = min(low, b.Value), max(high, b.Value)
			}
		}
	}
	return low, max(high, low+1e-9)
}

// y is how far down a value stands.
func (c Chart) y(v float64) float64 {
	low, high := c.span()
	return chartHigh * (high - v) / (high - low)
}

// bar is where the j-th bar of the i-th group stands.
func (c Chart) bar(i, j int) (x, y, w, h string) {
	v := c.Groups[i].Bars[j].Value
	wide := chartWide / float64(len(c.Groups))
	each := wide * 0.8 / float64(max(len(c.Series), 1))
	top, foot := min(c.y(v), c.y(0)), max(c.y(v), c.y(0))
	at := wide*(float64(i)+0.1) + each*float64(j)
	return unit(at), unit(top), unit(each * 0.92), unit(foot - top)
}

func unit(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

func (c Chart) viewBox() string { return fmt.Sprintf("0 0 %s %s", unit(chartWide), unit(chartHigh)) }

func seriesClass(i int) string { return "chart__bar chart__bar--" + strconv.Itoa(i%3+1) }

func keyClass(i int) string { return "chart__key chart__key--" + strconv.Itoa(i%3+1) }
