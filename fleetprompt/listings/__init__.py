"""Listings as their publisher keeps them: create, edit, status, statistics."""
