-- accounts.verifying_key -> VerifyingRow
SELECT partner_keys.target_system, partner_keys.salt, partner_keys.key_version, coalesce(instance.restored_at_ms, 0)
  AS restored_at_ms
FROM partner_keys LEFT OUTER JOIN instance ON true
WHERE partner_keys.id = %(partner_key_id)s::UUID AND partner_keys.status = 'active'
