package postgres_test

import (
	"context"
	"testing"

	"gorm.io/gorm"

	"seatledger/internal/postgres"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// The race detector watches this one: the pool closes the connection of a cancelled
// statement while the transaction is still being given up.
func TestACancelledTransactionLeavesItsConnectionToThePool(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for range 40 {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.InTx(ctx, func(tx *gorm.DB) error {
			if err := tx.Exec(`SELECT 1`).Error; err != nil {
				return err
			}
			cancel()
			var n []int
			return tx.Raw(`SELECT 1`).Scan(&n).Error
		})
		if err == nil {
			t.Fatal("a cancelled transaction ended well")
		}
		if trouble := postgres.TroubleOf(err); trouble != postgres.None {
			t.Fatalf("who no longer waits saw trouble %d of the database: %v", trouble, err)
		}
	}
	var n []int
	if err := db.Read(t.Context()).Raw(`SELECT 1`).Scan(&n).Error; err != nil || len(n) != 1 {
		t.Errorf("the pool after it: %v, %v", n, err)
	}
}

func TestWhoeverGivesUpIsNoTroubleOfTheDatabase(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for range 40 {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.InTx(ctx, func(tx *gorm.DB) error {
			go cancel()
			for {
				var n []int
				if err := tx.Raw(`SELECT 1`).Scan(&n).Error; err != nil {
					return err
				}
			}
		})
		if trouble := postgres.TroubleOf(err); trouble != postgres.None {
			t.Fatalf("trouble %d: %v", trouble, err)
		}
	}
}
