package stellr

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/vocabulary"
)

var (
	changeLogText = lenient.Field{"changeLog", "change", "description", "message"}
	activityText  = lenient.Field{"activityLog", "activity", "action"}
	entryTime     = lenient.Field{"entryDatetime", "entryDateTime", "entryDate", "changeDate", "createdAt"}
	entryBy       = lenient.Field{"entryBy", "changedBy", "createdBy", "user"}
	entrySource   = lenient.Field{"entrySource", "source"}
)

// Changes reads the change log of one contract, oldest first as the distributor
// lists it. An entry whose time cannot be read is left out: its seats then do not
// add up, and the change is dated by estimate instead.
func (c *Connector) Changes(ctx context.Context, q distributor.ChangeQuery) ([]distributor.Change, error) {
	r, err := c.findChangeLog(ctx, q)
	if err != nil {
		return nil, err
	}
	var out []distributor.Change
	watch := distributor.WatchOf(ctx)
	for _, row := range r.rows {
		rec, ok := c.tongue.change.NewRecord(row.raw)
		if !ok || !concerns(rec, q.ContractNo) {
			continue
		}
		if change, ok := readChange(rec); ok {
			out = append(out, change)
		}
		watch.Record(distributor.ChangeRecord, rec.Unread(c.tongue.known[distributor.ChangeRecord]), rec.Hits())
	}
	return out, nil
}

func concerns(r *lenient.Record, contract string) bool {
	named, err := r.ID(contractNo)
	return err != nil || contract == "" || named == contract
}

func readChange(r *lenient.Record) (distributor.Change, bool) {
	at, on, ok := r.Moment(entryTime)
	id, err := subscriptionIDOf(r)
	if !ok || err != nil {
		return distributor.Change{}, false
	}
	text, activity := r.Text(changeLogText), r.Text(activityText)
	if text == "" {
		text = activity
	}
	return distributor.Change{
		SubscriptionExternalID: id, At: at, On: on, Text: text,
		Delta: vocabulary.SeatDelta(text), Ended: vocabulary.Ended(text) || vocabulary.Ended(activity) &&
			!vocabulary.Doubtful(text),
		By: r.Text(entryBy), Source: r.Text(entrySource),
	}, true
}

// changeKey tells entries apart: they have no id of their own.
func (t tongue) changeKey(raw json.RawMessage) string {
	r, ok := t.change.NewRecord(raw)
	if !ok {
		return ""
	}
	id, _ := subscriptionIDOf(r) // an entry without an id is told apart by the rest
	return strings.Join([]string{id, r.Text(entryTime), r.Text(changeLogText), r.Text(activityText)}, "\x00")
}

func (t tongue) changesAt(path string, q distributor.ChangeQuery) list {
	query := url.Values{}
	if q.ContractNo != "" {
		query.Set("contractNo", q.ContractNo)
	}
	if !q.From.IsZero() {
		query.Set("startDate", q.From.String())
	}
	return list{op: "read the change log of " + q.AccountExternalID, noun: "changeLogs", query: query, key: t.changeKey,
		path: fill(path, q.AccountExternalID)}
}
