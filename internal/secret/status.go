package secret

import (
	"context"
	"fmt"
	"time"

	"seatledger/internal/postgres"
)

// Status is how the keys stand, told without opening a value.
type Status struct {
	Keys      []KeyHealth
	Missing   int // values sealed with a key that is not at hand
	Kinds     map[string]int
	FirstSeen time.Time  // when the first key met this database
	Rotated   *time.Time // the last time that everything was sealed again; nil: never
}

// Status reads how the keys stand.
func (s *Sealer) Status(ctx context.Context, db *postgres.DB) (Status, error) {
	values, err := all(ctx, db)
	if err != nil {
		return Status{}, err
	}
	out := Status{Kinds: map[string]int{}}
	count := map[uint32]int{}
	for _, v := range values {
		id, _ := KeyID(v.Sealed)
		count[id]++
		out.Kinds[v.Kind]++
	}
	for _, id := range s.IDs() {
		out.Keys = append(out.Keys, KeyHealth{ID: id, Primary: id == s.PrimaryID(), Values: count[id]})
		delete(count, id)
	}
	for _, n := range count {
		out.Missing += n
	}
	var row struct {
		FirstSeen time.Time
		Rotated   *time.Time
	}
	err = db.Read(ctx).Raw(`SELECT (SELECT made_at FROM master_key_check) AS first_seen,
		(SELECT max(at) FROM audit_events WHERE action = 'master_key.rotated') AS rotated`).Scan(&row).Error
	out.FirstSeen, out.Rotated = row.FirstSeen, row.Rotated
	return out, err
}

const tooOld = 365 * 24 * time.Hour

func (t Tool) status(ctx context.Context, db *postgres.DB, s *Sealer) error {
	st, err := s.Status(ctx, db)
	if err != nil {
		return err
	}
	lines := []string{}
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	add("The master key comes from %s.", s.from.Says())
	waiting := 0
	for _, k := range st.Keys {
		what := "older"
		if k.Primary {
			what = "primary"
		} else {
			waiting += k.Values
		}
		add("key %d, %s: seals %d values", k.ID, what, k.Values)
	}
	add("Sealed: %d secrets of providers, %d of CRM sources, %d of mail, %d of webhooks, %d keys that sign the audit trail, "+
		"%d of authenticator apps.",
		st.Kinds["provider"], st.Kinds["source"], st.Kinds[kindMail], st.Kinds[kindHook], st.Kinds[kindSign], st.Kinds[kindTOTP])
	since := st.FirstSeen
	if st.Rotated != nil {
		since = *st.Rotated
		add("Last rotated on %s.", since.UTC().Format(time.DateOnly))
	} else {
		add("Never rotated; in use since %s.", since.UTC().Format(time.DateOnly))
	}
	switch {
	case st.Missing > 0:
		add("%d values are sealed with a key that is not at hand: run `seatledger keys doctor`.", st.Missing)
	case waiting > 0:
		add("A rotation is not finished: %d values are still sealed with an older key. Run `seatledger keys rotate`.",
			waiting)
	case len(st.Keys) > 1:
		add("The older keys seal nothing any more: `seatledger keys prune` removes them, once no backup needs them.")
	case t.Clock.Now().Sub(since) > tooOld:
		add("The key is older than a year: run `seatledger keys rotate`.")
	default:
		add("Nothing is to be done.")
	}
	for _, l := range lines {
		if err := t.say("%s", l); err != nil {
			return err
		}
	}
	return nil
}
