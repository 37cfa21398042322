-- +goose Up
-- Up to which entry the audit trail was sent to another machine (internal/audit, Ship); null: nothing was yet. Who
-- sends locks the row, so that of many processes one does.
CREATE TABLE trail_shipped (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    seq      bigint
);
INSERT INTO trail_shipped DEFAULT VALUES;
GRANT SELECT ON trail_shipped TO seatledger_app;
GRANT UPDATE (seq) ON trail_shipped TO seatledger_app;
