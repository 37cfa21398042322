-- +goose Up

-- What 2,147,483,647 seats come to a month, at the highest cost or price that is taken, has more digits than a
-- price: it is shown before a person decides, and is no reason to fail.
ALTER TABLE bulk_items ALTER COLUMN amount TYPE numeric(36, 6);
ALTER TABLE sync_plan_rows
    ALTER COLUMN month_before TYPE numeric(36, 6),
    ALTER COLUMN month_after TYPE numeric(36, 6);
