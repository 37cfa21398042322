package mapping

import (
	"context"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"seatledger/internal/account"
	"seatledger/internal/crm"
	"seatledger/internal/mapping"
	"seatledger/web/httpx"
	"seatledger/web/session"
)

// desk is all that the page of one waiting account shows.
type desk struct {
	where     where
	place     mapping.Place
	account   account.Account
	proposals []mapping.Proposal
	picked    *picked
	counts    mapping.QueueCounts
	progress  account.Progress
	providers []account.ProviderChoice
	fresh     mapping.Freshness
	underWay  []mapping.UnderWay
	heritage  *mapping.Heritage
	answers   mapping.Answers
	last      mapping.Act
	search    search
	mayMap    bool
	problems  map[string]string
	reason    string // typed, when it was refused
}

// picked is the CRM account that the account is compared with.
type picked struct {
	customer crm.Account
	proposal *mapping.Proposal // nil: it was searched for
	holder   mapping.Holder
	named    bool // somebody chose it; else it stands first
}

// acceptable tells whether one key may map to it: it is free, and where others fit
// nearly as well a person has chosen it.
func (p picked) acceptable() bool {
	return p.free() && (p.named || p.proposal == nil || !p.proposal.Tied)
}

func (p picked) free() bool { return p.holder.AccountID == uuid.Nil }

// Queue is one account that waits, beside its candidates.
func (h Handlers) Queue(c echo.Context) error {
	w, err := readWhere(c.Request().URL.Query())
	if err != nil {
		return err
	}
	at := uuid.Nil
	if s := c.QueryParam("at"); s != "" {
		if at, err = uuid.Parse(s); err != nil {
			return c.Redirect(http.StatusSeeOther, w.link(path))
		}
	}
	d, err := h.desk(c, w, at)
	if err != nil {
		return err
	}
	if at != uuid.Nil && d.place.ID != at {
		return h.notHere(c, w, at)
	}
	return httpx.Render(c, http.StatusOK, h.page(c, d).Show())
}

// notHere leads from an account that is not, or no longer, in this part of the queue to the first that is.
func (h Handlers) notHere(c echo.Context, w where, at uuid.UUID) error {
	ctx := c.Request().Context()
	a, err := account.Get(ctx, h.DB.Read(ctx), at)
	if err != nil {
		return err
	}
	text := nameOf(a) + " does not wait in this part of the queue."
	if a.Mapping != account.Unmapped {
		text = nameOf(a) + " is " + string(a.Mapping) + " meanwhile, by " + a.DecidedBy + "."
	}
	httpx.Tell(c, "info", text)
	return httpx.SeeOther(c, w.link(path))
}

func (h Handlers) desk(c echo.Context, w where, at uuid.UUID) (desk, error) {
	ctx := c.Request().Context()
	d := desk{where: w, mayMap: mayMap(c)}
	err := h.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		if err := d.readQueue(ctx, tx, w.filter(h.today()), at); err != nil || d.place.ID == uuid.Nil {
			return err
		}
		if err := d.readAccount(ctx, tx); err != nil {
			return err
		}
		if err := d.find(ctx, tx, c.QueryParam("crm_q")); err != nil {
			return err
		}
		return d.pick(ctx, tx, c.QueryParam("pick"), c.QueryParam("crm"))
	})
	if err != nil || !d.mayMap {
		return d, err
	}
	d.last, err = mapping.LastAct(ctx, h.DB.Read(ctx), session.Actor(c))
	return d, err
}

func (d *desk) readQueue(ctx context.Context, db *gorm.DB, f mapping.QueueFilter, at uuid.UUID) (err error) {
	if d.place, err = mapping.PlaceOf(ctx, db, f, at); err != nil {
		return err
	}
	if d.counts, err = mapping.CountQueue(ctx, db, f); err != nil {
		return err
	}
	if d.progress, err = account.ProgressOf(ctx, db, f.ProviderID); err != nil {
		return err
	}
	if d.underWay, err = mapping.UnderWayOf(ctx, db, f.ProviderID); err != nil {
		return err
	}
	d.providers, err = account.ProviderChoices(ctx, db)
	return err
}

func (d *desk) readAccount(ctx context.Context, db *gorm.DB) (err error) {
	if d.account, err = account.Get(ctx, db, d.place.ID); err != nil {
		return err
	}
	ids := []uuid.UUID{d.place.ID}
	all, err := mapping.Proposals(ctx, db, ids)
	if err != nil {
		return err
	}
	d.proposals = all[d.place.ID]
	heritages, err := mapping.Heritages(ctx, db, ids)
	if err != nil {
		return err
	}
	if heritage, ok := heritages[d.place.ID]; ok {
		d.heritage = &heritage
	}
	if d.answers, err = mapping.AnswersAbout(ctx, db, d.place.ID); err != nil {
		return err
	}
	d.fresh, err = mapping.FreshnessOf(ctx, db, d.account.ProviderID)
	return err
}

// pick reads the CRM account to compare with: the numbered candidate, one that was
// searched for, or the best.
func (d *desk) pick(ctx context.Context, db *gorm.DB, number, other string) error {
	p := &picked{}
	if id, err := uuid.Parse(other); err == nil {
		p.customer.ID = id
	}
	n, err := strconv.Atoi(number)
	p.named = p.customer.ID != uuid.Nil || err == nil
	if err != nil || n < 1 || n > len(d.proposals) {
		n = 1
	}
	for i := range d.proposals {
		if d.proposals[i].CRMAccountID == p.customer.ID || p.customer.ID == uuid.Nil && i == n-1 {
			p.proposal = &d.proposals[i]
		}
	}
	if p.proposal != nil {
		p.customer.ID, p.holder = p.proposal.CRMAccountID, p.proposal.Holder
	}
	if p.customer.ID == uuid.Nil {
		return nil
	}
	if p.customer, err = crm.Get(ctx, db, p.customer.ID); err != nil {
		return err
	}
	if p.proposal == nil {
		if p.holder, err = mapping.HolderOf(ctx, db, d.account.ID, p.customer.ID); err != nil {
			return err
		}
	}
	d.picked = p
	return nil
}
