package audit

import (
	"bytes"
	"context"
	"encoding/hex"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Integrity is what a check of the chain found.
type Integrity struct {
	Checked int64 // rows looked at
	First   int64 // number at which the trail begins: 1, or what follows the last checkpoint
	Broken  int64 // number of the first row that does not fit; 0 when all do
	Missing bool  // the end of the trail is not where the head says
	// Up to which entry the trail was last signed and noted elsewhere, and when; nil: never.
	Signed   int64
	SignedAt *time.Time
	Head     Anchor // noted elsewhere, it also betrays somebody who rewrote trail and head together
}

// Anchor is the end of the trail: number and hash of its last row.
type Anchor struct {
	Seq  int64
	Hash string // hex
}

// Sound tells whether no row was edited, deleted, inserted, put elsewhere or cut off.
func (i Integrity) Sound() bool { return i.Broken == 0 && !i.Missing }

// Verify walks the chain: each row's hash must follow from its content and from
// the row before it, numbers must have no gap, and the last row must be the head. The
// first one follows from the last checkpoint, behind which the trail was taken out.
// last limits the walk to so many rows at the end; 0 walks all of it.
func Verify(ctx context.Context, db *gorm.DB, last int64) (i Integrity, err error) {
	a := verified(last, &i)
	return i, postgres.Query(ctx, db, a.SQL, a.Args, a.Read)
}

func verified(last int64, into *Integrity) postgres.Ask {
	return walk(`CASE WHEN ?::bigint > 0 THEN (SELECT seq FROM head) - ?::bigint + 1 ELSE 1 END`, []any{last, last},
		nil, into)
}

// VerifyFrom walks the chain from a row that was found sound on; that row must still be what it was.
func VerifyFrom(ctx context.Context, db *gorm.DB, a Anchor) (i Integrity, err error) {
	asked := verifiedFrom(a, &i)
	return i, postgres.Query(ctx, db, asked.SQL, asked.Args, asked.Read)
}

func verifiedFrom(a Anchor, into *Integrity) postgres.Ask {
	return walk("?::bigint", []any{a.Seq}, &a, into)
}

// walked is what the statement of a walk finds.
type walked struct {
	Checked   int64
	Broken    *int64
	FirstSeq  *int64
	LastSeq   *int64
	LastHash  []byte
	FirstHash []byte
	HeadSeq   int64
	HeadHash  []byte
	Start     int64
	BaseSeq   int64
	Signed    *int64
	SignedAt  *time.Time
}

func walk(start string, args []any, from *Anchor, into *Integrity) postgres.Ask {
	return postgres.Ask{SQL: `
		WITH head AS (SELECT seq, hash FROM audit_head),
		base AS (SELECT seq, hash FROM audit_checkpoints UNION ALL SELECT 0, sha256('seatledger')
			ORDER BY seq DESC LIMIT 1),
		start AS (SELECT greatest((SELECT seq FROM base) + 1, ` + start + `) AS seq),
		chain AS (
			SELECT e.seq, e.hash, e.prev_hash,
			       audit_event_hash(e.prev_hash, e) AS due,
			       lag(e.hash) OVER w AS before_hash, lag(e.seq) OVER w AS before_seq
			FROM audit_events e
			WHERE e.seq >= (SELECT seq FROM start)
			WINDOW w AS (ORDER BY e.seq)
		)
		SELECT count(*) AS checked,
		       min(seq) FILTER (WHERE hash <> due
		           OR (before_seq IS NOT NULL AND (seq <> before_seq + 1 OR prev_hash <> before_hash))
		           OR (before_seq IS NULL AND seq = (SELECT seq FROM base) + 1
		               AND prev_hash <> (SELECT hash FROM base))) AS broken,
		       min(seq) AS first_seq, max(seq) AS last_seq,
		       (SELECT hash FROM chain ORDER BY seq DESC LIMIT 1) AS last_hash,
		       (SELECT hash FROM chain ORDER BY seq LIMIT 1) AS first_hash,
		       (SELECT seq FROM head) AS head_seq, (SELECT hash FROM head) AS head_hash,
		       (SELECT seq FROM start) AS start, (SELECT seq FROM base) AS base_seq,
		       (SELECT seq FROM audit_anchors ORDER BY id DESC LIMIT 1) AS signed,
		       (SELECT at FROM audit_anchors ORDER BY id DESC LIMIT 1) AS signed_at
		FROM chain`, Args: args, Read: func(rows pgx.Rows) error {
		row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[walked])
		if err == nil {
			*into = row.integrity(from)
		}
		return err
	}}
}

func (row walked) integrity(from *Anchor) Integrity {
	i := Integrity{Checked: row.Checked, Head: Anchor{Seq: row.HeadSeq, Hash: hex.EncodeToString(row.HeadHash)}}
	if row.Broken != nil {
		i.Broken = *row.Broken
	}
	i.First, i.SignedAt = row.BaseSeq+1, row.SignedAt
	if row.Signed != nil {
		i.Signed = *row.Signed
	}
	i.Missing = row.HeadSeq != row.BaseSeq
	if row.LastSeq != nil {
		i.Missing = *row.LastSeq != row.HeadSeq || !bytes.Equal(row.LastHash, row.HeadHash)
	}
	if row.FirstSeq != nil && *row.FirstSeq != row.Start && i.Broken == 0 {
		i.Broken = *row.FirstSeq
	}
	if from != nil && from.Seq > row.BaseSeq && hex.EncodeToString(row.FirstHash) != from.Hash && i.Broken == 0 {
		i.Broken = from.Seq
	}
	return i
}
