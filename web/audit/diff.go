package audit

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"seatledger/internal/audit"
	"seatledger/views/ui"
)

// differences sets before and after side by side, field by field.
func differences(e audit.Entry) []ui.Diff {
	before, after := fields(e.Before), fields(e.After)
	names := maps.Clone(before)
	maps.Copy(names, after)
	var out []ui.Diff
	for _, name := range slices.Sorted(maps.Keys(names)) {
		out = append(out, ui.Diff{Field: readable(name), Before: before[name], After: after[name]})
	}
	return out
}

// fields reads a stored document as words. One that is no object stands as a whole.
func fields(doc *string) map[string]string {
	out := map[string]string{}
	if doc == nil {
		return out
	}
	var values map[string]json.RawMessage
	if json.Unmarshal([]byte(*doc), &values) != nil {
		out["value"] = *doc
		return out
	}
	for name, raw := range values {
		out[name] = word(raw)
	}
	return out
}

func word(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s // also null, which is nothing
	}
	return string(raw)
}

const summarized = 3

// summary says in a line what changed; the entry's own page has all of it.
func summary(e audit.Entry) string {
	var parts []string
	for _, d := range differences(e) {
		if d.Before == d.After {
			continue
		}
		if len(parts) == summarized {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, d.Field+": "+arrow(d))
	}
	return strings.Join(parts, "; ")
}

func arrow(d ui.Diff) string {
	if d.Before == "" {
		return cut(d.After)
	}
	if d.After == "" {
		return cut(d.Before) + " → nothing"
	}
	return cut(d.Before) + " → " + cut(d.After)
}

func cut(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// moment is a time as people read it, in the configured zone.
func (h Handlers) moment(t time.Time) ui.Time {
	return ui.Time{ISO: t.UTC().Format(time.RFC3339), Text: t.In(h.Zone).Format("2 Jan 2006, 15:04:05 MST")}
}
