-- +goose Up
-- Nobody looks for the lines of a bill by the distributor's id of a subscription, and to keep the index took a fifth of
-- the time in which a long bill is written.
DROP INDEX supplier_bill_lines_subscription;
