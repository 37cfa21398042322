-- +goose Up
-- What the lines of a bill are about is written and read with its bill: one index does for both.
ALTER TABLE supplier_matches DROP CONSTRAINT supplier_matches_pkey, ADD PRIMARY KEY (bill_id, line_id);
DROP INDEX supplier_matches_bill;
