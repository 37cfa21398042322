#!/bin/sh
# Installs, runs, upgrades, removes and purges the Debian package, twice, on an overlay over this machine's files. Run in
# a mount namespace of its own: unshare -m sh -e walk.sh FOLDER, where FOLDER has two versions of the package.
set -e
folder=$(cd "$1" && pwd)
old=$(ls "$folder"/seatledger_*.deb | sort | head -1)
new=$(ls "$folder"/seatledger_*.deb | sort | tail -1)
[ "$old" != "$new" ] || { echo "there are no two versions"; exit 1; }
top=$(mktemp -d)
mount -t tmpfs -o size=2g none "$top"
mkdir "$top/upper" "$top/work" "$top/root" "$top/packages"
cp "$old" "$top/packages/old.deb"
cp "$new" "$top/packages/new.deb"
mount -t overlay overlay -o "lowerdir=/,upperdir=$top/upper,workdir=$top/work" "$top/root"
mkdir -p "$top/root/packages"
cp "$top"/packages/*.deb "$top/root/packages/"
mount -t proc proc "$top/root/proc"
mount --bind /dev "$top/root/dev"
mount -t tmpfs none "$top/root/run"
inside() { chroot "$top/root" "$@"; }
as() {
	inside setpriv --reuid seatledger --regid seatledger --clear-groups --no-new-privs env -i PATH=/usr/bin:/bin \
		SEATLEDGER_DATA_DIR=/var/lib/seatledger SEATLEDGER_ADDR=127.0.0.1:0 "$@"
}
# runs serves until it listens, looks at it with the doctor, and stops it as a supervisor does.
runs() {
	as /usr/bin/seatledger serve > "$top/out" 2> "$top/log" &
	n=0
	until grep -q "listening on" "$top/out"; do
		n=$((n + 1))
		if [ "$n" -gt 1200 ]; then cat "$top/log"; exit 1; fi
		sleep 0.1
	done
	cat "$top/out"
	as /usr/bin/seatledger doctor | grep -E "^(ok|look|WRONG)"
	pkill_of "$top/root/usr/bin/seatledger"
	wait
}
# pkill_of asks the process to end whose program this is.
pkill_of() {
	for exe in /proc/[0-9]*/exe; do
		if [ "$exe" -ef "$1" ]; then kill -TERM "$(echo "$exe" | cut -d/ -f3)"; fi
	done
}
say() { echo "== $1"; }
for turn in 1 2; do
	say "turn $turn: install"
	inside dpkg --force-depends -i /packages/old.deb
	inside id seatledger
	inside stat -c '%U %a %n' /var/lib/seatledger /etc/seatledger /etc/seatledger/seatledger.env /usr/bin/seatledger
	[ "$(inside stat -c %U:%a /var/lib/seatledger)" = seatledger:700 ]
	before=$(inside /usr/bin/seatledger version)
	say "turn $turn: run as the service does"
	runs
	as /usr/bin/seatledger keys new "/var/lib/seatledger/turn-$turn.key"
	say "turn $turn: settings of a person, upgrade"
	echo "SEATLEDGER_TIME_ZONE=Europe/Amsterdam" >> "$top/root/etc/seatledger/seatledger.env"
	inside dpkg --force-depends --force-confold -i /packages/new.deb
	[ "$(inside dpkg-query -W -f '${Version}' seatledger)" != "" ]
	inside grep -q Europe/Amsterdam /etc/seatledger/seatledger.env
	runs
	inside test -f "/var/lib/seatledger/turn-$turn.key"
	echo "$before, then $(inside dpkg-query -W -f '${Version}' seatledger)"
	say "turn $turn: remove, purge"
	inside dpkg -r seatledger
	inside test ! -e /usr/bin/seatledger
	inside test -f /etc/seatledger/seatledger.env
	inside dpkg -P seatledger
	inside test ! -e /etc/seatledger/seatledger.env
	inside test -f "/var/lib/seatledger/turn-$turn.key"
done
echo "all of it twice"
