-- +goose Up
-- Which views stand here: those of the folder internal/postgres/views, applied after the migrations.
-- The number rises with each change of a view, so that a program with older ones never puts them back.
CREATE TABLE view_set (
    only_one       boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    number         integer NOT NULL,
    hash           text NOT NULL,
    schema_version bigint NOT NULL, -- the last migration when they were applied: one that came since may have dropped a view
    views          text[] NOT NULL  -- their names, so that one which leaves the folder is dropped here, too
);
-- What migrations made until now.
INSERT INTO view_set (number, hash, schema_version, views) VALUES (0, '', 0, '{review_facts,charged_seats}');

GRANT SELECT ON view_set TO seatledger_app;
