#!/usr/bin/env bash
# Packs the helpers and tests each package in an empty project, as a user would install it:
#
#   tools/test-helpers.sh bin/apns-sim
#
# Each runs the samples of its README, of docs/helpers.md and of docs/tasks/recipes.md (for Go, integration runs
# the latter), those for Python and Node their own tests, too: without a simulator, with one that runs, and both with a control token. For Python,
# Node and Go, a test process is killed, and the simulator that it has started must end. Without
# one of the tools it says which is missing; with CI=true it fails. The languages run side by side.
set -euo pipefail
simulator=$(realpath "${1:?the path of apns-sim}")
cd "$(dirname "$0")/.."
root=$PWD
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
version=$(sed -n 's/^version = "\(.*\)"/\1/p' helpers/python/pyproject.toml)
token=the-token-of-the-helpers
failures=0

# pack copies a helper with the license, so that nothing is written to the checkout.
pack() { # pack LANGUAGE
  mkdir -p "$out/$1/source" "$out/$1/project"
  git ls-files --cached --others --exclude-standard "helpers/$1" | sed "s,^helpers/$1/,," |
    tar --create --directory "helpers/$1" --files-from - | tar --extract --directory "$out/$1/source"
  cp LICENSE "$out/$1/source"
}

# sample prints the code of a page.
sample() { # sample FENCE PAGE
  awk -v fence='```'"$1" '$0 == fence { code = 1; next } /^```/ { code = 0 } code' "$root/$2"
}

row() { printf '%-8s %-44s %s\n' "$@"; }

check() { # check LANGUAGE WHAT COMMAND...
  local began=$SECONDS
  if "${@:3}" >"$out/$1.log" 2>&1; then
    row "$1" "$2" "ok, $((SECONDS - began))s"
  else
    row "$1" "$2" FAILED
    tail -n 40 "$out/$1.log"
    failures=$((failures + 1))
  fi
}

# modes runs the tests of a project in each situation.
modes() { # modes LANGUAGE COMMAND...
  cd "$out/$1/project"
  local started=(env --unset APNS_SIM_CONTROL --unset APNS_SIM_CONTROL_TOKEN APNS_SIM_BIN="$simulator")
  check "$1" "no simulator: it starts one" "${started[@]}" "${@:2}"
  check "$1" "the same with a control token" "${started[@]}" APNS_SIM_CONTROL_TOKEN="$token" "${@:2}"
  check "$1" "a simulator runs" "$simulator" exec --log-level error -- "${@:2}"
  check "$1" "the same with a control token" "$simulator" exec --log-level error --control-token "$token" -- "${@:2}"
}

# killed runs a program that opens a space and kills itself, and waits for the end of the
# simulator that it has started.
killed() { # killed COMMAND...
  local dir wrapper pid
  dir=$(mktemp -d -p "$out")
  wrapper="$dir/wrapper" pid="$dir/simulator.pid"
  printf '#!/bin/sh\necho $$ >%q\nexec %q "$@"\n' "$pid" "$simulator" >"$wrapper"
  chmod +x "$wrapper"
  ! env --unset APNS_SIM_CONTROL APNS_SIM_BIN="$wrapper" "$@" || return 1
  for _ in $(seq 50); do
    kill -0 "$(cat "$pid")" 2>/dev/null || return 0
    sleep 0.1
  done
  echo "the simulator still runs"
  return 1
}

need() { # need LANGUAGE TOOL...
  local tool
  for tool in "${@:2}"; do
    if ! command -v "$tool" >/dev/null; then
      row "$1" "not run: no $tool" "$([ "${CI:-}" = true ] && echo FAILED || echo -)"
      if [ "${CI:-}" = true ]; then failures=$((failures + 1)); fi
      return 1
    fi
  done
}

python() {
  pack python
  cd "$out/python"
  python3 -m venv venv
  venv/bin/pip install --quiet --disable-pip-version-check build==1.3.0 twine==6.2.0 pytest==9.0.2 aioapns==4.0
  check python "python -m build" venv/bin/python -m build --outdir dist source
  check python "twine check" venv/bin/twine check --strict dist/*
  check python "pip install of the wheel" venv/bin/pip install --disable-pip-version-check --no-deps "dist/pytest_apns_sim-$version-py3-none-any.whl"
  cp source/tests/*.py project
  sample python helpers/python/README.md >project/test_readme.py
  sample python docs/helpers.md >project/test_page.py
  sample python docs/tasks/recipes.md >project/test_recipes.py
  modes python "$out/python/venv/bin/pytest" -q -p no:cacheprovider
  check python "a killed test stops its simulator" killed "$out/python/venv/bin/python" -c \
    'import apns_sim, os, signal; apns_sim.Space(); os.kill(os.getpid(), signal.SIGKILL)'
}

node_() {
  pack node
  cd "$out/node"
  check node "npm pack" npm pack --pack-destination "$out/node" ./source
  cd project
  echo '{ "private": true, "type": "module" }' >package.json
  check node "npm install of the archive" npm install --prefer-offline --no-audit --no-fund "../apns-sim-$version.tgz" \
    @parse/node-apn@8.1.0 typescript@5.9.3 @types/node@20
  sample js helpers/node/README.md >readme.test.js
  sample js docs/helpers.md >page.test.js
  sample js docs/tasks/recipes.md >recipes.test.js
  cp ../source/test/space.test.js .
  modes node node --test
  printf '%s\n' "import { openSpace, type Device, type Fault } from 'apns-sim';" \
    "const space = await openSpace(undefined, { environment: 'sandbox', topics: ['a.b'], devices: 2 });" \
    "const device: Device = space.device;" "const token: string = await device.rotate();" \
    "const fault: Fault = await space.inject({ do: 'respond', reason: 'TooManyRequests' }, { times: 2 });" \
    "const now: Date = space.now();" "export default [token, await fault.hits(), now];" >types.ts
  check node "tsc finds the types" npx tsc --noEmit --strict --skipLibCheck --module nodenext --target es2022 --lib es2022,esnext.disposable types.ts
  printf '%s\n' "import { openSpace } from 'apns-sim';" "await openSpace();" "process.kill(process.pid, 'SIGKILL');" >killed.mjs
  check node "a killed test stops its simulator" killed node killed.mjs
}

# jars looks into what was built for Maven Central.
jars() {
  local jar="source/target/apns-sim-junit5-$version"
  jar tf "$jar.jar" | grep -F apnssim/Space.class
  jar tf "$jar-sources.jar" | grep -F apnssim/Space.java
  jar tf "$jar-javadoc.jar" | grep -F apnssim/Space.html
}

java() {
  pack java
  cd "$out/java"
  # A repository of its own, filled from the one of the user instead of over the network.
  cat >settings.xml <<END
<settings><localRepository>$out/java/repository</localRepository><profiles><profile><id>cache</id>
<repositories><repository><id>cache</id><url>file://$HOME/.m2/repository</url></repository></repositories>
<pluginRepositories><pluginRepository><id>cache</id><url>file://$HOME/.m2/repository</url></pluginRepository></pluginRepositories>
</profile></profiles><activeProfiles><activeProfile>cache</activeProfile></activeProfiles></settings>
END
  local maven=(mvn -B -ntp -q -s "$out/java/settings.xml") tests=project/src/test/java/push
  check java "mvn install, which runs its own tests" env --unset APNS_SIM_CONTROL APNS_SIM_BIN="$simulator" \
    "${maven[@]}" -f source/pom.xml -Prelease install
  check java "jars of classes, sources and documentation" jars
  mkdir -p "$tests"
  cp "$root/examples/pushy/pom.xml" project
  {
    sed -n '/^package/,/^import org.junit.jupiter.api.extension.ExtendWith/p' "$root/examples/pushy/src/test/java/push/PushTest.java"
    sample java helpers/java/README.md
  } >"$tests/OrderTest.java"
  {
    sed -n '/^package/,/^import org.junit.jupiter.api.extension.ExtendWith/p' "$root/examples/pushy/src/test/java/push/PushTest.java"
    echo 'import apnssim.Fault; class PageTest {'
    sample java docs/helpers.md
    echo '}'
  } >"$tests/PageTest.java"
  {
    sed -n '/^package/,/^import org.junit.jupiter.api.extension.ExtendWith/p' "$root/examples/pushy/src/test/java/push/PushTest.java"
    echo 'import java.util.Set;'
    sample java docs/tasks/recipes.md
  } >"$tests/SenderTest.java"
  check java "the project compiles" "${maven[@]}" -f project/pom.xml test-compile
  modes java "${maven[@]}" -o surefire:test
}

go_() {
  # A proxy of modules with one version of this module, as git has it without other modules.
  local at="$out/go/proxy/github.com/apns-sim/apns-sim/@v"
  mkdir -p "$at" "$out/go/project"
  echo "{\"Version\":\"v$version\"}" >"$at/v$version.info"
  cp go.mod "$at/v$version.mod"
  git archive --format=zip --prefix="github.com/apns-sim/apns-sim@v$version/" --output "$at/v$version.zip" HEAD \
    LICENSE go.mod go.sum helpers/go
  cd "$out/go/project"
  export GOPROXY="file://$out/go/proxy,file://$(go env GOMODCACHE)/cache/download,$(go env GOPROXY)" GONOSUMDB=github.com/apns-sim/apns-sim \
    GOMODCACHE="$out/go/modules" GOFLAGS=-modcacherw
  go mod init example.com/empty 2>/dev/null
  check go "go get" go get "github.com/apns-sim/apns-sim/helpers/go@v$version"
  {
    printf '%s\n' 'package empty' 'import (' '"os"' '"testing"' '"time"' 'apnssim "github.com/apns-sim/apns-sim/helpers/go"' ')' \
      'func TestKilled(t *testing.T) {' 'if os.Getenv("KILL") == "" { return }' \
      'apnssim.New(t); p, _ := os.FindProcess(os.Getpid()); p.Kill(); select {} }'
    sample go docs/helpers.md
  } >space_test.go
  modes go go test -count=1 .
  check go "a killed test stops its simulator" killed env KILL=1 go test -count=1 .
}

# side_by_side runs the checks of a language beside those of others, if its tools are there.
side_by_side() { # side_by_side LANGUAGE FUNCTION TOOL...
  if need "$1" "${@:3}"; then
    ("$2"; exit $failures) >"$out/$1.out" 2>&1 &
    running+=("$1:$!")
  fi
}

running=()
side_by_side Java java java mvn # it takes longest
side_by_side Python python python3
side_by_side Node node_ node npm
side_by_side Go go_ go
for one in "${running[@]}"; do
  wait "${one#*:}" || failures=$((failures + $?))
  cat "$out/${one%:*}.out"
done
[ "$failures" = 0 ] || { echo "helpers: $failures checks failed"; exit 1; }
