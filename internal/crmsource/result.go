package crmsource

import "fmt"

// result words what came of a run.
func (w *worker) result(p plan) outcome {
	c := w.together()
	out := outcome{state: Succeeded,
		message: fmt.Sprintf("%d added, %d changed, %d as they were.", c.Added, c.Changed, c.Unchanged)}
	say := func(n int, one, many string) {
		if n == 1 {
			out.message += " " + one
		} else if n > 1 {
			out.message += fmt.Sprintf(" "+many, n)
		}
	}
	say(c.Gone, "One is gone at the source; it is kept here and marked.",
		"%d are gone at the source; they are kept here and marked.")
	say(c.Kept, "In one, a field edited by hand was kept.", "In %d, fields edited by hand were kept.")
	say(c.Skipped, "One is inactive in the CRM and was not brought in.",
		"%d are inactive in the CRM and were not brought in.")
	say(p.namesakes, "One new account has the name of an account that was here already.",
		"%d new accounts have the names of accounts that were here already.")
	if p.namesakes > 0 {
		out.advice = "Where both are one customer, give the older account the CRM's account number or id as its " +
			"external id before the next source is added; this time, merge them by hand."
	}
	for _, trouble := range []struct {
		is   bool
		says string
	}{
		{p.r.accounts.Bad > 0, "Some records had no readable id, so nothing was marked as gone and everything is " +
			"read again next time."},
		{c.Refused > p.r.accounts.Bad, "Some accounts could not be brought in; see below."},
		{p.r.contactsWhy != "", "Contacts could not be read: " + p.r.contactsWhy + " Mail domains stay as they are."},
		{p.people.why != "", p.people.why},
	} {
		if trouble.is {
			out.state = Partial
			out.message += " " + trouble.says
		}
	}
	return out
}
