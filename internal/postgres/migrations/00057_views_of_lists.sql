-- +goose Up
-- How a person wants to look at lists.
ALTER TABLE users ADD COLUMN compact_lists boolean NOT NULL DEFAULT false;
GRANT UPDATE (compact_lists) ON users TO seatledger_app;

-- Lists that were kept under a name: a list's address says everything; a view is such an address with a name.
CREATE TABLE saved_views (
    id         uuid PRIMARY KEY,
    list       text NOT NULL CHECK (list ~ '^(/[a-z0-9-]+)+$'), -- the path of the list
    name       text NOT NULL,
    query      text NOT NULL CHECK (length(query) <= 4000),
    owner_id   uuid NOT NULL REFERENCES users,
    shared     boolean NOT NULL DEFAULT false,
    version    integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT saved_views_name_given CHECK (btrim(name) <> '' AND length(name) <= 60)
);
CREATE UNIQUE INDEX saved_views_own_name_key ON saved_views (owner_id, list, lower(name));
CREATE UNIQUE INDEX saved_views_shared_name_key ON saved_views (list, lower(name)) WHERE shared;

-- The view by which the side leads people of a role to a list.
CREATE TABLE saved_view_defaults (
    list    text NOT NULL,
    role    text NOT NULL CHECK (role IN ('admin', 'operator', 'billing', 'viewer')),
    view_id uuid NOT NULL REFERENCES saved_views ON DELETE CASCADE,
    PRIMARY KEY (list, role)
);
CREATE INDEX saved_view_defaults_view ON saved_view_defaults (view_id);

-- The views that a person has at the side.
CREATE TABLE saved_view_pins (
    user_id uuid NOT NULL REFERENCES users,
    view_id uuid NOT NULL REFERENCES saved_views ON DELETE CASCADE,
    PRIMARY KEY (user_id, view_id)
);
CREATE INDEX saved_view_pins_view ON saved_view_pins (view_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON saved_views, saved_view_defaults, saved_view_pins TO seatledger_app;
