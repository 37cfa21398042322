package crmsource

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/runs"
)

// table is where readings of CRM sources stand.
func table() runs.Table {
	return runs.Table{Name: "crm_source_runs", Subject: "source_id", Noun: "run",
		Kept: "What was applied until then is kept.", GoesOn: "it begins again by itself."}
}

// desk keeps the readings.
func (s *Service) desk() *runs.Desk {
	return &runs.Desk{Table: table(), DB: s.DB, Clock: s.Clock, Zone: s.Zone, Log: s.Log, Meter: s.Meter,
		About: s.about, Enqueue: s.Enqueue,
		Ended: s.ended, Lease: s.Lease, Holder: s.Holder}
}

func (s *Service) nights() runs.Nights {
	return runs.Nights{Desk: s.desk(), At: s.SyncAt, Until: s.SyncUntil}
}

// Watch finds runs whose worker is gone and lets another begin again. Any replica may call it at any time.
func (s *Service) Watch(ctx context.Context) error { return s.desk().Watch(ctx) }

// TakeOver lets go of every run. Only for a process that knows it is the only one.
func (s *Service) TakeOver(ctx context.Context) error { return s.desk().TakeOver(ctx) }

const nightly = "read" // the one kind of run

// ended follows each end of a run, in its transaction: the night is done, or tried again. It is the place for what
// must be told of an end.
func (s *Service) ended(ctx context.Context, tx *gorm.DB, h runs.Head, out runs.Outcome) error {
	var source uuid.UUID
	err := tx.Raw(`SELECT source_id FROM crm_source_runs WHERE id = ?`, h.ID).Row().Scan(&source)
	if err != nil {
		return err
	}
	src, err := Get(ctx, tx, source)
	if err != nil {
		return err
	}
	if h.Trigger != ByNight {
		return s.tell(ctx, tx, src, h, out, nil)
	}
	if err := s.nights().Note(tx, source, nightly, out); err != nil {
		return err
	}
	retry, err := s.nights().Settle(tx, source)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, src, h, out, retry)
}

// schedule puts a source on the nightly schedule, or off it.
func (s *Service) schedule(tx *gorm.DB, src Source) error {
	if src.Active && src.Nightly {
		return s.nights().Plan(tx, src.ID)
	}
	return s.nights().Drop(tx, src.ID)
}

// Night queues the readings whose hour has come. While another run has the source, the night waits.
func (s *Service) Night(ctx context.Context) error {
	due, err := s.nights().Due(ctx)
	for _, id := range due {
		err = errors.Join(err, s.DB.InTx(ctx, func(tx *gorm.DB) error {
			_, begin, err := s.nights().Begin(tx, id)
			if err != nil || !begin {
				return err
			}
			q := Request{Source: id, Trigger: ByNight}
			_, _, err = s.desk().RequestIn(ctx, tx, id, s.adding(ctx, audit.System, q))
			return err
		}))
	}
	return err
}
