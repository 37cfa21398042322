package opening

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/document"
)

// MakeDocuments makes up to limit documents of invoices that were billed before documents
// were kept, the oldest first, each in a transaction of its own. It says how many it made.
func (s Service) MakeDocuments(ctx context.Context, limit int) (int, error) {
	var ids []uuid.UUID
	err := s.DB.Read(ctx).Raw(`SELECT i.id FROM invoices i WHERE i.issued_at IS NOT NULL AND i.document_of IS NULL
		AND NOT EXISTS (SELECT FROM invoice_documents d WHERE d.invoice_id = i.id)
		ORDER BY i.seq LIMIT ?`, limit).Scan(&ids).Error
	if err != nil {
		return 0, fmt.Errorf("invoices without a document: %w", err)
	}
	desk, made := document.Desk{Clock: s.Clock, Zone: s.Zone}, 0
	for _, id := range ids { // one that cannot be made keeps no other one waiting
		if one := s.DB.InTx(ctx, func(tx *gorm.DB) error { return desk.MakeLater(ctx, tx, id) }); one != nil {
			err = errors.Join(err, one)
			continue
		}
		made++
	}
	return made, err
}
