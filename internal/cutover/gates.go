package cutover

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/provider"
	"seatledger/internal/words"
)

// GateState is how a gate stands.
type GateState string

// The states of a gate.
const (
	GateDone    GateState = "done"
	GateOpen    GateState = "open"
	GateBlocked GateState = "blocked" // something before it must be done first
	GateNone    GateState = "none"    // not needed
)

// Passed tells whether nothing is left to do at it.
func (s GateState) Passed() bool { return s == GateDone || s == GateNone }

// Gate is one step of a run as a whole.
type Gate struct {
	// "access", "verified", "accounts", "mapped", "subscriptions", "paired", "billed", "reassigned", "signed",
	// "retired", "deactivated", "proof"
	Key   string
	Name  string
	State GateState
	Says  string // what stands, or what is missing, with counts
	Count int    // how much is left
	Link  Link   // to the work

	Strayed bool // of "paired": something decided is no longer its customer's
}

// Gates are the steps of a run, in the order of the guide.
func (s Service) Gates(ctx context.Context, db *gorm.DB, id uuid.UUID) ([]Gate, error) {
	f, err := s.factsOf(ctx, db, id)
	if err != nil {
		return nil, err
	}
	gates := []Gate{f.access(), f.verified(), f.listing(), f.mapping(), f.syncing(), f.paired(), f.billed(),
		f.reassigned(), f.signed(), f.retired()}
	return append(gates, f.deactivated(gates), f.proof()), nil
}

func (f facts) toNew() Link { return Link{Kind: "provider", ID: f.run.NewProviderID.String()} }

func passed(yes bool, g Gate) Gate {
	g.State = GateOpen
	if yes {
		g.State = GateDone
	}
	return g
}

func (f facts) works() bool {
	c := f.next.Connectivity()
	return c == provider.Verified || c == provider.Warning
}

func (f facts) access() Gate {
	g := Gate{Key: "access", Name: "Access requested",
		Says: "Ask the distributor for access to the new API, and note it here.", Link: f.toNew()}
	switch {
	case f.run.AccessRequestedAt != nil:
		g.Says = fmt.Sprintf("Noted by %s.", f.run.AccessRequestedBy)
	case f.works():
		g.Says = "The new provider works, so access is given."
	}
	return passed(f.run.AccessRequestedAt != nil || f.works(), g)
}

func (f facts) verified() Gate {
	g := Gate{Key: "verified", Name: "New provider verified",
		Says: fmt.Sprintf("%s: connectivity is %s. Verify it.", f.run.NewProvider, f.next.Connectivity()),
		Link: f.toNew()}
	if f.works() {
		g.Says = fmt.Sprintf("%s: connectivity is %s.", f.run.NewProvider, f.next.Connectivity())
	}
	return passed(f.works(), g)
}

func (f facts) listing() Gate {
	g := Gate{Key: "accounts", Name: "Accounts synced", Says: "Sync the accounts of the new provider.", Link: f.toNew()}
	if f.accounts != nil {
		g.Says = fmt.Sprintf("%s read.", words.Counted(f.listed, "account"))
	}
	return passed(f.accounts != nil, g)
}

func (f facts) mapping() Gate {
	g := Gate{Key: "mapped", Name: "Accounts mapped", Count: f.unmapped,
		Link: Link{Kind: "accounts", ID: f.run.NewProviderID.String()}}
	switch {
	case f.accounts == nil:
		g.State, g.Says = GateBlocked, "Sync the accounts first: nobody knows yet whether these are all."
		return g
	case f.unmapped > 0:
		g.Says = fmt.Sprintf("%s of the new provider to map or exclude.", words.Counted(f.unmapped, "account"))
	default:
		g.Says = "Every account is mapped or excluded."
	}
	return passed(f.unmapped == 0, g)
}

func (f facts) syncing() Gate {
	g := Gate{Key: "subscriptions", Name: "Subscriptions synced", Link: f.toNew()}
	fresh := f.synced != nil && (f.mapped == nil || !f.synced.Before(*f.mapped))
	switch {
	case fresh:
		g.Says = "Synced since the mapping."
	case f.accounts == nil:
		g.State, g.Says = GateBlocked, "Sync the accounts first."
		return g
	case f.synced == nil:
		g.Says = "Sync the subscriptions of the new provider, or wait for the night."
	default:
		g.Says = "Accounts were mapped since the last whole sync. Sync the subscriptions again, or wait for the night."
	}
	return passed(fresh, g)
}

func (f facts) paired() Gate {
	p := f.progress
	left := p.Unready
	g := Gate{Key: "paired", Name: "Twins paired and confirmed", Count: left,
		Says: "Every customer is decided and confirmed."}
	if left > 0 {
		g.Says = fmt.Sprintf("%s with something undecided, %s to confirm.", words.Counted(p.Undecided, "customer"),
			words.Counted(p.ToConfirm, "customer"))
	}
	if p.Strayed > 0 {
		g.Strayed, g.Count = true, g.Count+p.Strayed
		g.Says = fmt.Sprintf("%s with decided subscriptions that are no longer theirs. First: %s: %s",
			words.Counted(p.Strayed, "customer"), f.departed.customer, f.departed.says)
	}
	return passed(g.Count == 0, g)
}

// after is a gate over customers: how many can pass it now, and how many have not come to it yet.
func after(g Gate, here, before int, says, waiting, done string) Gate {
	g.Count = here
	switch {
	case here > 0:
		g.State, g.Says = GateOpen, fmt.Sprintf(says, words.Counted(here, "customer"))
	case before > 0:
		g.State, g.Says = GateBlocked, fmt.Sprintf(waiting, words.Counted(before, "customer"))
	default:
		g.State, g.Says = GateDone, done
	}
	return g
}

func (f facts) billed() Gate {
	return after(Gate{Key: "billed", Name: "Open rows billed", Link: Link{Kind: "invoices"}}, f.unbilled,
		f.progress.Waiting,
		"%s with something not billed up to the switch day.", "%s must be decided and confirmed first.",
		"Everything up to the switch is billed, here or elsewhere.")
}

func (f facts) reassigned() Gate {
	return after(Gate{Key: "reassigned", Name: "History reassigned"}, f.progress.Confirmed, f.progress.Waiting,
		"%s whose history has not gone over.", "%s must be decided and confirmed first.", "All history has gone over.")
}

func (f facts) signed() Gate {
	return after(Gate{Key: "signed", Name: "Reviews signed",
		Link: Link{Kind: "subscriptions", ID: f.run.NewProviderID.String()}}, f.progress.Unsigned, f.progress.Waiting,
		"%s with new subscriptions that nobody has signed off.", "%s must be decided and confirmed first.",
		"Every new subscription that takes an old one's place is signed off.")
}

func (f facts) retired() Gate {
	p := f.progress
	return after(Gate{Key: "retired", Name: "Old subscriptions deactivated"}, p.Reassigned, p.Waiting+p.Confirmed,
		"%s whose old subscriptions are to be deactivated with No refund.", "%s still on the way.",
		"Every old subscription is deactivated.")
}

// deactivated waits for the gates before it. Whoever deactivated the old provider first
// has passed it all the same (RULES 9).
func (f facts) deactivated(before []Gate) Gate {
	g := Gate{Key: "deactivated", Name: "Old provider deactivated",
		Link: Link{Kind: "provider", ID: f.run.OldProviderID.String()}}
	var left []string
	for _, b := range before {
		if !b.State.Passed() {
			left = append(left, b.Name)
		}
	}
	switch {
	case !f.run.OldActive:
		g.State, g.Says = GateDone, fmt.Sprintf("%s is deactivated.", f.run.OldProvider)
	case len(left) > 0:
		g.State, g.Count = GateBlocked, len(left)
		g.Says = fmt.Sprintf("%s before it: %s.", words.Counted(len(left), "gate"), strings.Join(left, ", "))
	default:
		g.State, g.Says = GateOpen, fmt.Sprintf("Deactivate %s: it stops its syncs only.", f.run.OldProvider)
	}
	return g
}

func (f facts) proof() Gate {
	g := Gate{Key: "proof", Name: "Final proof", Count: f.blocking,
		Says: "Every day is covered exactly once, and every change is acknowledged.",
		Link: Link{Kind: "proof", ID: f.run.ID.String()}}
	if n := f.underWay(); n > 0 {
		g.State, g.Count, g.Says = GateBlocked, n,
			fmt.Sprintf("%s to move first. The proof shows how far each has come.", words.Counted(n, "customer"))
		return g
	}
	if f.blocking > 0 {
		g.Says = fmt.Sprintf("%s in the proof to settle.%s", words.Counted(f.blocking, "finding"), f.firstSays)
	}
	return passed(f.blocking == 0, g)
}
