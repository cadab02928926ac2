"""Signing in and out, sessions, API keys."""
