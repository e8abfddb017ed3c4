# Sourced: finds the Pythons that Tessera runs on. A name on PATH may be an empty shim, and Debian
# ships venv's other half apart, so each candidate is run before it counts.
PYTHON_NAMES="python3.13 python3.12 python3.11 python3"
_PROBE='import ctypes, ensurepip, ssl, sys, venv
if not (3, 11) <= sys.version_info[:2] <= (3, 13): sys.exit(1)
print("%d.%d" % sys.version_info[:2])'

# Prints the version of a Python that Tessera runs on; fails for any other.
version_of() { "$1" -c "$_PROBE" 2>/dev/null </dev/null; }

# Prints one path of each version on PATH and in the folders named, the newest first.
find_pythons() {
  local name path version found=" "
  for name in $PYTHON_NAMES; do
    while read -r path; do
      version=$(version_of "$path") || continue
      case $found in *" $version "*) continue ;; esac
      found="$found$version "
      echo "$path"
    done < <(type -ap "$name"; for folder in "$@"; do
      if [ -x "$folder/$name" ]; then echo "$folder/$name"; fi; done)
  done
}
