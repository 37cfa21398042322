package anchor

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"gorm.io/gorm"
)

// fileHead is the first line of a trail that was written out.
type fileHead struct {
	What   string `json:"what"`
	Before string `json:"before"` // hash of the entry before the first one
}

const whatTrail = "Seatledger, audit trail: each hash is the SHA-256 of the hash before it, as bytes, and of the text"

// fileLine is one entry: its text is what its hash is made of, with the hash before it.
type fileLine struct {
	Seq  int64  `json:"entry"`
	Hash string `json:"hash"`
	Text string `json:"text"`
}

// Write writes the entries up to a number, 0: all, from one snapshot. It tells how many.
func (k Keeper) Write(ctx context.Context, out io.Writer, upTo int64) (n int64, err error) {
	b := bufio.NewWriter(out)
	err = k.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		n, err = writeTrail(tx, json.NewEncoder(b), upTo)
		return err
	})
	return n, errors.Join(err, b.Flush())
}

func writeTrail(tx *gorm.DB, enc *json.Encoder, upTo int64) (n int64, err error) {
	enc.SetEscapeHTML(false)
	rows, err := tx.Raw(`SELECT seq, prev_hash, hash, audit_event_text(e) FROM audit_events e
		WHERE ?::bigint = 0 OR seq <= ?::bigint ORDER BY seq`, upTo, upTo).Rows()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var l fileLine
		var before, hash []byte
		if err := rows.Scan(&l.Seq, &before, &hash, &l.Text); err != nil {
			return n, err
		}
		if n == 0 {
			if err := enc.Encode(fileHead{whatTrail, hex.EncodeToString(before)}); err != nil {
				return n, err
			}
		}
		n, l.Hash = n+1, hex.EncodeToString(hash)
		if err := enc.Encode(l); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}

// CheckFile proves a trail that was written out, by itself and against anchors. It needs no database; keys are the
// fingerprints that the anchors must be signed with, none: any.
func CheckFile(path string, against Against) (Report, error) {
	var r Report
	hashes, err := chainOf(path, &r)
	if err != nil || len(r.Bad) > 0 {
		return r, err
	}
	trust := trusted{}
	for _, key := range against.Keys {
		trust[key] = true
	}
	for _, p := range against.Paths {
		read, err := readAnchors(p)
		if err != nil {
			return r, err
		}
		for _, a := range read {
			if len(trust) == 0 {
				r.good("%s says it was signed with the key %s.", upper(a.name()), Fingerprint(a.Key))
			}
			known := len(trust) == 0 || trust[Fingerprint(a.Key)]
			hash, there := hashes[a.Seq]
			switch {
			case !known || !(trusted{Fingerprint(a.Key): true}).signed(a.Key, a.said(), a.Signature):
				r.bad("%s is not signed by that key.", upper(a.name()))
			case !there:
				r.good("%s names entry %d, which the file does not have.", upper(a.name()), a.Seq)
			case !bytes.Equal(hash, a.Hash):
				r.bad("%s names entry %d with another hash: what led to it was rewritten.", upper(a.name()), a.Seq)
			default:
				r.good("%s agrees with entry %d.", upper(a.name()), a.Seq)
			}
		}
	}
	return r, nil
}

func chainOf(path string, r *Report) (map[int64][]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	dec := json.NewDecoder(f)
	var head fileHead
	if err := dec.Decode(&head); err != nil || head.What != whatTrail {
		return nil, fmt.Errorf("%s is not an audit trail that Seatledger wrote", path)
	}
	before, err := hex.DecodeString(head.Before)
	if err != nil {
		return nil, fmt.Errorf("%s is not an audit trail that Seatledger wrote", path)
	}
	out := map[int64][]byte{}
	var first, lastSeq int64
	for {
		var l fileLine
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("%s breaks off after entry %d", path, lastSeq)
		}
		sum := sha256.Sum256(append(bytes.Clone(before), l.Text...))
		if hex.EncodeToString(sum[:]) != l.Hash || numberIn(l.Text) != l.Seq || lastSeq != 0 && l.Seq != lastSeq+1 {
			r.bad("Entry %d does not follow from the one before it.", l.Seq)
			return out, nil
		}
		before, lastSeq, out[l.Seq] = sum[:], l.Seq, sum[:]
		if first == 0 {
			first = l.Seq
		}
	}
	r.good("%d entries, %d to %d: each follows from the one before it.", len(out), first, lastSeq)
	return out, nil
}

// numberIn is the number that the text of an entry begins with.
func numberIn(text string) int64 {
	var parts []json.RawMessage
	var n int64
	if json.Unmarshal([]byte(text), &parts) != nil || len(parts) == 0 || json.Unmarshal(parts[0], &n) != nil {
		return -1
	}
	return n
}
