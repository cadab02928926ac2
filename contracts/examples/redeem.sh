#!/usr/bin/env bash
# Redeems INSTALL_TOKEN for TARGET_SYSTEM and prints the reply, with curl and openssl. See ../signatures.md.
# To retry, run it again: it signs anew and keeps the Idempotency-Key.
set -euo pipefail

# Token and secret pass through pipes and the shell's own printf, because every user can read command lines.
sha256() { openssl dgst -sha256 -binary; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
base64() { openssl base64 -A "$@"; }

key=$(printf %s "$PARTNER_SECRET" | base64 -d | hex)$(printf '0%.0s' {1..64})
hmac_pad() { # the HMAC key, 64 bytes, each XOR $1
  local i byte
  for ((i = 0; i < 128; i += 2)); do
    printf -v byte '\\x%02x' $((0x${key:i:2} ^ $1))
    printf "$byte"
  done
}
hmac_sha256() { { hmac_pad 0x5c; { hmac_pad 0x36; cat; } | sha256; } | sha256; }

# What comes from a browser is looked at before it is put into JSON.
[[ $INSTALL_TOKEN =~ ^fpt_[0-9a-z]{26}_[A-Za-z0-9_-]{43}$ ]] || { echo "INSTALL_TOKEN is no install token" >&2; exit 2; }

base_url=${PARTNER_BASE_URL%/}
rest=${base_url#*://}
authority=$(printf %s "${rest%%/*}" | tr '[:upper:]' '[:lower:]')
case $base_url in https:*) authority=${authority%:443} ;; *) authority=${authority%:80} ;; esac
path=${rest#"${rest%%/*}"}/v1/internal/install/redeem

body="{\"installToken\":\"$INSTALL_TOKEN\",\"targetSystem\":\"$TARGET_SYSTEM\"}"
digest="sha-256=:$(printf %s "$body" | sha256 | base64):"
idempotency_key="redeem-$(printf %s "$INSTALL_TOKEN" | sha256 | hex)"
params='("@method" "@authority" "@path" "content-digest" "idempotency-key")'
params+=";created=$(date +%s);nonce=\"$(openssl rand -hex 24)\";keyid=\"$PARTNER_KEY_ID\";alg=\"hmac-sha256\""
base="\"@method\": POST
\"@authority\": $authority
\"@path\": $path
\"content-digest\": $digest
\"idempotency-key\": $idempotency_key
\"@signature-params\": $params"
mac=$(printf %s "$base" | hmac_sha256 | base64)

reply=$(
  printf %s "$body" | curl --silent --show-error --max-time 30 --write-out '\n%{http_code}' --data-binary @- \
    --header "Content-Type: application/json" \
    --header "Content-Digest: $digest" \
    --header "Idempotency-Key: $idempotency_key" \
    --header "Signature-Input: sig1=$params" \
    --header "Signature: sig1=:$mac:" \
    "$base_url/v1/internal/install/redeem"
)
printf '%s\n' "${reply%$'\n'*}"
[[ ${reply##*$'\n'} == 200 ]]
