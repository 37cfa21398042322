package words

import "strings"

// Capital begins a word of ours as a sentence does: "one_time" is "One time".
func Capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + strings.ReplaceAll(s[1:], "_", " ")
}

// RunState is the state of a run as screens say it.
func RunState(s string) string {
	switch s {
	case "stopped":
		return "Stopped by the guard"
	case "planned":
		return "Waits for a person"
	}
	return Capital(s)
}

// RunKind is what a sync run reads.
func RunKind(s string) string {
	if s == "listing" {
		return "Listing only"
	}
	return Capital(s)
}

// Period is a term or a billing frequency: "Annual", "One time".
func Period(s string) string { return Capital(s) }
