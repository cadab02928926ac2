// Redeems INSTALL_TOKEN for TARGET_SYSTEM and prints the reply. Node 18 or newer, no packages. See ../signatures.md.
// To retry, run it again: it signs anew and keeps the Idempotency-Key.
import { createHash, createHmac, randomBytes } from "node:crypto";

const { PARTNER_BASE_URL, PARTNER_KEY_ID, PARTNER_SECRET, INSTALL_TOKEN, TARGET_SYSTEM } = process.env;
const sha256 = (data, encoding) => createHash("sha256").update(data).digest(encoding);

const url = new URL(PARTNER_BASE_URL.replace(/\/+$/, "") + "/v1/internal/install/redeem");
const body = JSON.stringify({ installToken: INSTALL_TOKEN, targetSystem: TARGET_SYSTEM });
const digest = `sha-256=:${sha256(body, "base64")}:`;
const idempotencyKey = `redeem-${sha256(INSTALL_TOKEN, "hex")}`;

const created = Math.floor(Date.now() / 1000);
const nonce = randomBytes(24).toString("base64url");
const params =
  '("@method" "@authority" "@path" "content-digest" "idempotency-key")' +
  `;created=${created};nonce="${nonce}";keyid="${PARTNER_KEY_ID}";alg="hmac-sha256"`;
const base = [
  '"@method": POST',
  `"@authority": ${url.host}`, // lower case, and without a default port
  `"@path": ${url.pathname}`,
  `"content-digest": ${digest}`,
  `"idempotency-key": ${idempotencyKey}`,
  `"@signature-params": ${params}`,
].join("\n");
const mac = createHmac("sha256", Buffer.from(PARTNER_SECRET, "base64")).update(base).digest("base64");

const reply = await fetch(url, {
  method: "POST",
  redirect: "error",
  headers: {
    "Content-Type": "application/json",
    "Content-Digest": digest,
    "Idempotency-Key": idempotencyKey,
    "Signature-Input": `sig1=${params}`,
    Signature: `sig1=:${mac}:`,
  },
  body,
});
console.log(await reply.text());
process.exitCode = reply.ok ? 0 : 1;
