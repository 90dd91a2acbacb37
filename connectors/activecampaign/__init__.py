"""ActiveCampaign: contacts, and what they were tagged with, subscribed to and led through."""
