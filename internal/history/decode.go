package history

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/clock"
	"seatledger/internal/contract"
	"seatledger/internal/ledger"
)

func (w *stored) decode() (map[uuid.UUID]History, error) {
	contracts := make(map[uuid.UUID]Contract, len(w.contracts))
	for _, k := range w.contracts {
		contracts[k.ID] = termsOf(k.Terms, k.ID, Bound{On: k.EndDate, Refund: k.EndRefund,
			Place: Place{Seq: k.EndSeq, Invoice: k.EndInvoice}})
	}
	all := make(map[uuid.UUID]History, len(w.subs))
	for _, s := range w.subs {
		h := History{ID: s.ID, Kind: s.Kind, From: s.BillableFrom, Limit: s.FrozenFrom, Terms: contracts}
		if s.State != "inactive" { // its end then is a row
			h.Ends = Bound{On: s.EndsOn, Refund: s.EndsRefund,
				Place: Place{Seq: s.EndsSeq, Invoice: s.EndsInvoice}}
		}
		if !s.FrozenFrom.IsZero() && !w.goesOn(s.ID) && (h.Ends.On.IsZero() || s.FrozenFrom.Before(h.Ends.On)) {
			h.Limit, h.Ends = clock.Date{}, Bound{On: s.FrozenFrom, Place: Place{Seq: math.MaxInt64}}
		}
		all[s.ID] = h
	}
	for _, s := range w.stays {
		h := all[s.SubscriptionID]
		h.Stays = append(h.Stays, Stay{Contract: s.ContractID, On: s.FromOn})
		all[s.SubscriptionID] = h
	}
	if err := w.decodeRows(all); err != nil {
		return nil, err
	}
	for _, x := range w.extras {
		h := all[x.SubscriptionID]
		h.Extras = append(h.Extras, Extra{Place: Place{Seq: x.AfterSeq, Invoice: x.AfterInvoice + 1},
			Period: contract.Period{From: x.FromOn, To: x.ToOn}, Seats: x.Seats})
		all[x.SubscriptionID] = h
	}
	w.decodeLines(all)
	w.moveDays(all)
	for _, m := range w.moves {
		for _, id := range []uuid.UUID{m.SourceID, m.TargetID} {
			h := all[id]
			h.Moved = true
			all[id] = h
		}
	}
	return all, nil
}

func (w *stored) decodeRows(all map[uuid.UUID]History) error {
	kin := kinshipOf(w.rows)
	products := map[uuid.UUID][]ProductFrom{}
	for _, r := range w.rows {
		if !r.Counted {
			continue
		}
		h := all[r.SubscriptionID]
		h.Rows = append(h.Rows, r.row(h, kin))
		all[r.SubscriptionID] = h
		if r.Product == "" {
			continue
		}
		was, is, err := r.products()
		if err != nil {
			return err
		}
		if len(products[r.SubscriptionID]) == 0 {
			products[r.SubscriptionID] = []ProductFrom{was}
		}
		products[r.SubscriptionID] = append(products[r.SubscriptionID], is)
	}
	for _, s := range w.subs {
		h := all[s.ID]
		h.Products = products[s.ID]
		if len(h.Products) == 0 {
			h.Products = []ProductFrom{{ID: s.ProductID, Kind: s.Kind, Term: s.Term, Rhythm: s.BillingFrequency,
				Name: s.ProductName, Part: s.PartNumber}}
		}
		slices.SortStableFunc(h.Products, func(a, b ProductFrom) int { return b.On.DaysUntil(a.On) })
		all[s.ID] = h
	}
	return nil
}

func (r storedRow) row(h History, kin kinship) Row {
	out := Row{
		ID: r.ID, Place: kin.place(r.ID), Seq: r.Seq, Event: r.Event, Reason: r.Reason, Source: r.Source,
		On: r.EffectiveAt, Delta: r.Delta, Refund: r.Refund,
		origin: kin.origin(r.ID), replaces: r.ReplacesID.Valid, writtenFor: kin.writtenFor(r.ID),
	}
	if marked := kin.marked(r.ID); marked.Outside {
		out.Elsewhere, out.Outside = marked.Until, marked.Delta
		if k, known := h.Terms[h.firstContract(r.EffectiveAt)]; marked.Until.IsZero() && known {
			out.Elsewhere = k.Grid.Cycle(marked.EffectiveAt).To
		}
	}
	if r.Event == ledger.Price {
		out.Price = Price{
			Amount:  ledger.Amount{Value: r.UnitPrice, Period: r.PricePeriod, Currency: r.Currency},
			Product: r.ProductID, Term: r.Term, Rhythm: r.BillingFrequency, ByPerson: r.PriceFrom == ledger.ByTyping,
			From: r.PriceFrom, ItemID: r.PriceItemID,
		}
	}
	return out
}

// firstContract is the contract of a day, or else the first it was ever in.
func (h History) firstContract(day clock.Date) uuid.UUID {
	if id := h.ContractOn(day); id != uuid.Nil {
		return id
	}
	return append(h.Contracts(), uuid.Nil)[0]
}

// Product is what a row says of a change of product: the details' "product".
type Product struct {
	ID     uuid.NullUUID `json:"id"`
	Kind   string        `json:"kind"`
	Term   string        `json:"term"`
	Rhythm string        `json:"billing_frequency"`
	Name   string        `json:"name"`
	Part   string        `json:"part_number"`
}

func (r storedRow) products() (was, is ProductFrom, err error) {
	var said struct{ Before, After Product }
	if err := json.Unmarshal([]byte(r.Product), &said); err != nil {
		return was, is, fmt.Errorf("product of row %s: %w", r.ID, err)
	}
	from := func(p Product, on clock.Date) ProductFrom {
		return ProductFrom{On: on, ID: p.ID, Kind: p.Kind, Term: p.Term, Rhythm: p.Rhythm, Name: p.Name, Part: p.Part}
	}
	return from(said.Before, clock.Date{}), from(said.After, r.EffectiveAt), nil
}

// kinship knows of each row which one it replaces and was copied from.
type kinship map[uuid.UUID]storedRow

func kinshipOf(rows []storedRow) kinship {
	k := make(kinship, len(rows))
	for _, r := range rows {
		k[r.ID] = r
	}
	return k
}

// before is the row that one stands for: the one it replaces, else the one it was copied from.
func (r storedRow) before() uuid.NullUUID {
	if r.ReplacesID.Valid {
		return r.ReplacesID
	}
	return r.OriginChangeID
}

// line is a row with those that it stands for, back to the first that is known.
func (k kinship) line(id uuid.UUID) []storedRow {
	var all []storedRow
	for r, known := k[id]; known && len(all) < len(k); r, known = k[r.before().UUID] {
		all = append(all, r)
	}
	return all
}

// place is that of the first row of the line: a row stands where the one stood that it replaces, a copy where its
// origin does.
func (k kinship) place(id uuid.UUID) Place {
	line := k.line(id)
	r := line[len(line)-1]
	return Place{Seq: r.Seq}
}

// origin is the first row of the line: the one that a row was copied from, or written anew for, however often.
func (k kinship) origin(id uuid.UUID) uuid.UUID {
	for _, r := range k.line(id) {
		id = r.ID
		if r.before().Valid {
			id = r.before().UUID
		}
	}
	return id
}

// marked is the row that another system has billed, of those that one replaces; the last of them where none is.
func (k kinship) marked(id uuid.UUID) (r storedRow) {
	for _, r = range k.line(id) {
		if r.Outside || !r.ReplacesID.Valid {
			break
		}
	}
	return r
}

// writtenFor are the rows entered before one, for which it or what it replaces was written anew.
func (k kinship) writtenFor(id uuid.UUID) []uuid.UUID {
	var all []uuid.UUID
	for _, r := range k.line(id) {
		if r.WrittenForID.Valid {
			all = append(all, k.origin(r.WrittenForID.UUID))
		}
	}
	return all
}

func (w *stored) decodeLines(all map[uuid.UUID]History) {
	for _, l := range w.lines {
		h := all[l.SubscriptionID]
		h.Lines = append(h.Lines, Line{
			ID: l.ID, Invoice: l.InvoiceID, Contract: l.ContractID, Place: Place{Seq: l.AfterSeq, Invoice: l.Seq + 1},
			Kind:   l.Kind,
			Period: contract.Period{From: l.FromDate, To: l.ToDate}, Seats: l.Seats,
			Price: ledger.Amount{Value: decimal.NewNullDecimal(l.UnitPrice), Period: l.PricePeriod,
				Currency: l.Currency},
			Exact: Parts{l.Exact}, Amount: l.Amount, Standing: l.Standing, Goodwill: l.Goodwill,
			Grid: h.Terms[l.ContractID].Grid,
		})
		all[l.SubscriptionID] = h
	}
}
