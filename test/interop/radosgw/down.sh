#!/usr/bin/env bash
# Stops what up.sh has started with this state folder, and nothing else, and removes the folder. Does nothing where there is none.
#   down.sh STATE
set -euo pipefail
if [[ $# != 1 ]]; then
  echo 'usage: down.sh STATE' >&2
  exit 2
fi
# Only a folder that up.sh has made is removed.
if [[ ! -e $1/created-by-up ]]; then exit 0; fi
state=$(cd "$1" && pwd)

is_running() { # number start
  local rest
  rest=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) || return 1
  [[ $(cut -d ' ' -f 20 <<<"$rest") == "$2" && $rest != Z* ]]
}

for name in sts-shim rgw osd mon; do
  if [[ ! -e $state/run/$name.process ]]; then continue; fi
  read -r number start <"$state/run/$name.process" || continue
  if is_running "$number" "$start"; then kill -TERM "$number"; fi
  for ((tries = 100; tries > 0; tries--)); do
    is_running "$number" "$start" || break
    sleep 0.1
  done
  if is_running "$number" "$start"; then kill -KILL "$number"; fi
done
rm -rf -- "$state"
