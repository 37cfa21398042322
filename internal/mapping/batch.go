package mapping

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/selection"
)

// BatchMost is how many accounts one batch takes; what is left takes another.
const BatchMost = 5000

// Pair is an account with the CRM account that it is to be mapped to.
type Pair struct{ AccountID, CRMAccountID uuid.UUID }

// BatchFilter says which suggestions are accepted at once.
type BatchFilter struct {
	ProviderID uuid.UUID
	Above      float64 // the least probability; 0: what is certain, whatever its probability
}

// Offer is one suggestion of the preview.
type Offer struct {
	Waiting
	Subscriptions int    // that would get a customer
	Contract      string // where they would land; empty: nowhere by themselves
	ContractID    uuid.NullUUID
	Contracts     int // active default contracts of the customer
}

// Offers lists what a batch would accept: the best suggestion of each account that
// waits, where it is free, not tied, chosen by the assignment and probable enough.
// What is doubtful for another reason than its probability is never among them.
func Offers(ctx context.Context, db *gorm.DB, f BatchFilter, q QueueFilter) ([]Offer, error) {
	q.ProviderID, q.Shelf, q.Band, q.Search = f.ProviderID, ToDecide, "", ""
	_, asked := q.query()
	where, args := asked.Where()
	if f.Above > 0 {
		where, args = where+` AND (w.band = 'certain' OR w.band = 'likely' AND w.probability >= ?)`, append(args, f.Above)
	} else {
		where += ` AND w.band = 'certain'`
	}
	var out []Offer
	err := db.WithContext(ctx).Raw(`SELECT a.id, w.provider_id, p.name AS provider, a.external_id, a.name, a.domain,
			a.provider_status AS status, a.version, w.band, w.probability, w.crm_account_id, c.name AS crm_account, w.doubt,
			(SELECT count(*) FROM subscriptions s WHERE s.account_id = a.id) AS subscriptions,
			k.name AS contract, k.id AS contract_id, coalesce(k.n, 0) AS contracts
		FROM `+waitingTable+` `+waitingJoins+`
		LEFT JOIN LATERAL (SELECT CASE WHEN count(*) = 1 THEN min(b.name) ELSE '' END AS name, CASE WHEN count(*) = 1
		THEN (array_agg(b.id))[1] END AS id, count(*) AS n
			FROM billing_contracts b WHERE b.crm_account_id = w.crm_account_id AND b.active AND b.is_default) k ON true
		WHERE w.chosen AND NOT w.tied AND w.holder_id IS NULL AND `+where+`
		ORDER BY w.probability DESC, w.name_key, w.account_id LIMIT ?`, append(args, BatchMost)...).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("what could be accepted: %w", err)
	}
	return out, nil
}

// Order is the bulk work of mapping each account of a preview to the CRM account beside it.
func (f BatchFilter) Order(pairs []Pair) (selection.Order, error) {
	o := selection.Order{Deed: AcceptDeed, Params: selection.Params{"provider_id": f.ProviderID.String()}}
	if f.Above > 0 {
		o.Params["above"] = strconv.FormatFloat(f.Above, 'f', -1, 64)
	}
	if len(pairs) == 0 || len(pairs) > BatchMost {
		return o, errs.Fields{"pair": fmt.Sprintf("Choose between 1 and %d accounts.", BatchMost)}.Err()
	}
	known := map[uuid.UUID]bool{}
	for _, p := range pairs {
		if known[p.AccountID] {
			return o, errs.New(errs.Conflict,
				"One of the accounts was chosen twice. Nothing was changed; open the preview again.")
		}
		known[p.AccountID] = true
		o.Records = append(o.Records, selection.Record{ID: p.AccountID, Mark: p.CRMAccountID.String()})
	}
	return o, nil
}
