package crmsource

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Status is how a record stands at the source.
type Status string

// The statuses. A refused record could not be brought in.
const (
	ActiveThere   Status = "active"
	InactiveThere Status = "inactive"
	GoneThere     Status = "gone"
	RefusedHere   Status = "refused"
)

// Record is one account as the source knows it.
type Record struct {
	ExternalID    string
	CRMAccountID  uuid.NullUUID `gorm:"column:crm_account_id"`
	Name          string
	AccountNumber string
	Facts         json.RawMessage
	Status        Status
	StatusSince   time.Time
	Note          string
}

// storedRecords reads all records of a source.
func storedRecords(db *gorm.DB, source uuid.UUID) (map[string]Record, error) {
	var rows []Record
	err := db.Raw(`SELECT external_id, crm_account_id, name, account_number, facts, status, status_since, note
		FROM crm_source_records WHERE source_id = ?`, source).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("records of crm source: %w", err)
	}
	out := make(map[string]Record, len(rows))
	for _, r := range rows {
		out[r.ExternalID] = r
	}
	return out, nil
}

// saveRecords writes records that are new or differ, with one statement.
func saveRecords(tx *gorm.DB, source uuid.UUID, records []Record) error {
	if len(records) == 0 {
		return nil
	}
	doc, err := json.Marshal(records)
	if err != nil {
		return err
	}
	err = tx.Exec(`INSERT INTO crm_source_records (source_id, external_id, crm_account_id, name, account_number, facts,
		status, status_since, note)
		SELECT ?, x."ExternalID", x."CRMAccountID", x."Name", x."AccountNumber", x."Facts", x."Status", x."StatusSince",
			x."Note"
		FROM jsonb_to_recordset(?::jsonb) AS x("ExternalID" text, "CRMAccountID" uuid, "Name" text,
			"AccountNumber" text, "Facts" jsonb, "Status" text, "StatusSince" timestamptz, "Note" text)
		ON CONFLICT (source_id, external_id) DO UPDATE
		SET crm_account_id = excluded.crm_account_id, name = excluded.name, account_number = excluded.account_number,
			facts = excluded.facts, status = excluded.status, status_since = excluded.status_since,
				note = excluded.note`, source, string(doc)).Error
	if err != nil {
		return fmt.Errorf("save records of crm source: %w", err)
	}
	return nil
}

// Known is a record with the CRM account that it feeds, for a page.
type Known struct {
	Record
	SourceID uuid.UUID
	Source   string
}

// WithStatus reads records of a source in a status, newest first.
func WithStatus(db *gorm.DB, source uuid.UUID, status Status, most int) ([]Known, error) {
	var rows []Known
	err := db.Raw(`SELECT r.* FROM crm_source_records r WHERE r.source_id = ? AND r.status = ?
		AND (r.crm_account_id IS NOT NULL OR r.status = 'refused')
		ORDER BY r.status_since DESC, r.name, r.external_id LIMIT ?`, source, status, most).Scan(&rows).Error
	return rows, err
}

// Feeding reads the records that feed a CRM account.
func Feeding(db *gorm.DB, account uuid.UUID) ([]Known, error) {
	var rows []Known
	err := db.Raw(`SELECT r.*, s.name AS source FROM crm_source_records r JOIN crm_sources s ON s.id = r.source_id
		WHERE r.crm_account_id = ? ORDER BY s.name`, account).Scan(&rows).Error
	return rows, err
}
