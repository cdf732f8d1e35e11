#!/bin/sh
# Writes the address of the primary to a file, for applications and load balancers that read it there. A real one may set
# a DNS record instead, or call an API.
#
# planrun says with PLANRUN_PHASE what it wants: that the target is named (perform), whether it is (check), or that the
# source is named again (undo). 75 asks planrun to try again later.
set -eu
file=$1
case $PLANRUN_PHASE in
perform) address=$PLANRUN_TARGET ;;
undo) address=$PLANRUN_SOURCE ;;
check) [ "$(cat "$file" 2>/dev/null)" = "$PLANRUN_TARGET" ] && exit 0 || exit 1 ;;
esac
# Written beside it and moved: nobody reads half an address.
printf '%s\n' "$address" > "$file.new" || exit 75
mv "$file.new" "$file"
echo "$file names $address"
