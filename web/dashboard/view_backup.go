package dashboard

import (
	"time"

	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/httpx"
)

// lastBackup says how old the last backup is, where one is made each day.
func (b *board) lastBackup() *ui.Callout {
	s := b.backup
	if !s.Scheduled {
		return nil
	}
	m := ui.Callout{Title: "Last backup", Tone: ui.Good}
	switch {
	case s.MadeAt.IsZero():
		m.Tone, m.Text = ui.Info, "None yet: the first is made when its hour comes."
	case b.now.Sub(s.MadeAt) < time.Hour:
		m.Text = "Made within the last hour, " + httpx.MomentText(s.MadeAt, b.zone) + "."
	default:
		m.Text = words.Counted(int(b.now.Sub(s.MadeAt).Hours()), "hour") + " old, " +
			httpx.MomentText(s.MadeAt, b.zone) + "."
	}
	if s.Old {
		m.Tone = ui.Warn
	}
	if s.Failed != "" {
		m.Tone = ui.Bad
		m.Text += " The last try failed: " + s.Failed + "."
	}
	return &m
}
