package notify

import (
	"fmt"
	"slices"
	"strings"

	"seatledger/internal/errs"
)

// Choice says of which notices somebody wants to hear.
type Choice struct {
	From  Severity // and what is graver; Chosen: by Kinds; Silent: of none
	Kinds []Kind   // where From is Chosen
}

// What a choice may say beside a severity.
const (
	Chosen Severity = "chosen"
	Silent Severity = "none"
)

// Checked is the choice without kinds that do not count, with what is wrong at the fields from and kinds. Silence is
// a choice only where it may be.
func (c Choice) Checked(f errs.Fields, silence bool) Choice {
	if c.From != Chosen {
		c.Kinds = nil
	}
	switch {
	case !slices.Contains([]Severity{Info, Warn, Bad, Chosen, Silent}, c.From), c.From == Silent && !silence:
		f.Add("from", "Choose which notices.")
	case c.From == Chosen && len(c.Kinds) == 0:
		f.Add("from", "Tick the kinds below, or choose by how soon somebody should look.")
	}
	for _, k := range c.Kinds {
		if !k.Known() {
			f.Add("from", "There is no kind %q.", string(k))
		}
	}
	return c
}

// List writes the kinds as they are stored.
func (c Choice) List() string {
	words := make([]string, len(c.Kinds))
	for i, k := range c.Kinds {
		words[i] = string(k)
	}
	return strings.Join(words, ",")
}

// ChoiceOf reads a stored choice.
func ChoiceOf(from Severity, kinds string) Choice {
	c := Choice{From: from}
	for _, k := range strings.Split(kinds, ",") {
		if k != "" {
			c.Kinds = append(c.Kinds, Kind(k))
		}
	}
	return c
}

// ChosenSQL is true of a notice n that the choice in the columns severity and kinds of a table takes.
func ChosenSQL(table string) string {
	return fmt.Sprintf(`(CASE %[1]s.severity WHEN 'chosen' THEN n.kind = ANY (string_to_array(%[1]s.kinds, ','))
		WHEN 'info' THEN true WHEN 'warn' THEN n.severity IN ('warn', 'bad') WHEN 'bad' THEN n.severity = 'bad'
		ELSE false END)`, table)
}
