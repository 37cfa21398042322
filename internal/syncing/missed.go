package syncing

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"seatledger/internal/notify"
	"seatledger/internal/provider"
)

// missed tells of a night that begins long after its hour, in the transaction that begins it.
func (s *Service) missed(ctx context.Context, tx *gorm.DB, p provider.Provider) error {
	due, err := s.nights().DueAt(tx, p.ID)
	if err != nil || s.Clock.Now().Sub(due) <= LateAfter {
		return err
	}
	return notify.Record(ctx, tx, s.Clock, notify.Event{
		Kind: notify.NightMissed, ObjectType: "provider", ObjectID: p.ID.String(), ObjectName: p.Name,
		ProviderID: p.ID, Provider: p.Name,
		Text: fmt.Sprintf("The sync due on %s did not begin in its hour: Seatledger was not running, or another "+
			"run had the provider. Nothing is lost; it is made up for now.",
			due.In(s.Zone).Format("Mon 2 Jan 2006, 15:04 MST")),
	})
}
