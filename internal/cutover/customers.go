package cutover

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/cutover/pairing"
	"seatledger/internal/paging"
	"seatledger/internal/postgres"
)

// members are the customers of a run, with their figures: those that an account of
// the old provider is mapped to, those with something at the new one that waits as a
// twin, and those that somebody has decided about.
const members = `
	WITH r AS (SELECT * FROM cutovers WHERE id = @run),
	ids AS (
		SELECT p.crm_account_id FROM provider_accounts p JOIN r ON p.provider_id = r.old_provider_id
		WHERE p.state = 'mapped'
		UNION SELECT s.crm_account_id FROM subscriptions s JOIN r ON s.provider_id = r.old_provider_id
		WHERE s.state <> 'inactive' AND s.crm_account_id IS NOT NULL
		UNION SELECT s.crm_account_id FROM subscriptions s JOIN r ON s.provider_id = r.new_provider_id WHERE s.twin_hold
		AND s.state <> 'inactive' AND s.crm_account_id IS NOT NULL
		UNION SELECT c.crm_account_id FROM cutover_customers c JOIN r ON c.cutover_id = r.id),
	c AS (SELECT c.* FROM cutover_customers c JOIN r ON c.cutover_id = r.id),
	p AS (SELECT p.* FROM cutover_pairs p JOIN c ON c.id = p.customer_id WHERE p.undone_at IS NULL),
	s AS (
		SELECT s.crm_account_id, s.id, s.provider_id = r.old_provider_id AS old, s.state <> 'inactive' AS goes_on,
			s.billable_quantity, s.no_twin, s.twin_hold, s.contract_id,
		       CASE WHEN s.provider_id = r.old_provider_id THEN o.kind ELSE n.kind END AS kind,
		       bool_or(s.provider_id = r.old_provider_id
		AND s.state <> 'inactive') OVER (PARTITION BY s.crm_account_id) AS old_goes_on
		FROM r JOIN subscriptions s ON s.provider_id IN (r.old_provider_id, r.new_provider_id)
		LEFT JOIN p o ON o.old_subscription_id = s.id LEFT JOIN p n ON n.new_subscription_id = s.id
		WHERE s.crm_account_id IS NOT NULL),
	f AS (
		SELECT s.crm_account_id,
			words.Counted(*) FILTER (WHERE old AND (goes_on OR kind IS NOT NULL)) AS old_count, words.Counted(*) FILTER (WHERE NOT old
			AND (goes_on OR kind IS NOT NULL)) AS new_count,
			coalesce(sum(billable_quantity) FILTER (WHERE old), 0) AS old_seats,
				coalesce(sum(billable_quantity) FILTER (WHERE NOT old), 0) AS new_seats,
			words.Counted(*) FILTER (WHERE goes_on AND kind IS NULL
			AND (old OR NOT no_twin AND (twin_hold OR old_goes_on))) AS undecided,
			words.Counted(*) FILTER (WHERE old AND kind IS NOT NULL
			AND EXISTS (SELECT FROM license_changes l JOIN license_change_status t ON t.change_id = l.id
				WHERE l.subscription_id = s.id AND t.counted AND t.billing_state = 'open')) AS open_rows,
			words.Counted(*) FILTER (WHERE NOT old AND kind = 'twin' AND goes_on AND NOT EXISTS (SELECT FROM sign_offs g
				WHERE g.subscription_id = s.id AND g.contract_id = s.contract_id AND g.lapsed_at IS NULL)) AS unsigned
		FROM s GROUP BY s.crm_account_id),
	k AS (SELECT customer_id, words.Counted(*) FILTER (WHERE p.kind = 'twin') AS twins,
		words.Counted(*) FILTER (WHERE p.kind = 'new') AS additions, words.Counted(*) FILTER (WHERE p.kind = 'ended') AS endings,
			words.Counted(o.id) FILTER (WHERE o.crm_account_id IS DISTINCT
			FROM c.crm_account_id) + words.Counted(n.id) FILTER (WHERE n.crm_account_id IS DISTINCT
			FROM c.crm_account_id) AS strayed
		FROM p JOIN c ON c.id = p.customer_id LEFT JOIN subscriptions o ON o.id = p.old_subscription_id LEFT
		JOIN subscriptions n ON n.id = p.new_subscription_id GROUP BY customer_id),
	m AS (
		SELECT coalesce(c.id, '00000000-0000-0000-0000-000000000000') AS id, a.id AS crm_account_id,
			a.name AS crm_account, lower(a.name) AS lower_name,
			coalesce(c.switch_day, r.switch_day) AS switch_day, c.switch_day IS NOT NULL AS own_switch_day,
				coalesce(c.state, 'open') AS step,
			c.confirmed_at, coalesce(c.confirmed_by, '') AS confirmed_by, c.reassigned_at, coalesce(c.reassigned_by,
				'') AS reassigned_by,
			c.retired_at, coalesce(c.retired_by, '') AS retired_by, coalesce(c.version, 0) AS version,
			coalesce(f.old_count, 0) AS old_count, coalesce(f.new_count, 0) AS new_count, coalesce(f.old_seats,
				0) AS old_seats, coalesce(f.new_seats, 0) AS new_seats,
			coalesce(f.undecided, 0) AS undecided, coalesce(f.open_rows, 0) AS open_rows, coalesce(f.unsigned,
				0) AS unsigned,
			coalesce(k.twins, 0) AS twins, coalesce(k.additions, 0) AS additions, coalesce(k.endings, 0) AS endings,
				coalesce(k.strayed, 0) AS strayed
		FROM ids JOIN crm_accounts a ON a.id = ids.crm_account_id CROSS JOIN r
		LEFT JOIN c ON c.crm_account_id = a.id LEFT JOIN f ON f.crm_account_id = a.id LEFT
		JOIN k ON k.customer_id = c.id)
	`

// narrowedToOne narrows members to one customer where its parts begin: a run of thousands is not read for one.
var narrowedToOne = []string{
	"p.state = 'mapped'", "p.state = 'mapped' AND p.crm_account_id = @only",
	"s.state <> 'inactive' AND s.crm_account_id IS NOT NULL", "s.state <> 'inactive' AND s.crm_account_id = @only",
	"FROM cutover_customers c JOIN r ON c.cutover_id = r.id",
	"FROM cutover_customers c JOIN r ON c.cutover_id = r.id AND c.crm_account_id = @only",
	"WHERE s.crm_account_id IS NOT NULL)", "WHERE s.crm_account_id = @only)",
}

// done is Customer.Done in SQL.
const done = `(m.undecided + m.strayed = 0
	AND (m.step = 'retired' OR m.step = 'open' AND m.twins + m.endings + m.additions = 0))`

func (f CustomerFilter) where(id uuid.UUID) (string, map[string]any) {
	args := map[string]any{"run": id}
	conds := []string{"true"}
	if f.Search != "" {
		conds, args["search"] = append(conds, "m.lower_name LIKE @search"), postgres.Contains(f.Search)
	}
	if f.Step != "" {
		conds, args["step"] = append(conds, "m.step = @step"), f.Step
	}
	if f.Only != uuid.Nil {
		conds, args["only"] = append(conds, "m.crm_account_id = @only"), f.Only
	}
	switch f.Todo {
	case "undecided":
		conds = append(conds, "m.undecided > 0")
	case "strayed":
		conds = append(conds, "m.strayed > 0")
	case "open_rows":
		conds = append(conds, "m.open_rows > 0")
	case "unsigned":
		conds = append(conds, "m.unsigned > 0")
	case "done":
		conds = append(conds, done)
	case "to_do":
		conds = append(conds, "NOT "+done)
	}
	return strings.Join(conds, " AND "), args
}

// Customers reads one page of a run's customers and the token of the next.
func Customers(ctx context.Context, db *gorm.DB, id uuid.UUID, f CustomerFilter, r paging.Request) ([]Customer,
	string, error) {
	where, args := f.where(id)
	behind, after := r.Where()
	for i, v := range after { // gorm takes either named or numbered arguments
		name := fmt.Sprintf("after%d", i)
		behind = strings.Replace(behind, "?", "CAST(@"+name+" AS text)", 1)
		args[name] = v
	}
	args["limit"] = r.Limit()
	var rows []Customer
	err := db.WithContext(ctx).Raw(members+`SELECT * FROM m WHERE `+where+` AND `+behind+` ORDER BY `+r.Order.SQL()+
		` LIMIT @limit`, args).Scan(&rows).Error
	if err != nil {
		return nil, "", fmt.Errorf("customers of cut-over %s: %w", id, err)
	}
	return paging.Cut(r, rows, func(c Customer) (any, uuid.UUID) { return c.LowerName, c.CRMAccountID })
}

// CustomerIDs are all customers of a filter, by name, for what is done to many at once.
func CustomerIDs(ctx context.Context, db *gorm.DB, id uuid.UUID, f CustomerFilter) ([]uuid.UUID, error) {
	where, args := f.where(id)
	var ids []uuid.UUID
	err := db.WithContext(ctx).Raw(members+`SELECT crm_account_id FROM m WHERE `+where+
		` ORDER BY lower_name, crm_account_id`, args).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("customers of cut-over %s: %w", id, err)
	}
	return ids, nil
}

// Progress counts the customers of a run by their step, and those that are done.
type Progress struct {
	All, Open, Confirmed, Reassigned, Retired int
	Undecided                                 int // customers with something undecided
	ToConfirm                                 int // customers with decisions that are not confirmed
	Waiting                                   int // open customers with something undecided or not confirmed, each once
	// the same, with those of later steps that have something new to decide
	Unready  int
	Unsigned int // customers not retired whose new twins lack a signature
	Strayed  int // customers with decided subscriptions that are no longer theirs
	Done     int
}

// ProgressOf counts the customers of a run.
func ProgressOf(ctx context.Context, db *gorm.DB, id uuid.UUID) (Progress, error) {
	var p Progress
	err := db.WithContext(ctx).Raw(members+
		`SELECT words.Counted(*) AS "all", words.Counted(*) FILTER (WHERE step = 'open') AS open,
			words.Counted(*) FILTER (WHERE step = 'confirmed') AS confirmed,
		words.Counted(*) FILTER (WHERE step = 'reassigned') AS reassigned, words.Counted(*) FILTER (WHERE step = 'retired') AS retired,
			words.Counted(*) FILTER (WHERE undecided > 0) AS undecided,
		words.Counted(*) FILTER (WHERE step = 'open'
		AND twins + additions + endings > 0) AS to_confirm, words.Counted(*) FILTER (WHERE step <> 'retired'
		AND unsigned > 0) AS unsigned,
		words.Counted(*) FILTER (WHERE strayed > 0) AS strayed,
		words.Counted(*) FILTER (WHERE step = 'open' AND (undecided > 0 OR twins + additions + endings > 0)) AS waiting,
		words.Counted(*) FILTER (WHERE undecided > 0 OR step = 'open' AND twins + additions + endings > 0) AS unready,
		words.Counted(*) FILTER (WHERE `+done+`) AS done FROM m`, map[string]any{"run": id}).Scan(&p).Error
	if err != nil {
		return p, fmt.Errorf("progress of cut-over %s: %w", id, err)
	}
	return p, nil
}

// customerIn reads a single customer; found tells whether it belongs to the run.
func customerIn(ctx context.Context, db *gorm.DB, id, crmAccountID uuid.UUID) (c Customer, found bool, err error) {
	where, args := CustomerFilter{Only: crmAccountID}.where(id)
	var rows []Customer
	err = db.WithContext(ctx).Raw(strings.NewReplacer(narrowedToOne...).Replace(members)+`SELECT * FROM m WHERE `+where,
		args).Scan(&rows).Error
	if err != nil {
		return Customer{}, false, fmt.Errorf("customer of cut-over %s: %w", id, err)
	}
	if len(rows) == 0 {
		return Customer{}, false, nil
	}
	return rows[0], true, nil
}

// CountExact notes of a page of customers how many exact pairs wait to be accepted.
func CountExact(ctx context.Context, db *gorm.DB, id uuid.UUID, page []Customer) error {
	for i, c := range page {
		if c.Undecided < 2 {
			continue
		}
		both, err := sidesOf(ctx, db, id, c.CRMAccountID)
		if err != nil {
			return err
		}
		for _, p := range both.proposals() {
			if p.Confidence == pairing.Exact {
				page[i].Exact++
			}
		}
	}
	return nil
}
