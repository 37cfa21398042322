-- +goose Up
-- What an import of prices did to each item, so that it can be taken back.
CREATE TABLE price_import_changes (
    import_id uuid NOT NULL REFERENCES imports,
    item_id   uuid NOT NULL, -- no reference: undo removes what the import made
    version   integer NOT NULL, -- after the import
    before    jsonb, -- the item as it stood; null: the import made it
    PRIMARY KEY (import_id, item_id)
);
GRANT SELECT, INSERT, DELETE ON price_import_changes TO seatledger_app;
