-- +goose Up
-- What a person chose for files of these columns: also which form they are of, and by
-- which sign their amounts have decimals.
ALTER TABLE import_layouts ADD COLUMN form text NOT NULL DEFAULT '',
    ADD COLUMN decimal_sign text NOT NULL DEFAULT '' CHECK (decimal_sign IN ('', 'point', 'comma'));

-- What the partner pays for what an item sells, and what the vendor suggests to take for
-- it, each for the item's unit. Neither is a price of anybody (RULES 5).
ALTER TABLE price_list_items ADD COLUMN unit_cost numeric(20, 6) CHECK (unit_cost >= 0),
    ADD COLUMN suggested_price numeric(20, 6) CHECK (suggested_price >= 0);
