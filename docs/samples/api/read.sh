#!/bin/sh
# sh read.sh ID
set -eu
curl --silent --show-error --fail-with-body --proto '=https' \
    --header "Authorization: Bearer $PROMOSMS_KEY" \
    "$PROMOSMS_ADDRESS/api/v1/messages/$1"
