-- accounts.partner_keys.first_active -> PartnerKeyRow
SELECT partner_keys.id, partner_keys.target_system, partner_keys.label, partner_keys.status,
  partner_keys.created_at_ms, partner_keys.revoked_at_ms
FROM partner_keys
WHERE partner_keys.status = 'active' ORDER BY partner_keys.id
 LIMIT %(fetch)s
