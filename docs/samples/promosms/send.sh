#!/bin/sh
# sh send.sh
set -eu
curl --silent --show-error --fail-with-body --proto '=https' \
    --user "$PROMOSMS_LOGIN:$PROMOSMS_KEY" \
    --header "Accept: text/json" \
    --data "type=1" \
    --data "return-send-recipients=1" \
    --data-urlencode "text=Your parcel is at our counter." \
    --data-urlencode "recipients[]=+48600100200" \
    "$PROMOSMS_ADDRESS/api/rest/v3_2/sms"
