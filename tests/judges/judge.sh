# Sourced by the judges' scripts: the folder of the Python environment that they share, and a way to run in it.
# Packages come from PyPI; what cannot be installed is left out, and its judge then says that it did not run.

target() {
  cargo metadata --format-version 1 --no-deps |
    python3 -c 'import json,sys; print(json.load(sys.stdin)["target_directory"])'
}

install() {
  "$python" -m pip install --quiet --disable-pip-version-check "$@"
}

# judges PACKAGE…: makes the environment if need be, with these packages, and sets `python`.
judges() {
  local home; home="$(target)/judges/venv"
  [ -x "$home/bin/python" ] || python3 -m venv "$home" || { echo "judges: not run, no venv" >&2; python=python3; return; }
  python="$home/bin/python"
  install "$@" 2>/dev/null && return
  # One of them cannot be had: the others are.
  local package
  for package in "$@"; do
    install "$package" || echo "$package: cannot be installed" >&2
  done
}
