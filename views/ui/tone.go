package ui

// Tone is the meaning of a colour. Colour is never the only sign: a tone goes with words.
type Tone string

// The tones. The zero Tone is Neutral.
const (
	Neutral Tone = ""
	Info    Tone = "info"
	Good    Tone = "good"
	Warn    Tone = "warn"
	Bad     Tone = "bad"
)

// If is the tone of what needs one only sometimes.
func (t Tone) If(on bool) Tone {
	if on {
		return t
	}
	return Neutral
}

func (t Tone) class(base string) string {
	if t == Neutral {
		return base
	}
	return base + " " + base + "--" + string(t)
}

func (t Tone) icon() string {
	switch t {
	case Good:
		return "check"
	case Warn:
		return "warning"
	case Bad:
		return "error"
	}
	return "info"
}
