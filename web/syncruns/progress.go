package syncruns

import (
	"fmt"
	"strconv"

	"seatledger/internal/syncing"
	"seatledger/internal/words"
	"seatledger/web/httpx"
)

func itoa(n int) string { return strconv.Itoa(n) }

// progressOf is a run as the page and the stream show it.
func progressOf(r syncing.Run) httpx.Progress {
	return httpx.Progress{Done: r.Done, Total: r.Total, Text: progressText(r), Final: r.State.Finished(),
		Values: map[string]string{
			"state": headBadge(r).Text, "done": progressDone(r), "added": itoa(r.Added), "changed": itoa(r.Changed),
			"unchanged": itoa(r.Unchanged),
			"gone":      itoa(r.Gone), "held": itoa(r.Held), "failed": itoa(r.Failed),
		}}
}

func progressText(r syncing.Run) string {
	switch {
	case r.State.Finished():
		return words.RunState(string(r.State))
	case r.CancelRequestedAt != nil:
		return "Cancelling: the account in work is finished first"
	case headBadge(r).Text == paused:
		return fmt.Sprintf("Paused at %d of %d accounts; goes on by itself", r.Done, r.Total)
	case r.State == syncing.Queued:
		return "Waiting for its turn"
	case r.State == syncing.Interrupted:
		return fmt.Sprintf("Interrupted at %d of %d accounts; goes on by itself", r.Done, r.Total)
	case r.Total == 0:
		return "Asking the distributor"
	}
	return progressDone(r)
}

func progressDone(r syncing.Run) string {
	if r.Total == 0 {
		return itoa(r.Done)
	}
	return fmt.Sprintf("%d of %d accounts", r.Done, r.Total)
}

func progressLabel(r syncing.Run) string {
	if r.Kind == syncing.Accounts {
		return "Reading accounts"
	}
	return "Reading subscriptions"
}
