package plan

import (
	"strings"

	"seatledger/internal/distributor"
)

// The fields whose loss keeps the last value (RULES 3).
const (
	UnsentStatus   = "status"
	UnknownStatus  = "a status that is known" // a word came, and nobody knows it
	UnsentCost     = "cost"
	UnsentProduct  = "product"
	UnsentQuantity = "quantity"
	UnsentRhythm   = "frequency"
	UnsentTerm     = "term"
)

// Keep puts what is known in the place of what a record no longer carries, and says of which: a lacking field is no
// evidence. So a blank status never revives what has ended, nor does a word that nobody knows. A missing one that is
// listed again never ended.
func Keep(r Reading, s *Subscription) Reading {
	if s == nil {
		return r
	}
	var unsent []string
	if r.Status == distributor.StatusBlank && s.Status != distributor.StatusBlank &&
		s.Status != distributor.StatusMissing {
		r.Status, r.StatusText = s.Status, s.StatusText
		unsent = append(unsent, UnsentStatus)
	}
	if r.Status == distributor.StatusUnknown && Ends(s.Status) && s.Status != distributor.StatusMissing {
		r.Status = s.Status // the word stands beside it; a doubt revives nothing either
		unsent = append(unsent, UnknownStatus)
	}
	product, lacksProduct := keptProduct(r.Facts, s.Facts)
	rhythm, lost := keptRhythm(product, s.Facts)
	r.Facts = rhythm
	if !r.UnitCost.Valid && s.UnitCost.Valid && r.Kind == s.Kind {
		r.UnitCost, r.CostPeriod, r.CostPeriodAssumed = s.UnitCost, s.CostPeriod, s.CostPeriodAssumed
		r.CostCurrency, r.CostCurrencyAssumed = s.CostCurrency, s.CostCurrencyAssumed
		unsent = append(unsent, UnsentCost)
	}
	if lacksProduct {
		unsent = append(unsent, UnsentProduct)
	}
	unsent = append(unsent, lost...)
	if r.QuantityUnknown && s.Quantity != 0 {
		r.Quantity = s.Quantity
		unsent = append(unsent, UnsentQuantity)
	}
	r.NoLongerSent = strings.Join(unsent, ",")
	return r
}

// keptProduct fills in what a record no longer says of its product, where all that it does say is as before.
func keptProduct(f, was Facts) (Facts, bool) {
	lacks := false
	for _, p := range []struct {
		now *string
		was string
	}{{&f.ProductName, was.ProductName}, {&f.PartNumber, was.PartNumber}, {&f.SKU, was.SKU}} {
		switch {
		case *p.now == p.was || p.was == "":
			if *p.now != p.was {
				return f, false
			}
		case *p.now == "":
			*p.now, lacks = p.was, true
		default:
			return f, false
		}
	}
	if lacks && f.Vendor == "" {
		f.Vendor = was.Vendor
	}
	if lacks && f.Vendor == was.Vendor {
		f.Kind, f.Term, f.TermText = was.Kind, was.Term, was.TermText
		if f.Frequency == distributor.FreqUnknown {
			f.Frequency, f.FrequencyText = was.Frequency, was.FrequencyText
		}
	}
	return f, lacks
}

// keptRhythm fills in the frequency and the term of the same product where a record no longer says them and nothing
// else of it tells, with what followed from them: the kind, and the period of the cost.
func keptRhythm(f, was Facts) (Facts, []string) {
	if f.ProductName != was.ProductName || f.PartNumber != was.PartNumber || f.SKU != was.SKU {
		return f, nil
	}
	var lost []string
	if f.FrequencyText == "" && f.Frequency == distributor.FreqUnknown && was.Frequency != distributor.FreqUnknown {
		f.Frequency, f.FrequencyText = was.Frequency, was.FrequencyText
		f.CostPeriod, f.CostPeriodAssumed = was.CostPeriod, was.CostPeriodAssumed
		lost = append(lost, UnsentRhythm)
	}
	if f.TermText == "" && f.Term == distributor.FreqUnknown && was.Term != distributor.FreqUnknown {
		f.Term, f.TermText = was.Term, was.TermText
		lost = append(lost, UnsentTerm)
	}
	if lost != nil {
		f.Kind = was.Kind
	}
	return f, lost
}

// StatusUnsent tells whether its status is one that the distributor no longer sends, or not in a word that is known.
func (f Facts) StatusUnsent() bool { return strings.Contains(f.NoLongerSent, UnsentStatus) }

// StatusUnknown tells whether another word came in the place of its status, which nobody knows.
func (f Facts) StatusUnknown() bool { return strings.Contains(f.NoLongerSent, UnknownStatus) }
