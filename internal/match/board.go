package match

import (
	"context"
	"slices"
)

// Board is all accounts laid beside all CRM accounts, once: the pairing of the whole
// and the alternatives of each account come from the same comparisons.
type Board struct {
	x     *Index
	as    []profile
	links []link
	at    map[string]int // accounts by id
	o     Options
}

// NewBoard compares the two sides. It is done when the context ends, with the context's error.
func NewBoard(ctx context.Context, accounts, crm []Record, o Options) (*Board, error) {
	b := &Board{as: profiles(byID(accounts)), o: o, at: make(map[string]int, len(accounts))}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.x = newIndex(profiles(byID(crm)), b.as)
	for i := range b.as {
		b.x.vocab.weigh(&b.as[i])
		b.at[b.as[i].rec.ID] = i
	}
	b.x.n.crm = max(1, b.x.n.crm-len(o.Held))
	b.links = b.x.linkAll(ctx, b.as, o)
	b.x.learn(ctx, b.open(nil))
	return b, ctx.Err()
}

// open are the links between records that may still be paired: neither held, nor
// refused, nor in gone, which names ids of either side.
func (b *Board) open(gone map[string]bool) []link {
	if len(b.o.Held)+len(b.o.Refused)+len(gone) == 0 {
		return b.links
	}
	var out []link
	for _, l := range b.links {
		account, crm := b.as[l.account].rec.ID, b.x.crm[l.crm].rec.ID
		if !b.o.Held[crm] && !gone[account] && !gone[crm] && !b.o.Refused[Pair{account, crm}] {
			out = append(out, l)
		}
	}
	return out
}

// Pairs pairs what is open one to one; gone are ids that have been paired meanwhile.
func (b *Board) Pairs(ctx context.Context, gone map[string]bool) ([]Candidate, error) {
	links := b.x.rank(slices.Clone(b.open(gone)))
	pairs := b.x.dress(ctx, b.as, links, optimal(links), b.o.floor())
	return pairs, ctx.Err()
}

// Candidates gives at most n CRM accounts that may be the account, held and refused
// ones among them, the best first: what it says of itself, whoever else claims them.
func (b *Board) Candidates(accountID string, n int) []Candidate {
	i, ok := b.at[accountID]
	if !ok {
		return nil
	}
	from, _ := slices.BinarySearchFunc(b.links, int32(i),
		func(l link, account int32) int { return int(l.account - account) })
	to := from
	for to < len(b.links) && b.links[to].account == int32(i) {
		to++
	}
	found := b.x.rank(slices.Clone(b.links[from:to]))
	sortLinks(found, b.x.crm)
	out := make([]Candidate, 0, n)
	for _, l := range found[:min(n, len(found))] {
		out = append(out, b.x.candidate(&b.as[i], l, found))
	}
	return out
}
