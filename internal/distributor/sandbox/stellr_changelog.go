package sandbox

import (
	"strings"
	"time"

	"seatledger/internal/clock"
)

// changeRow is a line of the change log. It has no id of its own.
type changeRow struct {
	SubscriptionID string `json:"subscriptionId"`
	CustomerNo     string `json:"customerNo"`
	ContractNo     string `json:"contractNo"`
	LineNo         int    `json:"lineNo"`
	ActivityLog    string `json:"activityLog"`
	ChangeLog      string `json:"changeLog"`
	EntryDatetime  string `json:"entryDatetime"` // milliseconds, and an offset without a colon
	EntryBy        string `json:"entryBy"`
	EntrySource    string `json:"entrySource"`
}

const changeTime = "2006-01-02T15:04:05.000-0700"

// isChangeLog tells whether a path segment is a spelling of "change logs".
func isChangeLog(segment string) bool {
	switch strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(segment)) {
	case "changelog", "changelogs", "subscriptionchangelogs", "listsubscriptionchangelogs":
		return true
	}
	return false
}

// changeLog answers under the less likely paths.
func (s *Server) changeLog(c call) (any, error) {
	if !isChangeLog(c.PathValue("changeLog")) {
		return nil, noSuchPath(c.Request)
	}
	return s.changeLogOf(c)
}

// changeLogOf answers the log of a customer's contract from startDate on, newest
// first. Guess: the order, and that without contractNo all contracts are meant.
func (s *Server) changeLogOf(c call) (any, error) {
	q := c.URL.Query()
	from, err := clock.ParseDate(q.Get("startDate"))
	if err != nil {
		return nil, badRequest("startDate must be written yyyy-MM-dd.")
	}
	no := c.PathValue("customerNo")
	if no == "" {
		no = q.Get("customerNo")
	}
	if _, ok := s.store.customer(c.scope, no); !ok && !s.store.foreign(c.scope, no) {
		return nil, notFound("Customer " + no)
	} else if !ok {
		return page(s, c.Request, nil, s.changeRow)
	}
	contract, id := contractOf(c)
	var entries []LogEntry
	for _, e := range s.store.changes(no, contract) {
		if !e.At.Before(from.Start(eastern())) && (id == "" || id == e.SubscriptionID) {
			entries = append(entries, e)
		}
	}
	return page(s, c.Request, entries, s.changeRow)
}

// contractOf is the contract asked for; under a subscription's own path its line alone.
func contractOf(c call) (contract, subscription string) {
	id := c.PathValue("subscriptionId")
	if id == "" || isChangeLog(id) {
		return c.URL.Query().Get("contractNo"), ""
	}
	contract, _, _ = strings.Cut(id, "_")
	return contract, id
}

func (s *Server) changeRow(e LogEntry) any {
	return changeRow{
		SubscriptionID: e.SubscriptionID, CustomerNo: s.store.owner(e.SubscriptionID), ContractNo: e.ContractNo,
		LineNo: lineOf(e.SubscriptionID), ActivityLog: e.Activity, ChangeLog: e.Text,
		EntryDatetime: e.At.In(eastern()).Truncate(time.Millisecond).Format(changeTime), EntryBy: e.By,
		EntrySource: e.Source,
	}
}

func lineOf(id string) int {
	_, line, _ := strings.Cut(id, "_")
	return atoi(line)
}
