-- accounts.partner_keys -> PartnerKeyRow
SELECT partner_keys.id, partner_keys.target_system, partner_keys.label, partner_keys.status,
  partner_keys.created_at_ms, partner_keys.revoked_at_ms
FROM partner_keys
WHERE partner_keys.id < %(after_id)s::UUID ORDER BY partner_keys.id DESC
 LIMIT %(fetch)s
