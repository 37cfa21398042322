package supplier

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
)

// Source is a provider that can be asked for its bills.
type Source struct {
	ID       uuid.UUID
	Name     string
	Currency string // where a bill says none
}

// Fetched is a bill that was read from a provider, as a neutral file with what is known of it as a whole.
type Fetched struct {
	Name    string
	File    []byte
	Answers map[string]string // to the questions of its preview
	Doubt   string            // why lines may be missing, in plain words
}

// Sources are the active providers that can be asked.
func (s Service) Sources(ctx context.Context) (out []Source, err error) {
	var found []struct {
		Source
		Connector string
	}
	err = s.DB.Read(ctx).Raw(`SELECT id, name, connector, currency FROM providers WHERE active ORDER BY lower(name),
		id`).
		Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("providers that tell their bills: %w", err)
	}
	for _, p := range found {
		if s.Tells != nil && s.Tells(p.Connector) {
			out = append(out, p.Source)
		}
	}
	return out, nil
}

// Fetch reads a bill of a provider: the one with that number, or the last. Nothing is kept: it goes through the
// preview
// as a file does.
func (s Service) Fetch(ctx context.Context, provider uuid.UUID, number string) (Fetched, error) {
	sources, err := s.Sources(ctx)
	if err != nil {
		return Fetched{}, err
	}
	var from *Source
	for i := range sources {
		if sources[i].ID == provider {
			from = &sources[i]
		}
	}
	if from == nil {
		return Fetched{}, errs.Fields{"read_provider_id": "This provider cannot be asked for its bills."}.Err()
	}
	reader, err := s.Reader(ctx, provider)
	if err != nil {
		return Fetched{}, err
	}
	bills, err := reader.Bills(ctx)
	if err != nil {
		return Fetched{}, unread(err)
	}
	for _, b := range bills {
		if number == "" || b.Number == number {
			return fetch(ctx, reader, *from, b)
		}
	}
	return Fetched{},
		errs.Fields{"read_number": "The distributor lists no such bill. Look at the number, or leave it " +
			"empty for the last one."}.Err()
}

func unread(err error) error {
	return errs.Because(errs.Unavailable, "The bill could not be read from the distributor: "+err.Error()+
		". Nothing was kept. Try again, or upload it as a file.", err)
}

func fetch(ctx context.Context, reader distributor.BillReader, from Source, b distributor.Bill) (Fetched, error) {
	listed, err := reader.Charges(ctx, b)
	if err != nil {
		return Fetched{}, unread(err)
	}
	if len(listed.Charges) == 0 {
		return Fetched{}, errs.Fields{"read_number": "The distributor gave no line of " + b.Number +
			", which proves nothing. Upload the bill as a file."}.Err()
	}
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	if err := w.Write(neutralHead()); err != nil {
		return Fetched{}, err
	}
	for i, x := range listed.Charges {
		if err := w.Write(neutralRow(i+1, x, from.Currency)); err != nil {
			return Fetched{}, err
		}
	}
	w.Flush()
	out := Fetched{Name: from.Name + ", " + b.Number, File: file.Bytes(), Doubt: listed.Why,
		Answers: map[string]string{AskProvider: from.ID.String(), AskNumber: b.Number}}
	if b.Total.Valid {
		out.Answers[AskTotal] = b.Total.Decimal.String()
		if b.Currency != "" {
			out.Answers[AskTotalIn] = b.Currency
		}
	}
	return out, w.Error()
}

func neutralHead() []string {
	var out []string
	for _, c := range neutralForm().Columns {
		out = append(out, c.Name)
	}
	return out
}

func neutralRow(line int, x distributor.Charge, currency string) []string {
	by := map[string]string{cLine: fmt.Sprint(line), cCustomerID: x.AccountExternalID, cCustomer: x.Account,
		cSubscription: x.SubscriptionExternalID, cOrder: x.OrderNo, cPart: x.PartNumber, cProduct: x.Product,
		cTerm: x.Term, cFrequency: x.Frequency, cReference: x.Reference, cCharge: x.Word, cFrom: x.From.String(),
		cQuantity: plainOf(x.Quantity), cUnitPrice: plainOf(x.UnitPrice),
		cAmount: plainOf(decimal.NewNullDecimal(x.Amount)), cTax: plainOf(x.Tax), cCurrency: firstOf(x.Currency,
			currency)}
	if !x.Last.IsZero() {
		by[cTo] = x.Last.AddDays(1).String()
	}
	out := make([]string, 0, len(by))
	for _, name := range neutralHead() {
		out = append(out, by[name])
	}
	return out
}
