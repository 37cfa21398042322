package contractsync

import (
	"fmt"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"seatledger/internal/distributor"
	"seatledger/internal/money"
	"seatledger/internal/subscription/plan"
	"seatledger/internal/syncing"
	"seatledger/internal/words"
	"seatledger/views/ui"
	"seatledger/web/at"
	"seatledger/web/httpx"
)

// staleAfter is the age at which a listing is called old: by then a nightly run has passed.
const staleAfter = 24 * time.Hour

// place is where a listed subscription lies here.
type place string

const (
	isNew   place = "new"
	isHere  place = "here"      // in this contract
	isOther place = "elsewhere" // in another contract
	isLoose place = "loose"     // stored, in no contract
	isMoved place = "moved"     // stored under another account until the next sync
	isLeft  place = "left"      // only counted: loose, and left unticked before
)

// offer is one listed subscription with where it lies.
type offer struct {
	syncing.Listed
	known syncing.Known
	place place
	tick  bool
}

func (o offer) ended() bool { return plan.Ends(o.Status) }

func (o offer) selectable() bool { return o.place == isNew || o.place == isLoose }

func offersOf(s sheet, p syncing.Preview) []offer {
	if p.Listing == nil {
		return nil
	}
	out := make([]offer, 0, len(p.Listing.Items))
	for _, l := range p.Listing.Items {
		o := offer{Listed: l, place: isNew}
		if k, stored := p.Known[l.ExternalID]; stored {
			o.known, o.place = k, placeOf(s, p, k)
		}
		o.tick = o.place == isNew && !o.ended()
		if s.ticked != nil {
			o.tick = s.ticked[l.ExternalID]
		}
		out = append(out, o)
	}
	return out
}

func placeOf(s sheet, p syncing.Preview, k syncing.Known) place {
	switch {
	case k.AccountID != p.AccountID:
		return isMoved
	case !k.ContractID.Valid:
		return isLoose
	case k.ContractID.UUID == s.contract.ID:
		return isHere
	}
	return isOther
}

func count(offers []offer, in place) int {
	n := 0
	for _, o := range offers {
		if o.place == in || in == isLeft && o.place == isLoose && o.known.NeverLand {
			n++
		}
	}
	return n
}

func statsOf(offers []offer, l *syncing.ContractListing) ui.Stats {
	if l == nil || len(offers) == 0 {
		return nil
	}
	out := ui.Stats{
		{Label: "Not here yet", Value: strconv.Itoa(count(offers, isNew))},
		{Label: "In this contract", Value: strconv.Itoa(count(offers, isHere))},
		{Label: "In another contract", Value: strconv.Itoa(count(offers, isOther))},
		{Label: "In no contract", Value: strconv.Itoa(count(offers, isLoose))},
	}
	if n := count(offers, isMoved); n > 0 {
		out = append(out, ui.Stat{Label: "Under another account", Value: strconv.Itoa(n), Tone: ui.Warn})
	}
	return out
}

func tableOf(s sheet, p syncing.Preview, offers []offer, mayTick bool) ui.Table {
	t := ui.Table{
		Caption: "What " + p.Provider + " has for " + s.customer, Plain: true, Empty: empty(p),
		Columns: []ui.Column{{Label: "Product"}, {Label: "Here"}, {Label: "At the distributor"},
			{Label: "Quantity", Numeric: true},
			{Label: "Cost", Numeric: true}, {Label: "Start", Nowrap: true}, {Label: "End", Nowrap: true}},
	}
	if mayTick {
		t.Select = &ui.Selection{FormID: formID(p), Name: "external_id"}
	}
	for _, o := range offers {
		t.Rows = append(t.Rows, ui.Row{
			ID: o.ExternalID, Label: o.name() + " " + o.ExternalID, Muted: o.ended(), Unselectable: !o.selectable(),
			Checked: o.tick,
			Cells: []ui.Cell{
				{Text: o.name(), Href: o.href(), Sub: o.ExternalID}, o.here(),
				ui.BadgeCell(string(o.Status), statusTone(o.Status)),
				o.quantity(), ui.Of(o.cost()), ui.TextCell(o.Start), ui.TextCell(o.End),
			},
		})
	}
	return t
}

func empty(p syncing.Preview) *ui.EmptyState {
	if p.Listing == nil {
		return &ui.EmptyState{Kind: ui.NothingYet, Title: "Not listed yet",
			Text: "List what the distributor has to see it here and choose."}
	}
	return &ui.EmptyState{Kind: ui.NothingYet, Title: "The distributor has nothing",
		Text: "The last listing was empty for this account."}
}

func (o offer) name() string {
	if o.Product == "" {
		return o.ExternalID
	}
	return o.Product
}

func (o offer) href() string {
	if o.place == isNew {
		return ""
	}
	return at.Subscription(o.known.ID)
}

func (o offer) here() ui.Cell {
	switch o.place {
	case isHere:
		return ui.BadgeCell("in this contract", ui.Good)
	case isOther:
		return ui.Cell{Text: o.known.Contract, Href: contractPath(o.known.ContractID.UUID), Sub: "stays there"}
	case isMoved:
		return ui.Cell{Text: "under another account", Sub: "the next sync moves it here; choose then"}
	case isLoose:
		c := ui.BadgeCell("in no contract", ui.Warn)
		if o.known.NeverLand {
			c.Sub = "left unticked before"
		}
		return c
	}
	return ui.BadgeCell("not here yet", ui.Info)
}

func (o offer) quantity() ui.Cell {
	c := ui.TextCell(strconv.Itoa(o.Quantity))
	if o.place != isNew && o.known.Quantity != o.Quantity {
		c.Sub = fmt.Sprintf("here %d", o.known.Quantity)
	}
	return c
}

func (o offer) cost() ui.Money {
	d, err := decimal.NewFromString(o.Cost)
	if err != nil {
		return ui.Money{}
	}
	return httpx.Amount(decimal.NewNullDecimal(d), o.Currency, money.Period(o.CostPeriod))
}

func statusTone(s distributor.Status) ui.Tone {
	switch {
	case plan.Ends(s):
		return ui.Neutral
	case s == distributor.StatusActive:
		return ui.Good
	}
	return ui.Warn
}

// age is how long ago something was, in words.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return words.Counted(int(d.Minutes()), "minute") + " ago"
	case d < 48*time.Hour:
		return words.Counted(int(d.Hours()), "hour") + " ago"
	}
	return words.Counted(int(d.Hours()/24), "day") + " ago"
}
