package layout

import "seatledger/views/ui"

func toneName(t ui.Tone) string {
	if t == ui.Neutral {
		return "neutral"
	}
	return string(t)
}

func toneIcon(t ui.Tone) string {
	switch t {
	case ui.Good:
		return "check"
	case ui.Warn:
		return "warning"
	case ui.Bad:
		return "error"
	}
	return "info"
}

func pressed(on bool) string {
	if on {
		return "true"
	}
	return "false"
}
