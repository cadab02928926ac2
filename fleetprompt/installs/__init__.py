"""Install intents, install tokens and their redemption: how a release is handed over to a partner system."""
