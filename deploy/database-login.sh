#!/bin/sh
# Runs once, when the container makes its database: a login that owns the database of PromoSMS and
# is no superuser, and the role for requests of customers (docs/operations.md).
set -e
psql -v ON_ERROR_STOP=1 -v password="$PROMOSMS_PASSWORD" -U "${POSTGRES_USER:-postgres}" <<'SQL'
CREATE ROLE promosms LOGIN PASSWORD :'password';
CREATE ROLE promosms_account NOLOGIN;
GRANT promosms_account TO promosms;
CREATE DATABASE promosms OWNER promosms;
SQL
