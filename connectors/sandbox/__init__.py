"""Stripe, HubSpot and Google Ads played on loopback from a world folder; shares no code with the connectors."""
