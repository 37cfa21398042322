#!/bin/sh
# Makes the roles and the database, once, when PostgreSQL starts on an empty volume.
set -e
psql -v ON_ERROR_STOP=1 -v owner="$(cat /run/secrets/owner)" -v app="$(cat /run/secrets/app)" -U postgres postgres <<'SQL'
CREATE ROLE seatledger_owner LOGIN PASSWORD :'owner';
CREATE ROLE seatledger_app LOGIN PASSWORD :'app';
CREATE DATABASE seatledger OWNER seatledger_owner ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' TEMPLATE template0;
\connect seatledger
REVOKE ALL ON DATABASE seatledger FROM PUBLIC;
GRANT CONNECT ON DATABASE seatledger TO seatledger_app;
ALTER SCHEMA public OWNER TO seatledger_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO seatledger_app;
SQL
