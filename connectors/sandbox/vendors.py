"""VENDORS, the one list of who is played beside Stripe; adding one is one import and one entry."""

from connectors.sandbox.google_ads_vendor import GOOGLE_ADS
from connectors.sandbox.hubspot_vendor import HUBSPOT
from connectors.sandbox.vendor import Vendor

VENDORS: tuple[Vendor, ...] = (HUBSPOT, GOOGLE_ADS)
