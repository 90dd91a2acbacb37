"""Contacts in one CRM or two, and payers who find them or not: told in vendor objects.

What belongs here: the cases of matching and of tags. What does not: how an object looks (`vendor_objects.py`), orders
and money (`worlds.py`).
"""

from dataclasses import replace

from tests.dbt_project.raw_layer import Row, before, kit, listed, version
from tests.dbt_project.vendor_objects import MAY, charge, checkout, customer, had, intent, invoice, paid, person


def matching_world() -> list[Row]:
    """Payers and contacts who find each other, or not."""
    space = "\u2003"
    return [
        person("1", "jane.doe@example.com", firstname="Wilhelmina", lastname="Featherstonehaugh"),
        *paid("typed", email=" Jane.Doe@Example.COM "),
        *paid("wide", email=f"{space}ｊａｎｅ.doe@example.com\u00a0"),
        person("2", "élodie@example.com", hs_additional_emails="second@example.com; THIRD@example.com"),
        *paid("accent", email="ÉLODIE@example.com"),
        *paid("third", email="third@example.com"),
        # E4: two contacts, one email.
        person("7", "twin@example.com", "2026-03-01T00:00:00+00:00"),
        person("9", "twin@example.com", "2026-04-05T00:00:00+00:00"),
        *paid("twin", 4000, at="2026-04-06T12:00:00+00:00", email="twin@example.com"),
        # The invoice's snapshot wins over the customer's later address; primary wins over an earlier additional.
        person("20", "old@example.com"),
        person("21", "new@example.com"),
        customer("moved", "new@example.com"),
        invoice("moved", 2000, customer="cus_moved", customer_email="old@example.com"),
        person("22", "main@example.com", hs_additional_emails="extra@example.com"),
        person("23", "primary@example.com"),
        intent("rungs", 2500, receipt_email="primary@example.com"),
        charge("rungs", 2500, payment_intent="pi_rungs", email="extra@example.com"),
        # Same customer; a customer of two persons.
        customer("loyal", "nobody@nowhere.example"),
        *paid("loyal1", customer="cus_loyal", email="jane.doe@example.com"),
        *paid("loyal2", customer="cus_loyal", email="office@company.example"),
        customer("couple", None),
        *paid("couple1", customer="cus_couple", email="old@example.com"),
        *paid("couple2", customer="cus_couple", email="new@example.com"),
        *paid("couple3", customer="cus_couple"),
        # Nobody: E3 and the other reasons.
        person("30", "jane@gmail.com"),
        *paid("alias", email="j.ane+shop@googlemail.com"),
        person("31", "bob+crm@firm.example"),
        *paid("plus", email="bob@firm.example"),
        person("32", "ann@exact.example"),
        *paid("typo", email="ann@exat.example"),
        *paid("swapped", email="ann@exatc.example"),
        *paid("other_name", email="anna@exact.example"),
        person("33", "gone@example.com", archived=True),
        *paid("gone", email="gone@example.com"),
        *paid("noemail"),
        *paid("stranger", email="stranger@far.example"),
        # Merged contacts: 40 took in 41 (gone) and 42 (archived); 43 took in 41 as well.
        person("40", "kept@example.com", hs_merged_object_ids="41;42"),
        person("42", "merged@example.com", archived=True),
        person("43", "also@example.com", hs_calculated_merged_vids="41:1700000000000", connection="hubspot@eu"),
        person("44", "same@example.com", hs_calculated_merged_vids="41:1700000000000"),
        *paid("merged", email="merged@example.com"),
        # A chain of fifty contacts, each sharing one address with the next.
        *(
            person(f"c{n:02}", f"chain{n}@example.com", hs_additional_emails=f"chain{n + 1}@example.com")
            for n in range(50)
        ),
        *paid("chain", email="chain50@example.com"),
        # One address, many contacts, in two CRMs.
        *(person(f"m{n:03}", "many@example.com", connection="hubspot" if n % 2 else "hubspot@eu") for n in range(100)),
    ]


def former_addresses_world() -> list[Row]:
    """Contacts whose address was changed, and payments made with what they had before."""
    moved = person("70", "now@example.com", hs_additional_emails="also@home.example")
    office, left = person("71", "office@example.com"), person("72", "left@example.com")
    lenders = person("73", "one@lent.example"), person("74", "other@lent.example")
    gone = person("75", "latest@example.com", archived=True)
    return [
        moved,
        had(moved, "Before@example.com"),
        *paid("before", email="before@example.com", customer="cus_mover"),
        *paid("beside", customer="cus_mover"),
        # An address of the present is stronger, also when it is a later candidate and an additional one.
        intent("present", 1000, receipt_email="also@home.example"),
        charge("present", 1000, payment_intent="pi_present", email="one@before.example"),
        had(lenders[0], "one@before.example"),
        # The office's address went from one person to another: it matches the one who has it, and joins nobody.
        office,
        left,
        had(left, "office@example.com"),
        *paid("office", email="office@example.com"),
        # Two persons had it: it decides nothing. One who had it is gone.
        *lenders,
        *(had(lender, "lent@example.com", until=MAY) for lender in lenders),
        *paid("lent", email="lent@example.com"),
        gone,
        had(gone, "gone@before.example"),
        *paid("gone_before", email="gone@before.example"),
    ]


def named_contacts_world() -> list[Row]:
    """Payments that name their contact: HubSpot's contact 20 is the only 20; 1 and 2 are ids of HubSpot and of Kit."""
    twenty, other = {"crm_contact_id": "20"}, {"crm_contact_id": "21"}
    return [
        *paid("named_intent", email="jane.doe@example.com", metadata=twenty),
        intent("named_charge", 1000),
        charge("named_charge", 1000, payment_intent="pi_named_charge", metadata=twenty),
        invoice("named_invoice", 1000, metadata=twenty, customer_email="jane.doe@example.com"),
        invoice("named_plan", 1000, parent={"subscription_details": {"subscription": "sub_1", "metadata": twenty}}),
        invoice("named_older_plan", 1000, subscription="sub_1", subscription_details={"metadata": twenty}),
        *paid("named_checkout"),
        checkout("named", None, [1000], payment_intent="pi_named_checkout", metadata=twenty),
        customer("named", None, metadata=twenty),
        *paid("named_customer", customer="cus_named"),
        # The payment's own word wins over its customer's; the other payments of the customer follow the customer.
        *paid("named_twice", customer="cus_named", metadata=other),
        # An id of two persons decides nothing: the address does, or nobody; with its connection it is one person.
        *paid("two_crms", metadata={"crm_contact_id": "1"}),
        *paid("two_crms_email", email="new@example.com", metadata={"crm_contact_id": "1"}),
        *paid("one_crm", email="new@example.com", metadata={"crm_contact_id": " kit:1 "}),
        *paid("unknown_id", email="new@example.com", metadata={"crm_contact_id": "nobody", "note": "20"}),
        *paid("merged_id", metadata={"crm_contact_id": "hubspot:41"}),
    ]


def deletions_world() -> list[Row]:
    """Contacts who were deleted on 15 February, and what they bought before and after."""
    day, before_it, after_it = "2026-02-15T12:00:00Z", "2026-02-10T17:00:00+00:00", "2026-02-20T17:00:00+00:00"
    archived = person("90", "archived@left.example", archived=True)
    archived.data["archivedAt"] = day
    purged = replace(person("91", "purged@left.example"), is_deleted=True, version=version(day))
    back = replace(person("92", "back@left.example"), is_deleted=True, version=version(day))
    winner = person("88", "winner@left.example", archived=True, hs_merged_object_ids="89")
    winner.data["archivedAt"] = day
    loser = replace(person("89", "loser@left.example"), is_deleted=True, version=version("2026-02-25T12:00:00Z"))
    return [
        archived,
        purged,
        back,
        # That it had been merged away was seen only after the other was deleted.
        winner,
        loser,
        *paid("merged_before", at=before_it, email="loser@left.example"),
        *paid("merged_after", at=after_it, email="loser@left.example"),
        person("93", "back@left.example", "2026-03-01T00:00:00+00:00"),
        *paid("archived_before", at=before_it, email="archived@left.example", customer="cus_left"),
        *paid("archived_beside", at=before_it, customer="cus_left"),
        *paid("archived_after", at=after_it, email="archived@left.example", customer="cus_left"),
        *paid("archived_later", at=after_it, customer="cus_left"),
        *paid("archived_id", at=after_it, metadata={"crm_contact_id": "90"}),
        *paid("purged_before", at=before_it, email="purged@left.example"),
        *paid("purged_after", at=after_it, email="purged@left.example"),
        # The address came back with a new contact: one person, who is there again.
        *paid("back_before", at=before_it, email="back@left.example"),
        *paid("back_after", at=after_it, email="back@left.example"),
    ]


def second_crm_world() -> list[Row]:
    """Kit beside HubSpot: subscriber 1 is nobody's contact 1, subscriber 2 has HubSpot's contact 80's address."""
    return [
        kit("subscribers", {"email_address": "only@kit.example"}, "1"),
        kit("subscribers", {"email_address": " Both@Example.com "}, "2"),
        person("80", "both@example.com"),
        *paid("kit", email="only@kit.example"),
        kit("tags", {"name": "Buyer"}, "9"),
        kit("tag_subscriptions", {"id": "2", "tag_id": "9", "tagged_at": "2026-03-05T12:00:00Z"}, "9/2/a"),
    ]


def tags_world() -> list[Row]:
    """Contacts put on a list, taken off it and put on it again."""
    february, again, march = "2026-02-02T17:00:00+00:00", "2026-02-09T17:00:00+00:00", "2026-03-20T16:00:00+00:00"
    twin = listed("5", "7", again)
    return [
        replace(twin, table="raw_hubspot.lists", id="5", data={"listId": "5", "name": "Webinar"}),
        # E19: still an addition of February. E20: added, removed, added again.
        listed("5", "1", february, removed_at=march),
        before(listed("5", "1", february), march),
        twin,
        before(twin, "2026-02-04T17:00:00+00:00", {**twin.data, "membershipTimestamp": february}),
        before(twin, again, {**twin.data, "membershipTimestamp": february}, is_deleted=True),
        # Of a contact that only a merge still names, and of one nobody knows.
        listed("5", "41", february),
        listed("5", "unknown", february),
        # An import that says nothing of when.
        replace(listed("5", "20", february), data={"listId": "5", "recordId": "20"}),
    ]
