package secret

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
)

// Unbound is a secret that was sealed before secrets were bound to servers.
type Unbound struct {
	Sealed []byte
	Was    Place // as it opens
	Is     Place // with the servers that it is to be bound to
}

// BindOnce seals every secret of an older database for the servers that it stands for
// now: find gives those of one room, put takes the new sealing of one. It happens once:
// what turns up unbound later, as from an older copy of a row, never opens again.
func (s *Sealer) BindOnce(ctx context.Context, db *postgres.DB, rooms ...Binder) error {
	return db.InTx(ctx, func(tx *gorm.DB) error {
		var row struct{ Sealed []byte }
		if err := tx.Raw(`SELECT sealed FROM master_key_check FOR UPDATE`).Scan(&row).Error; err != nil {
			return fmt.Errorf("bind secrets: %w", err)
		}
		plain, err := s.Open(checkPlace(), row.Sealed)
		if err != nil || plain.Reveal() == checkText {
			return err
		}
		for _, r := range rooms {
			if err := s.bindRoom(tx, r); err != nil {
				return err
			}
		}
		sealed, err := s.Seal(checkPlace(), checkText)
		if err != nil {
			return err
		}
		return tx.Exec(`UPDATE master_key_check SET sealed = ?`, sealed).Error
	})
}

// Binder is a room with secrets.
type Binder struct {
	Find func(tx *gorm.DB) ([]Unbound, error)
	Put  func(tx *gorm.DB, u Unbound, sealed []byte) error
}

// bindRoom leaves what does not open as it is: a person enters it again, as before.
func (s *Sealer) bindRoom(tx *gorm.DB, r Binder) error {
	found, err := r.Find(tx)
	if err != nil {
		return fmt.Errorf("bind secrets: %w", err)
	}
	for _, u := range found {
		plain, err := s.Open(u.Was, u.Sealed)
		if err != nil || u.Is.For == "" {
			continue
		}
		sealed, err := s.Seal(u.Is, plain)
		if err != nil {
			return err
		}
		if err := r.Put(tx, u, sealed); err != nil {
			return fmt.Errorf("bind secrets: %w", err)
		}
	}
	return nil
}
