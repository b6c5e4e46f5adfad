#!/bin/sh
# sh send.sh
set -eu
curl --silent --show-error --fail-with-body --proto '=https' \
    --header "Authorization: Bearer $PROMOSMS_KEY" \
    --header "Content-Type: application/json" \
    --header "Idempotency-Key: first-text-$(date +%s)" \
    --data '{"to": "+48600100200", "text": "Your parcel is at our counter."}' \
    "$PROMOSMS_ADDRESS/api/v1/messages"
