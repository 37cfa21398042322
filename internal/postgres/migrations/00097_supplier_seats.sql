-- +goose Up
-- Seats that a person bills to the customer because the distributor charges them and the ledger does not have them. They
-- are charged on their days like counted ones; seats that join the ledger later take them back first, so that its
-- correction bills nothing again (internal/history).
CREATE TABLE supplier_seats (
    id              uuid PRIMARY KEY,
    subscription_id uuid NOT NULL REFERENCES subscriptions,
    difference_id   uuid NOT NULL REFERENCES differences,
    seats           integer NOT NULL CHECK (seats > 0),
    from_on         date NOT NULL,
    to_on           date NOT NULL, -- the day after the last
    after_seq       bigint NOT NULL, -- of the ledger's last row by then
    after_invoice   bigint NOT NULL, -- of the last draft by then
    at              timestamptz NOT NULL,
    actor           text NOT NULL CHECK (actor <> ''),
    undone_at       timestamptz,
    undone_by       text NOT NULL DEFAULT '',
    CONSTRAINT supplier_seats_days CHECK (from_on < to_on),
    CONSTRAINT supplier_seats_undone CHECK ((undone_at IS NULL) = (undone_by = ''))
);
CREATE INDEX supplier_seats_subscription ON supplier_seats (subscription_id) WHERE undone_at IS NULL;
CREATE INDEX supplier_seats_difference ON supplier_seats (difference_id);
-- What has no subscription is billed as a typed line, once for each line of the bill.
CREATE TABLE supplier_typed_lines (
    line_id       uuid PRIMARY KEY REFERENCES supplier_bill_lines,
    difference_id uuid NOT NULL REFERENCES differences,
    typed_line_id uuid NOT NULL REFERENCES typed_lines
);
GRANT SELECT, INSERT ON supplier_seats TO seatledger_app;
GRANT UPDATE (undone_at, undone_by) ON supplier_seats TO seatledger_app;
GRANT SELECT, INSERT, DELETE ON supplier_typed_lines TO seatledger_app;
