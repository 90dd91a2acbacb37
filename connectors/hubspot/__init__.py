"""HubSpot: the CRM's contacts."""
