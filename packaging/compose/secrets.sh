#!/bin/sh
# Makes the passwords that compose.yaml reads, once; what is there stays. The master key is made by Seatledger itself.
set -e
cd "$(dirname "$0")"
umask 077
mkdir -p secrets backups
word() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
for name in superuser owner app; do
	[ -s "secrets/$name" ] || word > "secrets/$name"
done
for role in owner app; do
	[ -s "secrets/${role}_url" ] || printf 'postgres://seatledger_%s:%s@database/seatledger?sslmode=disable' \
		"$role" "$(cat "secrets/$role")" > "secrets/${role}_url"
done
if [ ! -s secrets/master_key ]; then
	if command -v seatledger >/dev/null; then
		seatledger keys new secrets/master_key
	else
		docker run --rm -u 0 -v "$PWD/secrets:/made" "${SEATLEDGER_IMAGE:-seatledger:latest}" keys new /made/master_key
	fi
fi
# The app runs as 65532 and reads three of them; the database runs as 999.
if [ "$(id -u)" = 0 ]; then
	chown 65532 secrets/app_url secrets/owner_url secrets/master_key backups
	chown 999 secrets/superuser secrets/owner secrets/app
fi
echo "Keep a copy of secrets/master_key apart from the backups."
