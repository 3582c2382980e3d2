"""SMS5xx and 6xx: gates, applying, and the ledger."""

from __future__ import annotations

from smsops.diagnostics import Code

APPLY_CODES: tuple[Code, ...] = (
    Code(
        code="SMS501",
        title="The plan removes too much",
        why=(
            "A deleted folder or a bad merge can empty many pools at once. Detaches and deletes of one account "
            "are limited by policy.max_removals (3, or 10 percent of the recorded numbers, whichever is more). "
            "Split the change, or let it through with --allow limit."
        ),
        bad="smsops apply   # four numbers left their files at once",
        good="smsops apply   # three at a time",
    ),
    Code(
        code="SMS502",
        title="A protected number would leave its pool",
        why=(
            "The number is marked protected, or a flow answers on it. The last record counts too, so lifting the "
            "protection and removing the number take two reviewed applies. To do it in one: --allow protected."
        ),
        bad="removing a number that the last apply recorded as protected: true",
        good="first protected: false, apply, then remove the number",
    ),
    Code(
        code="SMS503",
        title="A number would be taken from a service that no channel declares",
        why=(
            "Somebody else may depend on that service: its replies would change their destination at once. "
            "Declare the service as a channel first, or let it through with --allow takeover."
        ),
        bad="a declared number sits in the pool of a service made in the console",
        good="the number is free, or its service has a channel file",
    ),
    Code(
        code="SMS504",
        title="A service of that name is live already",
        why=(
            "Names are not unique at Twilio. Creating a second service of the same name splits the traffic, so "
            "smsops refuses, and no option allows it. Pin the SID of the live service in the channel file, or "
            "choose another friendly_name."
        ),
        bad="name: support   # without messaging_service_sid, while a service “support” is live",
        good="name: support\nmessaging_service_sid: MG00000000000000000000000000000101",
    ),
    Code(
        code="SMS505",
        title="Every channel of an account has left git",
        why=(
            "An account that has records and no channel file at all is almost always a mistake: a wrong branch, a "
            "moved folder. It is refused, and no option allows it."
        ),
        bad="git rm -r channels && smsops apply",
        good="remove channels a few at a time",
    ),
    Code(
        code="SMS506",
        title="The apply is not confirmed",
        why=(
            "Apply asks before it writes. Where there is no terminal to answer, or with --no-input, it needs "
            "--yes. Nothing was written."
        ),
        bad="smsops apply < /dev/null",
        good="smsops apply --yes",
    ),
    Code(
        code="SMS507",
        title="Live differs from the plan after the writes",
        why=(
            "Every touched service is read again at the end. Something is not as the changes left it: another "
            "client wrote at the same time, or the provider kept an old value. The exit code is 8. Plan again to "
            "see what is left."
        ),
        bad="somebody edits the service in the console while apply runs",
        good="one writer at a time",
    ),
    Code(
        code="SMS508",
        title="The outcome of a create is unknown",
        why=(
            "The answer to creating a service was lost on the way. Repeating it could make a second service, so "
            "smsops looks for the service and, when it cannot tell, stops. Apply again: the next plan looks "
            "first, binds the channel to what was made, or creates it when nothing was."
        ),
        bad="the connection breaks while a service is created",
        good="smsops apply, once more",
    ),
    Code(
        code="SMS509",
        title="Another apply is at work",
        why=(
            "Two applies that plan side by side would each create the same services. One apply of a project "
            "runs at a time on a machine; a lock of a process that ended is free at once. The exit code is 7."
        ),
        bad="smsops apply --yes & smsops apply --yes",
        good="smsops apply --yes && smsops apply --yes",
    ),
    Code(
        code="SMS601",
        title="A record cannot be read or written",
        why=(
            "Records tell which service belongs to which channel and which numbers smsops attached. With a "
            "damaged record smsops would know less than it thinks, so it stops. Restore the file, or remove it "
            "knowingly: then unpinned channels are refused as namesakes until their SIDs are pinned."
        ),
        bad=".smsops/ledger/records/us/20261123T….json holds half a document",
        good="the file as smsops wrote it",
    ),
)
