# Builds the client and runs both tables.
set -e
npm --prefix ../../runtime/ts run --silent build
node dispatch.mjs "$@"
node receive.mjs "$@"
