-- +goose Up
-- What an import of contracts did to each, so that it can be taken back.
CREATE TABLE contract_import_changes (
    import_id   uuid NOT NULL REFERENCES imports,
    contract_id uuid NOT NULL REFERENCES billing_contracts,
    version     integer NOT NULL, -- after the import
    before      jsonb, -- its form as it stood; null: the import made it
    PRIMARY KEY (import_id, contract_id)
);
GRANT SELECT, INSERT ON contract_import_changes TO seatledger_app;
