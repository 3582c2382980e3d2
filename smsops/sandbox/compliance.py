"""Registrations that decide on delivery, as far as an API shows them: A2P campaigns and toll-free verifications.

Clients only read them; tests file them through the console (twilio.md 1.4, 13 item 19).
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from smsops.sandbox import services
from smsops.sandbox.call import Call
from smsops.sandbox.numbering import seeded
from smsops.sandbox.paging import Listing, Page, fetch, product_page, read_product_token, window
from smsops.sandbox.wire import Answer, iso_date, not_found, not_simulated

TOLLFREE_FILTERS = ("TollfreePhoneNumberSid", "Status", "ExternalReferenceId", "IncludeSubAccounts", "TrustProductSid")

_NO_BUSINESS: dict[str, Any] = dict.fromkeys(
    ("customer_profile_sid", "trust_product_sid", "regulated_item_sid", "business_street_address",
     "business_street_address2", "business_city", "business_state_province_region", "business_postal_code",
     "business_country", "business_website", "business_contact_first_name", "business_contact_last_name",
     "business_contact_email", "business_contact_phone", "notification_email", "use_case_summary",
     "production_message_sample", "opt_in_image_urls", "message_volume", "additional_information", "rejection_reason",
     "error_code", "edit_expiration", "edit_allowed", "business_registration_number", "business_registration_country",
     "business_registration_phone_number", "doing_business_as", "opt_in_confirmation_message", "help_message_sample",
     "privacy_policy_url", "terms_and_conditions_url", "age_gated_content", "opt_in_keywords", "rejection_reasons",
     "resource_links", "external_reference_id", "vetting_id", "vetting_id_expiration")
)  # fmt: skip


def file_campaign(rows: sqlite3.Connection, service: sqlite3.Row, status: str, now: int) -> None:
    """Set the A2P campaign of a service: PENDING, IN_PROGRESS, VERIFIED, FAILED or SUSPENDED."""
    sid = seeded("QE", service["sid"])
    body = {
        "sid": sid,
        "account_sid": service["account_sid"],
        "brand_registration_sid": seeded("BN", service["account_sid"]),
        "messaging_service_sid": service["sid"],
        "description": "A sandbox campaign.",
        "message_samples": ["A sample message."],
        "us_app_to_person_usecase": "MIXED",
        "has_embedded_links": False,
        "has_embedded_phone": False,
        "subscriber_opt_in": True,
        "age_gated": False,
        "direct_lending": False,
        "campaign_status": status,
        "campaign_id": sid[-7:].upper(),
        "is_externally_registered": False,
        "rate_limits": {},
        "message_flow": "People opt in on a website.",
        "opt_in_message": None,
        "opt_out_message": None,
        "help_message": None,
        "opt_in_keywords": [],
        "opt_out_keywords": ["STOP"],
        "help_keywords": ["HELP"],
        "date_created": iso_date(now),
        "date_updated": iso_date(now),
        "mock": False,
        "errors": [],
        "privacy_policy_url": None,
        "terms_and_conditions_url": None,
    }
    _file(rows, "usa2p", sid, service["account_sid"], service["sid"], status, body)
    services.update(rows, service["sid"], {"us_app_to_person_registered": status == "VERIFIED"}, now)


def file_verification(rows: sqlite3.Connection, owned: sqlite3.Row, status: str, now: int) -> None:
    """Set the verification of a toll-free number: PENDING_REVIEW, IN_REVIEW, TWILIO_APPROVED or TWILIO_REJECTED."""
    sid = seeded("HH", owned["sid"])
    body = {
        **_NO_BUSINESS,
        "sid": sid,
        "account_sid": owned["account_sid"],
        "date_created": iso_date(now),
        "date_updated": iso_date(now),
        "business_name": "A sandbox business",
        "use_case_categories": ["ACCOUNT_NOTIFICATIONS"],
        "opt_in_type": "WEB_FORM",
        "tollfree_phone_number_sid": owned["sid"],
        "tollfree_phone_number": owned["value"],
        "status": status,
    }
    _file(rows, "tollfree", sid, owned["account_sid"], owned["sid"], status, body)


def _file(
    rows: sqlite3.Connection, kind: str, sid: str, account: str, subject: str, status: str, body: dict[str, Any]
) -> None:
    rows.execute("DELETE FROM filings WHERE sid = ?", (sid,))
    rows.execute(
        "INSERT INTO filings (kind, sid, account_sid, subject_sid, status, body) VALUES (?, ?, ?, ?, ?, ?)",
        (kind, sid, account, subject, status, json.dumps(body)),
    )


def campaigns(call: Call, service: sqlite3.Row, rest: list[str]) -> Answer:
    """`Compliance/Usa2p` of one service: list and fetch."""
    if call.request.method != "GET" or rest == ["Usecases"]:
        raise not_simulated(call.request.path)
    listing = Listing(table="filings", where="kind = 'usa2p' AND subject_sid = ?", values=(service["sid"],))
    return _read(call, listing, rest, key="compliance", filters=())


def verifications(call: Call, rest: list[str]) -> Answer:
    """`/v1/Tollfree/Verifications`: list by number SID and status, and fetch."""
    if call.request.method != "GET":
        raise not_simulated(call.request.path)
    where, values = "kind = 'tollfree' AND account_sid = ?", [call.identity.account_sid]
    for parameter, column in (("TollfreePhoneNumberSid", "subject_sid"), ("Status", "status")):
        if call.request.query.get(parameter):
            where, values = f"{where} AND {column} = ?", [*values, call.request.query[parameter]]
    listing = Listing(table="filings", where=where, values=tuple(values))
    return _read(call, listing, rest, key="verifications", filters=TOLLFREE_FILTERS)


def _read(call: Call, listing: Listing, rest: list[str], *, key: str, filters: tuple[str, ...]) -> Answer:
    if not rest:
        page: Page = fetch(call.rows, listing, window(call.request, call.switches, read_product_token))
        where = f"{call.base_url}{call.request.path}"
        items = [{**json.loads(row["body"]), "url": f"{where}/{row['sid']}"} for row in page.rows]
        body = product_page(
            page, call.request, key=key, items=items, base_url=call.base_url, switches=call.switches, filters=filters
        )
        return Answer(status=200, body=body)
    sql = f"SELECT body FROM filings WHERE {listing.where} AND sid = ?"
    row = call.rows.execute(sql, (*listing.values, "/".join(rest))).fetchone()
    if row is None:
        raise not_found(call.request.path)
    return Answer(status=200, body={**json.loads(row["body"]), "url": f"{call.base_url}{call.request.path}"})
