package letters

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/document"
	"seatledger/internal/mail"
)

// Standing is what became of an invoice by mail.
type Standing struct {
	To      string      // whom its contracts name
	Mails   []mail.Mail // the newest first
	Overdue *Overdue    // nil: it asks for no payment
}

// Standing reads what became of an invoice by mail: of the one that has the document.
func (s Service) Standing(ctx context.Context, db *gorm.DB, id uuid.UUID) (Standing, error) {
	lead, err := leadOf(ctx, db, id)
	if err != nil {
		return Standing{}, err
	}
	var out Standing
	if out.To, err = Recipients(ctx, db, lead.ID); err != nil {
		return out, err
	}
	if out.Mails, err = mail.About(ctx, db, lead.ID); err != nil {
		return out, err
	}
	o, asks, err := s.overdueOf(ctx, db, lead.ID)
	if asks {
		out.Overdue = &o
	}
	return out, err
}

// Draft is the mail that sending an invoice would queue.
type Draft struct {
	To       string
	Subject  string
	Body     string
	Language string
	Files    string
	Missing  []string   // what its reader would ask
	Last     *mail.Mail // the newest that was not taken back; nil: none
}

// Look shows the mail of an invoice before it is queued.
func (s Service) Look(ctx context.Context, db *gorm.DB, id uuid.UUID) (Draft, error) {
	lead, err := leadOf(ctx, db, id)
	if err != nil {
		return Draft{}, err
	}
	d, err := document.Of(ctx, db, lead.ID)
	if err != nil {
		return Draft{}, err
	}
	l, err := s.letter(ctx, db, lead, d, Purpose(d.Kind), asked{})
	if err != nil {
		return Draft{}, err
	}
	out := Draft{Subject: l.Subject, Body: l.Body, Language: l.Language, Files: "Attached: the document as PDF.",
		Missing: missing(d)}
	if l.LinesCSV {
		out.Files = "Attached: the document as PDF, and its lines as CSV."
	}
	if out.To, err = Recipients(ctx, db, lead.ID); err != nil {
		return out, err
	}
	all, err := mail.About(ctx, db, lead.ID)
	for i, m := range all {
		if m.Kind == mail.Invoice && m.State != mail.Withdrawn {
			out.Last = &all[i]
			break
		}
	}
	return out, err
}
