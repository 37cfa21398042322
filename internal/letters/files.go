package letters

import (
	"context"

	"gorm.io/gorm"

	"seatledger/internal/company"
	"seatledger/internal/document"
	"seatledger/internal/mail"
	"seatledger/internal/paper"
)

// Files draws what is attached to a mail: the document of its invoice, and its lines where they go with it.
func Files(ctx context.Context, db *gorm.DB, m mail.Mail) ([]mail.File, error) {
	if !m.InvoiceID.Valid {
		return nil, nil
	}
	d, err := document.Of(ctx, db, m.InvoiceID.UUID)
	if err != nil {
		return nil, err
	}
	var logo company.Logo
	if d.Logo != "" {
		if logo, err = company.LogoOf(ctx, db, d.Logo); err != nil {
			return nil, err
		}
	}
	pdf, err := paper.Draw(d, logo)
	if err != nil {
		return nil, err
	}
	out := []mail.File{{Name: paper.FileName(d) + ".pdf", Type: "application/pdf", Data: pdf}}
	if !m.LinesCSV {
		return out, nil
	}
	lines, err := paper.CSV(d)
	return append(out, mail.File{Name: paper.FileName(d) + ".csv", Type: "text/csv", Data: lines}), err
}
