#!/bin/sh
# sh tls.sh https://sms.example.com [certificate.pem]
# Encrypted only, TLS 1.2 or later, the certificate is checked, redirects are not followed.
set -eu
curl --silent --show-error --fail --max-time 10 --proto '=https' --tlsv1.2 \
    ${2:+--cacert "$2"} "$1/.well-known/security.txt"
