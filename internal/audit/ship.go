package audit

import (
	"context"
	"encoding/hex"
	"encoding/json"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Shipped is an entry of the trail as another machine gets it: with its place in the chain and the text that its hash
// is of, so that what was rewritten here later is found there.
type Shipped struct {
	Seq  int64  `json:"trail"`
	Hash string `json:"hash"`
	Text string `json:"text"`
}

// shipAtOnce is how many entries one turn sends.
const shipAtOnce = 200

// Ship sends the entries that were not sent yet, in their order, and tells how many. Who sends must know that a
// line is
// on its way: one that is not ends the turn, and comes again in the next. Where nothing was ever sent it begins with
// what comes from now on. Of many processes one sends; the others find nothing to do.
func Ship(ctx context.Context, db *postgres.DB, send func(ctx context.Context, line string) error) (sent int,
	err error) {
	err = db.InTx(ctx, func(tx *gorm.DB) error {
		sent = 0
		var turn []struct{ Seq *int64 }
		err := tx.Raw(`SELECT seq FROM trail_shipped FOR UPDATE SKIP LOCKED`).Scan(&turn).Error
		if err != nil || len(turn) == 0 {
			return err
		}
		if turn[0].Seq == nil {
			return tx.Exec(`UPDATE trail_shipped SET seq = (SELECT seq FROM audit_head)`).Error
		}
		var entries []struct {
			Seq  int64
			Hash []byte
			Text string
		}
		if err := tx.Raw(`SELECT e.seq, e.hash, audit_event_text(e) AS text FROM audit_events e WHERE e.seq > ?
			ORDER BY e.seq LIMIT ?`, *turn[0].Seq, shipAtOnce).Scan(&entries).Error; err != nil {
			return err
		}
		var failed error
		for _, e := range entries {
			line, err := json.Marshal(Shipped{e.Seq, hex.EncodeToString(e.Hash), e.Text})
			if err != nil {
				return err
			}
			if failed = send(ctx, string(line)); failed != nil {
				break
			}
			sent++
		}
		if sent > 0 {
			// Also where the turn was broken off: what was sent is not sent again.
			return tx.WithContext(context.WithoutCancel(ctx)).Exec(`UPDATE trail_shipped SET seq = ?`,
				entries[sent-1].Seq).Error
		}
		return failed
	})
	return sent, err
}
