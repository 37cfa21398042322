package cutovers

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"seatledger/internal/audit"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
)

const mostEvents = 100

// history is what the cut-over did for a customer, also what was taken back, newest first.
func (h Handlers) history(ctx context.Context, customer uuid.UUID) (ui.Timeline, error) {
	entries, err := audit.About(ctx, h.Cutovers.DB.Read(ctx), "crm_account", customer.String(), mostEvents)
	if err != nil {
		return nil, err
	}
	var out ui.Timeline
	for _, e := range entries {
		if what, ours := strings.CutPrefix(e.Action, "cutover."); ours {
			out = append(out, ui.Event{Title: eventTitle(what), Who: e.Actor, When: httpx.Moment(e.At, h.Cutovers.Zone),
				Href: at.Audit + "/" + itoa(int(e.Seq))})
		}
	}
	return out, nil
}

func eventTitle(what string) string {
	if title := eventTitles[what]; title != "" {
		return title
	}
	words := strings.ReplaceAll(what, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

var eventTitles = map[string]string{"confirmed": "Confirmed: old ones frozen, new ones held back",
	"reassigned": "History reassigned", "retired": "Old ones retired, new ones released", "open": "Taken back to open"}
