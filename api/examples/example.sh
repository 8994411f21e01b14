#!/usr/bin/env bash
# Stores an answer, reads the score, and shows what a refusal says:
#
#   MITTARI_URL=http://localhost:8080 MITTARI_KEY=… ./example.sh
#
# The key needs the scopes responses:write and scores:read.
set -euo pipefail

# api METHOD-AND-PATH [JSON]: prints the answer, a refusal too, and fails on a refusal.
# curl itself tries again after 429 and 503, as long as Retry-After says.
api() {
	local method=${1%% *} path=${1#* }
	curl --silent --show-error --fail-with-body --retry 5 --retry-connrefused --max-time 60 \
		--request "$method" "$MITTARI_URL$path" --header "Authorization: Bearer $MITTARI_KEY" ${2+--json "$2"}
}

# A submission_id of yours makes it safe to send again: it is stored once.
api "POST /v1/responses" '{"submission_id":"ord-8412-curl","touchpoint":"curl","metric":"nps","score":9,"comment":"Quick and friendly."}'
echo

api "GET /v1/scores?metric=nps&window=today&touchpoint=curl"
echo

# What is wrong is told field by field.
if ! problem=$(api "POST /v1/responses" '{"touchpoint":"curl","metric":"nps","score":11}' 2>/dev/null); then
	echo "refused: $problem"
fi
