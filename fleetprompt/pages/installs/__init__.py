"""The buyer's pages: what would be handed to whom, the token that does it, and her history."""
