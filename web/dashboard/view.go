package dashboard

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"seatledger/internal/listing"
	"seatledger/internal/money"
	"seatledger/internal/provider"
	"seatledger/internal/subscription"
	"seatledger/internal/subscription/list"
	"seatledger/internal/syncing"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/session"

	view "seatledger/views/dashboard"
)

func (h Handlers) page(c echo.Context, b *board) view.Show {
	m := view.Show{Page: session.Page(c, "Dashboard", "Dashboard"), Start: b.start(session.User(c).Role)}
	m.Page.Lead = "Each number opens exactly the rows it counts."
	if len(b.providers) == 0 {
		m.Page.Lead = "Welcome. The steps below lead from an empty installation to the first billed " +
			"run."
		return m
	}
	if m.Start == nil {
		m.Page.Actions = append(m.Page.Actions, ui.LinkButton{Text: "First steps", Href: "/?steps=1"})
	}
	m.Night, m.Backup = b.lastNight(), b.lastBackup()
	m.Groups = []view.Group{b.moneyGroup(), b.toMap(), b.toReview(), b.onHold(), b.syncs(), b.ahead(), b.orphanCost()}
	return m
}

func (b *board) toMap() view.Group {
	p := b.mapping
	return view.Group{
		Card: ui.Card{Title: "Provider accounts",
			Actions: []templ.Component{ui.LinkButton{Text: "Map one after the other", Href: at.Mapping,
				Compact: true}}},
		Progress: &ui.Progress{Label: "Mapped", Text: fmt.Sprintf("%d %% mapped, %d to do", p.Percent(), p.Unmapped),
			Done: p.Mapped, Total: p.Mapped + p.Unmapped, Tone: ui.Good},
		Stats: ui.Stats{
			figure("To map", p.Unmapped, to(at.Accounts, "state", "unmapped"), ui.Warn),
			figure("Mapped", p.Mapped, to(at.Accounts, "state", "mapped"), ui.Neutral),
			figure("Excluded", p.Excluded, to(at.Accounts, "state", "excluded"), ui.Neutral),
			figure("Customers without a contract", b.uncontracted,
				to(at.CRMAccounts, "mapped", "yes", "contract", "no"), ui.Warn),
		},
	}
}

func (b *board) toReview() view.Group {
	p := b.Progress
	at := func(verdict string) string {
		return subscriptionsAt(listing.Values{"review": verdict, "excluded": "no"})
	}
	g := view.Group{
		Card: ui.Card{Title: "Review"},
		Progress: &ui.Progress{Label: "Signed off", Text: fmt.Sprintf("%d of %d signed", p.Signed, p.Total()),
			Done: p.Signed, Total: p.Total(), Tone: ui.Good},
		Stats: ui.Stats{
			figure("Failing", p.Failing(), subscriptionsAt(listing.Values{"review": "fail", "excluded": "no",
				"unmapped": "no"}), ui.Bad),
			figure("With warnings", p.Warn, at("warn"), ui.Warn),
			figure("Ok, to sign", p.OK, at("ok"), ui.Info),
			figure("Signed", p.Signed, at("signed"), ui.Good),
		},
	}
	if p.Unjudged > 0 {
		g.Note = fmt.Sprintf("%d more are being reviewed at the moment.", p.Unjudged)
	}
	return g
}

var holdLabels = map[subscription.HoldReason]string{
	subscription.HoldUnmapped: "Account not mapped", subscription.HoldExcluded: "Account excluded",
	subscription.HoldPending: "Pending at the distributor",
	subscription.HoldTwin:    "Twin at another provider", subscription.HoldCutover: "Waiting for a cut-over",
}

const movedLabel = "Moved to a mapped account"

func (b *board) onHold() view.Group {
	g := view.Group{Card: ui.Card{Title: "Held subscriptions",
		Text: "Kept with a full ledger, and not billed until the reason is gone."}}
	for _, why := range holdReasons {
		tone := ui.Warn
		if why == subscription.HoldExcluded {
			tone = ui.Neutral
		}
		g.Stats = append(g.Stats, figure(holdLabels[why], b.Held[why], subscriptionsAt(heldFilter(why)), tone))
		if why == subscription.HoldUnmapped {
			g.Stats = append(g.Stats, figure(movedLabel, b.Moved, subscriptionsAt(movedFilter()), ui.Warn))
		}
	}
	return g
}

func (b *board) ahead() view.Group {
	g := view.Group{Card: ui.Card{Title: "Coming up"}}
	for _, days := range horizons {
		g.Stats = append(g.Stats, figure(fmt.Sprintf("End within %d days", days), b.Ends[days],
			subscriptionsAt(b.endsFilter(days)), ui.Info))
	}
	g.Stats = append(g.Stats, figure("Renewal prices to decide", b.Proposals,
		subscriptionsAt(listing.Values{"proposal": "yes"}), ui.Warn),
		figure("Cut-overs under way", b.cutovers, to(at.Cutovers, "state", "open"), ui.Info))
	return g
}

func (b *board) orphanCost() view.Group {
	g := view.Group{Card: ui.Card{Title: "Cost without a customer",
		Text: "What the distributor charges and nobody here is billed for."}}
	for _, o := range b.Orphans {
		label, filter := holdLabels[o.Reason], heldFilter(o.Reason)
		if o.Moved {
			label, filter = movedLabel, movedFilter()
		}
		s := figure(label, o.Count, subscriptionsAt(filter), ui.Warn)
		s.Unit, s.Note = "subscriptions", costWords(o)
		g.Stats = append(g.Stats, s)
	}
	return g
}

// costWords are the sums, each in its currency: different ones are never added up.
func costWords(o list.Orphans) string {
	var parts []string
	for _, m := range o.Monthly {
		parts = append(parts, money.Grouped(money.Round(m.Sum, m.Currency), m.Currency)+" "+m.Currency+" per month")
	}
	if o.Uncosted > 0 {
		parts = append(parts, fmt.Sprintf("%d without a monthly cost", o.Uncosted))
	}
	return strings.Join(parts, ", ")
}

var (
	runLabels = map[syncing.State]string{
		syncing.Failed: "Failed", syncing.Stopped: "Stopped by the guard", syncing.Partial: "Partial",
		syncing.Interrupted: "Interrupted",
	}
	connectivityLabels = map[provider.Connectivity]string{
		provider.CheckFailed: "Connectivity failed", provider.Warning: "Connectivity with a warning",
		provider.Stale: "Edited since verified", provider.Unverified: "Never verified",
	}
)
