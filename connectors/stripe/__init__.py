"""Stripe: customers, payments, refunds, the balance, invoices and subscriptions."""
