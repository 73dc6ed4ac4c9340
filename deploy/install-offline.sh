#!/bin/sh
# Install Kaifang from a wheelhouse, on a machine without a package index: sh install-offline.sh /opt/kaifang
set -eu
target=${1:?name the folder to install into, such as /opt/kaifang}
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
"$python" -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: install python3-venv"; exit 1; }
"$python" -m venv "$target"
"$target/bin/pip" install --quiet --no-index --find-links "$here" --require-hashes -r "$here/core.txt"
"$target/bin/pip" install --quiet --no-index --no-deps "$here"/kaifang-*.whl
echo "installed: $target/bin/kaifang --help"
