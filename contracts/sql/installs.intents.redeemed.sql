-- installs.intents.redeemed -> Intent
SELECT listings.asset_kind, listings.name AS listing_name, listings.status AS listing_status, releases.version,
  releases.status AS release_status, publishers.id AS publisher_id, publishers.handle AS publisher_handle,
  publishers.display_name AS publisher_name, publishers.suspended_at_ms AS publisher_suspended_at_ms,
  install_intents.buyer_user_id, install_intents.id, install_intents.listing_id, install_intents.release_id,
  install_intents.target_system, install_intents.target_context, install_intents.state, install_intents.status,
  install_intents.current_token_id, install_intents.expires_at_ms, install_intents.created_at_ms,
  install_intents.updated_at_ms
FROM install_intents JOIN listings ON listings.id = install_intents.listing_id JOIN releases ON releases.listing_id =
  install_intents.listing_id AND releases.id = install_intents.release_id JOIN publishers ON publishers.id =
  listings.publisher_id
WHERE install_intents.buyer_user_id = %(buyer_user_id)s::UUID AND install_intents.status = 'redeemed' AND
  install_intents.id < %(after_id)s::UUID ORDER BY install_intents.id DESC
 LIMIT %(fetch)s
