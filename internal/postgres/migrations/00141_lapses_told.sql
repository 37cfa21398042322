-- +goose Up

-- Which lapsed signatures somebody was told of: each once, however many processes look. What had lapsed before is told.
CREATE TABLE sign_off_lapses_told (
    sign_off_id uuid PRIMARY KEY REFERENCES sign_offs
);
CREATE INDEX sign_offs_lapsed ON sign_offs (lapsed_at) WHERE lapsed_at IS NOT NULL;
INSERT INTO sign_off_lapses_told SELECT id FROM sign_offs WHERE lapsed_at IS NOT NULL;
GRANT SELECT, INSERT ON sign_off_lapses_told TO seatledger_app;
