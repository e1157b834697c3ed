#!/usr/bin/env bash
# Starts Ceph's gateway (S3 and STS) with one monitor and one in-memory OSD on free loopback ports, makes users, roles and
# buckets, and writes what `npm run test:interop` needs to STATE/env.sh. Ends with 3 where the packages can't be had.
#   up.sh STATE    STATE is a folder that does not exist yet, or is empty
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ $# != 1 ]] || [[ -e $1 && -n $(ls -A "$1") ]]; then
  echo "usage: up.sh STATE, a folder that does not exist yet, or is empty" >&2
  exit 2
fi
umask 077
mkdir -p "$1"
state=$(cd "$1" && pwd)
mkdir "$state"/{mon,osd,rgw,log,run}
: >"$state/created-by-up"

explain_and_stop() {
  local status=$?
  if ((status == 0)); then return; fi
  tail -n 20 "$state"/log/* >&2 2>/dev/null || true
  "$here/down.sh" "$state" >&2
}
trap explain_and_stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cannot_install() {
  echo "the packages ceph-mon, ceph-osd and radosgw are missing: $1" >&2
  exit 3
}

install_packages() {
  if ((EUID != 0)); then cannot_install 'only root can install them'; fi
  if ! command -v apt-get >/dev/null; then cannot_install 'this is no Debian or Ubuntu'; fi
  # The cluster is started below: with this run level the packages start nothing themselves.
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends ceph-mon ceph-osd radosgw; } \
    >"$state/log/apt.log" 2>&1; then
    cannot_install 'apt-get could not install them'
  fi
}

free_ports() {
  node -e '
    const servers = Array.from({ length: Number(process.argv[1]) }, () => require("node:net").createServer());
    let open = 0;
    for (const server of servers) server.listen(0, "127.0.0.1", () => {
      if (++open < servers.length) return;
      console.log(servers.map((each) => each.address().port).join(" "));
      for (const each of servers) each.close();
    });' "$1"
}

start() { # name command...
  local name=$1
  shift
  setsid nohup "$@" </dev/null >"$state/log/$name.out" 2>&1 &
  # A process is known by its number and the time it was started at; the number alone may be another's by the time of down.sh.
  echo "$! $(sed 's/.*) //' "/proc/$!/stat" | cut -d ' ' -f 20)" >"$state/run/$name.process"
}

wait_until() { # seconds what command...
  local tries=$(($1 * 10)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((--tries == 0)); then
      echo "$what did not come up" >&2
      exit 1
    fi
    sleep 0.1
  done
}

port_is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
osd_is_up() { timeout 10 ceph -c "$conf" osd stat 2>/dev/null | grep -q ' 1 up'; }
admin() { timeout 60 radosgw-admin -c "$conf" -n client.admin "$@" >/dev/null; }
new_uuid() { cat /proc/sys/kernel/random/uuid; }

for command in ceph ceph-mon ceph-osd radosgw radosgw-admin monmaptool; do
  if ! command -v "$command" >/dev/null; then
    install_packages
    break
  fi
done

read -r s3_port mon_v2_port mon_v1_port shim_port < <(free_ports 4)
conf=$state/ceph.conf
cluster=$(new_uuid)
# shellcheck source=ceph-conf.sh
. "$here/ceph-conf.sh" >"$conf"
: >"$state/keyring"

monmaptool --create --fsid "$cluster" --addv a "[v2:127.0.0.1:$mon_v2_port,v1:127.0.0.1:$mon_v1_port]" "$state/monmap" >/dev/null
ceph-mon -c "$conf" --mkfs -i a --monmap "$state/monmap"
start mon ceph-mon -c "$conf" -i a -f
wait_until 20 'the monitor' port_is_open "$mon_v2_port"

osd=$(new_uuid)
timeout 30 ceph -c "$conf" osd new "$osd" >/dev/null
ceph-osd -c "$conf" -i 0 --mkfs --osd-uuid "$osd" >"$state/log/osd-mkfs.out" 2>&1
start osd ceph-osd -c "$conf" -i 0 -f
wait_until 30 'the OSD' osd_is_up

start rgw radosgw -c "$conf" -n client.rgw.a -f
wait_until 90 'the gateway' port_is_open "$s3_port"
start sts-shim node "$here/sts-shim.mjs" "$shim_port" "$s3_port"
wait_until 20 'the shim of STS' port_is_open "$shim_port"

# shellcheck source=seed.sh
. "$here/seed.sh"
echo "the gateway is at http://127.0.0.1:$s3_port; its variables are in $state/env.sh" >&2
