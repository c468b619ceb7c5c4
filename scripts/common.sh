# Shared by the scripts here; sourced, not run. Callers set -euo pipefail.
# shellcheck shell=bash
export LC_ALL=C
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit
# promtool and prometheus may live here, see scripts/install.
export PATH="$root/build/tools:$PATH"

# Two builds of the same file share one compilation where ccache is at hand; nothing needs it.
if command -v ccache >/dev/null && [ -z "${CMAKE_CXX_COMPILER_LAUNCHER:-}" ]; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache
  # The precompiled header defeats ccache unless these are waived.
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
fi

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# stage NAME COMMAND...: one line when it is done; on failure the end of what it printed.
stage() {
  local name=$1 log status=0 start=$SECONDS
  shift
  mkdir -p build/log
  log=build/log/$(printf '%s' "$name" | tr -cs 'A-Za-z0-9' '-' | sed 's/-*$//').log
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ "$status" -ne 0 ]; then
    tail -n 60 "$log" >&2
    printf '%-40s failed (status %s), all of it in %s\n' "$name" "$status" "$log" >&2
    return "$status"
  fi
  printf '%-40s %4d s\n' "$name" $((SECONDS - start))
}

# build PRESET [TARGET...]: configures and builds; ninja does nothing where nothing changed.
build() {
  local preset=$1
  shift
  stage "configure $preset" cmake --preset "$preset" &&
    stage "build $preset" cmake --build --preset "$preset" ${@:+--target "$@"}
}

# cpp_files PATTERN...: files of the project, also those not yet committed, that exist.
cpp_files() {
  git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while read -r file; do
    if [ -e "$file" ]; then say "$file"; fi
  done
}
