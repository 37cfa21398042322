package secret

import (
	"context"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Rotation is what Rotate did.
type Rotation struct {
	Resumed  bool // an earlier rotation was finished; no new key was made
	Primary  uint32
	Resealed int
}

// Rotate makes a new primary key and seals every stored value again. All keys stay
// in the file, so at every moment everything opens, and a rotation that was
// interrupted is finished by the next one. Running processes pick the new key up
// from the file.
func (s *Sealer) Rotate(ctx context.Context, db *postgres.DB, clk clock.Clock, by audit.Actor) (Rotation, error) {
	health, err := s.Examine(ctx, db)
	if err != nil {
		return Rotation{}, err
	}
	if !health.Good() {
		return Rotation{}, errs.Newf(errs.Conflict,
			"%d stored values do not open. Nothing was changed; see `seatledger keys doctor` and enter those secrets "+
				"again first.", len(health.Broken))
	}
	r := Rotation{Resumed: s.unfinished(health)}
	if !r.Resumed && !s.from.IsFile() {
		return r, errs.Newf(errs.Conflict, "The master key comes from %s, which Seatledger cannot write. Run `seatledger "+
			"keys next FILE`, have that key given instead, and rotate again. Nothing was changed.", s.from.Says())
	}
	if !r.Resumed {
		if err := s.addPrimary(); err != nil {
			return r, err
		}
	}
	r.Primary = s.PrimaryID()
	if r.Resealed, err = s.reseal(ctx, db); err != nil {
		return r, err
	}
	return r, db.InTx(ctx, func(tx *gorm.DB) error {
		return audit.Record(ctx, tx, clk, by, audit.Event{
			Action: "master_key.rotated", ObjectType: "master_key", ObjectID: fmt.Sprint(r.Primary),
			ObjectName: "Master key",
			After:      map[string]any{"primary": r.Primary, "resealed": r.Resealed},
		})
	})
}

func (s *Sealer) unfinished(h Health) bool {
	for _, k := range h.Keys {
		if !k.Primary && k.Values > 0 {
			return true
		}
	}
	return false
}

func (s *Sealer) addPrimary() error {
	m, err := s.withNewPrimary()
	if err != nil {
		return err
	}
	return s.write(m)
}

func (s *Sealer) withNewPrimary() (*keyset.Manager, error) {
	s.mu.RLock()
	m := keyset.NewManagerFromHandle(s.keys)
	s.mu.RUnlock()
	id, err := m.Add(aead.XAES256GCM192BitNonceKeyTemplate())
	if err != nil {
		return nil, err
	}
	return m, m.SetPrimary(id)
}

// Next writes the keys of today with a new primary one to a new file, for a source that Seatledger cannot write. They
// are in force once the source gives them; then Rotate seals everything again.
func (s *Sealer) Next(path string) (primary uint32, err error) {
	m, err := s.withNewPrimary()
	if err != nil {
		return 0, err
	}
	keys, err := m.Handle()
	if err != nil {
		return 0, err
	}
	return keys.KeysetInfo().GetPrimaryKeyId(), placeNew(path, keys)
}

func (s *Sealer) write(m *keyset.Manager) error {
	keys, err := m.Handle()
	if err != nil {
		return err
	}
	if err := replace(s.from.Path, keys); err != nil {
		return err
	}
	return s.refresh()
}

const resealPasses = 10

// reseal goes over all values until a pass finds nothing under an old key: a
// process that had not yet seen the new file may have sealed meanwhile.
func (s *Sealer) reseal(ctx context.Context, db *postgres.DB) (done int, err error) {
	for range resealPasses {
		n, err := s.resealPass(ctx, db)
		done += n
		if err != nil || n == 0 {
			return done, err
		}
	}
	return done, errs.New(errs.Conflict,
		"Somebody goes on sealing with the old key, so the rotation is not finished. Everything still opens. "+
			"Give every copy of the app the new key file, then rotate again.")
}

func (s *Sealer) resealPass(ctx context.Context, db *postgres.DB) (done int, err error) {
	values, err := all(ctx, db)
	if err != nil {
		return 0, err
	}
	for _, v := range values {
		if id, _ := KeyID(v.Sealed); id == s.PrimaryID() {
			continue
		}
		if err := s.resealOne(ctx, db, v); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}

func (s *Sealer) resealOne(ctx context.Context, db *postgres.DB, v stored) error {
	plain, err := s.Open(v.place(), v.Sealed)
	if err != nil {
		return err
	}
	sealed, err := s.Seal(v.place(), plain)
	if err != nil {
		return err
	}
	return db.InTx(ctx, func(tx *gorm.DB) error { return v.swap(tx, sealed) })
}

// Prune removes the keys that seal nothing any more. Backups of the database from
// before the rotation then need a copy of the old key file.
// Where the keys are in no file, what is left of them goes to a new one.
func (s *Sealer) Prune(ctx context.Context, db *postgres.DB, into string) (removed int, err error) {
	health, err := s.Examine(ctx, db)
	if err != nil {
		return 0, err
	}
	s.mu.RLock()
	m := keyset.NewManagerFromHandle(s.keys)
	s.mu.RUnlock()
	for _, k := range health.Keys {
		if k.Primary || k.Values > 0 {
			continue
		}
		if err := m.Delete(k.ID); err != nil {
			return 0, err
		}
		removed++
	}
	if removed == 0 {
		return 0, nil
	}
	if s.from.IsFile() {
		return removed, s.write(m)
	}
	keys, err := m.Handle()
	if err != nil {
		return 0, err
	}
	return removed, placeNew(into, keys)
}
