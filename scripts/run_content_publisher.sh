#!/bin/sh
# What cron calls: one tick, from cron's nearly empty environment and any working directory.
# Arguments are passed on to `content-publisher run`. The program reads .env and writes the log itself; what a person
# must know comes on stderr, which cron mails. NODE_BINARY names the Node to use when several are installed.
set -u

# The folder of the project: this file's real place, also when it is called through symlinks.
self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
root=$(CDPATH='' cd -- "$(dirname "$self")/.." && pwd -P) || exit 78

# Version managers put Node below the home folder; cron sets HOME, but other callers may not.
home=${HOME:-$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6)}

# Where cron can send no mail, the log is the only place where a person looks.
fail() {
  printf 'content-publisher: %s\nTry: %s\n' "$1" "$2" >&2
  message=$(printf '%s' "$1 $2" | sed 's/[\\"]/\\&/g')
  printf '{"at":"%s","level":"error","run_id":"wrapper","message":"%s"}\n' \
    "$(date -u +%Y-%m-%dT%H:%M:%S.000Z)" "$message" >>"$root/logs/content_publisher.log" || :
  exit 78
}

# Succeeds when $1 is a Node that the program runs on: 20.19 or newer. --version alone takes some 10 ms.
new_enough() {
  [ -x "$1" ] && [ ! -d "$1" ] || return 1
  version=$("$1" --version 2>/dev/null) || return 1
  found="${found:+$found, }$1 ($version)"
  version=${version#v}
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  case $major$minor in
    '' | *[!0-9]*) return 1 ;;
  esac
  [ "$major" -gt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -ge 19 ]; }
}

# Prints nothing; leaves the first suitable Node in $node and every other one it saw in $found.
find_node() {
  found=''
  for node in "$@"; do
    new_enough "$node" && return 0
  done
  return 1
}

if [ -n "${NODE_BINARY:-}" ]; then
  find_node "$NODE_BINARY" ||
    fail "NODE_BINARY is ${found:-$NODE_BINARY, which does not run}; Node 20.19 or newer is needed." \
      'Let NODE_BINARY name a newer one, or remove it.'
else
  # In this order: the PATH; nvm, volta, fnm, asdf, mise and n below the home folder; places of the whole system.
  find_node "$(command -v node || :)" \
    "${NVM_DIR:-$home/.nvm}"/versions/node/*/bin/node \
    "$home"/.volta/bin/node \
    "$home"/.local/share/fnm/node-versions/*/installation/bin/node \
    "$home"/.fnm/node-versions/*/installation/bin/node \
    "$home"/.asdf/installs/nodejs/*/bin/node \
    "$home"/.local/share/mise/installs/node/*/bin/node \
    "$home"/n/bin/node /usr/local/n/versions/node/*/bin/node \
    /usr/local/bin/node /opt/homebrew/bin/node /home/linuxbrew/.linuxbrew/bin/node /snap/bin/node /usr/bin/node ||
    fail "Node 20.19 or newer was not found${found:+; there is only $found}." \
      'Install Node from https://nodejs.org, or let NODE_BINARY name it in the crontab: NODE_BINARY=/path/to/node'
fi

# The options as in bin/content-publisher.
exec "$node" --max-semi-space-size=2 --expose-gc -- "$root/bin/content-publisher" run "$@"
