"""VENDORS, the one list of who is played beside Stripe; adding one is one import and one entry."""

from connectors.sandbox.activecampaign_vendor import ACTIVECAMPAIGN
from connectors.sandbox.files_vendor import FILES
from connectors.sandbox.google_ads_vendor import GOOGLE_ADS
from connectors.sandbox.hubspot_vendor import HUBSPOT
from connectors.sandbox.kit_vendor import KIT
from connectors.sandbox.linkedin_ads_vendor import LINKEDIN_ADS
from connectors.sandbox.meta_ads_vendor import META_ADS
from connectors.sandbox.vendor import Vendor
from connectors.sandbox.web_events_vendor import WEB_EVENTS

VENDORS: tuple[Vendor, ...] = (HUBSPOT, GOOGLE_ADS, META_ADS, LINKEDIN_ADS, ACTIVECAMPAIGN, KIT, FILES, WEB_EVENTS)
