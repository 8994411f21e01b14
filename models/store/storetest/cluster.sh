# Runs a throw-away PostgreSQL server for as long as standard input, which this
# script is read from, stays open after its last line.
#
# Arguments: the folder of the server's programs, the port on 127.0.0.1.
# Environment: PASSWORD, the password of the superuser "mittari"; SETTINGS, further lines of
# postgresql.conf.
# Prints "ready" and the folder of its files once connections are accepted, else what went wrong. When
# standard input ends, because its holder ended in whatever way, the server is
# stopped and all its files are removed.
set -eu
umask 077
bin=$1 port=$2 dir=

finish() {
	[ -n "$dir" ] || return 0
	[ ! -e data/postmaster.pid ] || "$bin/pg_ctl" stop --pgdata=data --mode=immediate --wait >/dev/null 2>&1 || :
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

for base in "${TMPDIR:-/tmp}" /tmp /var/tmp; do # the first that this user can write to
	dir=$(mktemp -d "$base/mittari-postgres-XXXXXX" 2>/dev/null) && break
done
[ -n "$dir" ] || { echo "no folder for temporary files can be written to by $(id -un)"; exit 1; }
cd "$dir"

# Text is sorted as a language sorts it where the server can, and the clock is not
# UTC's, as in most installations: code that counts on bytes or UTC shows here.
# Only initdb goes without sync; the server syncs every commit.
cluster() {
	"$bin/initdb" --pgdata=data --username=mittari --pwfile=password --auth=scram-sha-256 \
		--encoding=UTF8 --locale=C --no-sync "$@" </dev/null >>initdb.log 2>&1
}
printf '%s\n' "$PASSWORD" >password
cluster --locale-provider=icu --icu-locale=en-US || cluster || { cat initdb.log; exit 1; }
cat >>data/postgresql.conf <<END
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '.'
shared_buffers = 16MB
max_connections = 100
fsync = on
synchronous_commit = on
timezone = 'Europe/Helsinki'
${SETTINGS-}
END
"$bin/pg_ctl" start --pgdata=data --log=server.log --wait --timeout=60 </dev/null >/dev/null 2>&1 ||
	{ cat server.log; exit 1; }

echo "ready $dir"
exec >/dev/null 2>&1
read -r _ || : # until standard input ends; so this is the last line
