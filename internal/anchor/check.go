package anchor

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"seatledger/internal/audit"
)

// ErrBroken says that the trail is not what it was; the report says where.
var ErrBroken = errors.New("the audit trail was changed")

// Report is what a check found, in sentences.
type Report struct {
	Good []string
	Bad  []string
}

func (r *Report) good(format string, args ...any) {
	r.Good = append(r.Good, fmt.Sprintf(format, args...))
}
func (r *Report) bad(format string, args ...any) { r.Bad = append(r.Bad, fmt.Sprintf(format, args...)) }

// Against is what a trail is proved against besides itself.
type Against struct {
	Paths []string // files or folders of anchors
	Keys  []string // fingerprints of signing keys that a person vouches for
}

// Check walks the whole trail, and compares it with the anchors in the database and with those that were kept
// elsewhere: who cut or rewrote the trail and its head has no signature for what it is now.
func (k Keeper) Check(ctx context.Context, against Against) (Report, error) {
	var r Report
	var all []noted
	for _, path := range against.Paths {
		read, err := readAnchors(path)
		if err != nil {
			return r, err
		}
		all = append(all, read...)
	}
	trust, err := k.vouched(ctx, against.Keys)
	if err != nil {
		return r, err
	}
	found, err := audit.Verify(ctx, k.DB.Read(ctx), 0)
	if err != nil {
		return r, err
	}
	if found.Sound() {
		r.good("%d entries, %d to %d: each follows from the one before it.", found.Checked, found.First, found.Head.Seq)
	} else {
		r.bad("The chain does not hold: %s", where(found))
	}
	base, err := k.checkpoints(ctx, trust, &r)
	if err != nil {
		return r, err
	}
	var inside []noted
	err = k.DB.Read(ctx).Raw(`SELECT seq, hash, at, public_key, signature FROM audit_anchors ORDER BY id`).
		Scan(&inside).Error
	if err != nil {
		return r, err
	}
	if err := k.compare(ctx, "in the database", inside, base, trust, &r); err != nil {
		return r, err
	}
	return r, k.compare(ctx, "kept elsewhere", all, base, trust, &r)
}

// checkpoints proves what was taken out, and gives the last one.
func (k Keeper) checkpoints(ctx context.Context, trust trusted, r *Report) (Checkpoint, error) {
	var rows []Checkpoint
	err := k.DB.Read(ctx).Raw(`SELECT seq, hash, first_seq, at, public_key, signature FROM audit_checkpoints
		ORDER BY seq`).Scan(&rows).Error
	var base Checkpoint
	for _, c := range rows {
		switch {
		case !trust.signed(c.Key, c.said(), c.Signature):
			r.bad("Entries %d to %d were taken out without a signature that the master key vouches for.", c.FirstSeq,
				c.Seq)
		case c.FirstSeq != base.Seq+1:
			r.bad("Entries %d to %d are missing without a checkpoint.", base.Seq+1, c.FirstSeq-1)
		default:
			r.good("Entries %d to %d were taken out on %s under a signed checkpoint.", c.FirstSeq, c.Seq, moment(c.At))
		}
		base = c
	}
	return base, err
}

// compare proves anchors against the entries that they name.
func (k Keeper) compare(ctx context.Context, which string, all []noted, base Checkpoint, trust trusted,
	r *Report) error {
	agree, gone := 0, 0
	var newest Anchor
	for _, a := range all {
		if !trust.signed(a.Key, a.said(), a.Signature) {
			r.bad("%s is not signed by a key that the master key vouches for.", upper(a.name()))
			continue
		}
		if newest.Seq <= a.Seq {
			newest = a.Anchor
		}
		hash, err := k.hashAt(ctx, a.Seq, base)
		switch {
		case err != nil:
			return err
		case a.Seq < base.Seq:
			gone++
		case hash == nil:
			r.bad("%s names entry %d, and the trail has none: its end was cut off.", upper(a.name()), a.Seq)
		case !bytes.Equal(hash, a.Hash):
			r.bad("%s names entry %d with another hash: what led to it was rewritten.", upper(a.name()), a.Seq)
		default:
			agree++
		}
	}
	if agree > 0 {
		r.good("%d anchors %s agree, the newest of %s with entry %d.", agree, which, moment(newest.At), newest.Seq)
	}
	if gone > 0 {
		r.good("%d anchors %s name entries that were taken out since.", gone, which)
	}
	if len(all) == 0 {
		r.good("There are no anchors %s to compare with.", which)
	}
	return nil
}

// hashAt is the hash of an entry, or of the checkpoint that stands for it; nil when there is none.
func (k Keeper) hashAt(ctx context.Context, seq int64, base Checkpoint) ([]byte, error) {
	if seq == base.Seq && seq > 0 {
		return base.Hash, nil
	}
	var row struct{ Hash []byte }
	err := k.DB.Read(ctx).Raw(`SELECT hash FROM audit_events WHERE seq = ?`, seq).Scan(&row).Error
	return row.Hash, err
}

func upper(s string) string { return "T" + s[1:] } // every name begins with "the"
