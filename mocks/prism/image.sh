#!/usr/bin/env bash
# Build a Prism image of the same layout as stoplight/prism:5 without a registry of images: a Debian base from this
# machine's own package mirror, Node.js and Prism from npm. Needs root, debootstrap, npm and a Docker engine.
#
#     sudo mocks/prism/image.sh [NAME:TAG]
set -euo pipefail

name=${1:-stoplight/prism:5}
node=24          # what Prism 5.16 asks for
prism=/usr/src/prism

for tool in debootstrap npm docker tar; do
  command -v "$tool" >/dev/null || { echo "error: $tool is missing; install it first" >&2; exit 2; }
done
[ "$(id -u)" = 0 ] || { echo "error: debootstrap needs root; run this with sudo" >&2; exit 2; }

# This machine's own release, from the mirror that its apt uses; whoever has another names it in MIRROR.
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=${MIRROR:-$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' |
  awk -v suite="$suite" '$1 == suite && $2 == "main" { print $3; exit }')}
[ -n "$mirror" ] || { echo "error: apt has no source of $suite main; name a mirror in MIRROR" >&2; exit 2; }

case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) echo "error: no Node.js package for $(uname -m)" >&2; exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
root=$work/root

echo "Debian $suite"
debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$work/debootstrap.log" || { tail "$work/debootstrap.log" >&2; exit 1; }
rm -rf "$root"/var/cache/apt "$root"/var/lib/apt/lists "$root"/usr/share/{doc,man,locale}

echo "Node.js $node and Prism"
npm_install() { npm install --no-audit --no-fund --ignore-scripts --loglevel=error --prefix "$@"; }
npm_install "$work/node" "node-linux-$arch@$node"
install -m 755 "$work/node/node_modules/node-linux-$arch/bin/node" "$root/usr/local/bin/node"
# npm takes the newest Prism that its own Node.js can run: let it be the image's.
PATH=$root/usr/local/bin:$PATH npm_install "$root$prism" @stoplight/prism-cli@5

echo "Image $name"
tar -C "$root" -c . | docker import \
  --change "WORKDIR $prism/node_modules/@stoplight/prism-cli" \
  --change 'ENTRYPOINT ["node", "dist/index.js"]' \
  --change 'EXPOSE 4010' \
  - "$name"
