#!/bin/sh
# Installs apns-sim and device-sim from a release on GitHub, after checking its sum:
#
#   curl -fsSL https://raw.githubusercontent.com/apns-sim/apns-sim/main/install.sh | sh
#   sh install.sh [-v VERSION] [-d FOLDER] [-u URL]
#
# VERSION is the newest one unless given, FOLDER is ~/.local/bin, and URL is where the
# files of all releases are, each in a folder such as v0.9.0.
set -eu

version=latest folder=$HOME/.local/bin
releases=https://github.com/apns-sim/apns-sim/releases
url=$releases/download

fail() {
	echo "install.sh: $*" >&2
	exit 1
}

while getopts v:d:u: option; do
	case $option in
	v) version=${OPTARG#v} ;;
	d) folder=$OPTARG ;;
	u) url=$OPTARG ;;
	*) fail "usage: install.sh [-v VERSION] [-d FOLDER] [-u URL]" ;;
	esac
done

system=$(uname -s | tr '[:upper:]' '[:lower:]')
kind=tar.gz
case $system in
linux | darwin | freebsd) ;;
mingw* | msys* | cygwin*) system=windows kind=zip ;;
*) fail "there is no release for $system; build it from source: https://github.com/apns-sim/apns-sim" ;;
esac
machine=$(uname -m)
case $machine in
x86_64 | amd64) machine=amd64 ;;
aarch64 | arm64) machine=arm64 ;;
*) fail "there is no release for $machine; build it from source: https://github.com/apns-sim/apns-sim" ;;
esac

if [ "$version" = latest ]; then
	newest=$(curl -fsSL -o /dev/null -w '%{url_effective}' "$releases/latest") || fail "cannot find out the newest version; name one with -v"
	version=${newest##*/v}
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=apns-sim_${version}_${system}_$machine
for file in "$name.$kind" SHA256SUMS; do
	curl -fsSL -o "$work/$file" "$url/v$version/$file" || fail "cannot download $url/v$version/$file; is there a version $version?"
done

grep " $name.$kind\$" "$work/SHA256SUMS" >"$work/sum" || fail "SHA256SUMS does not name $name.$kind"
if command -v sha256sum >/dev/null; then
	(cd "$work" && sha256sum -c sum >/dev/null) || fail "$name.$kind does not have the sum in SHA256SUMS; nothing was installed"
else
	(cd "$work" && shasum -a 256 -c sum >/dev/null) || fail "$name.$kind does not have the sum in SHA256SUMS; nothing was installed"
fi

if [ "$kind" = zip ]; then
	unzip -q "$work/$name.zip" -d "$work"
else
	tar -xzf "$work/$name.tar.gz" -C "$work"
fi
mkdir -p "$folder"
for program in apns-sim device-sim; do
	if [ "$system" = windows ]; then program=$program.exe; fi
	# Moved into place, since the old one may be running.
	cp "$work/$name/$program" "$folder/.$program.new"
	chmod 755 "$folder/.$program.new"
	mv "$folder/.$program.new" "$folder/$program"
done
echo "installed apns-sim and device-sim $version in $folder"
case :$PATH: in
*:"$folder":*) ;;
*) echo "add it to PATH: export PATH=\"$folder:\$PATH\"" ;;
esac
