"""Releases as their publisher keeps them: publish, revoke."""
