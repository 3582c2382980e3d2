"""SMS5xx: gates, applying, saved plans and locks."""

from __future__ import annotations

from smsops.explanations import Code

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
            "Two applies of an account that plan side by side would each create the same services. So each takes a "
            "lock, here and in the ledger's remote; the message names its holder. A lock whose process has died on "
            "this machine is free at once, one of another machine when it expires, ten minutes after its last "
            "renewal. --lock-timeout waits. The exit code is 7."
        ),
        bad="smsops apply --yes & smsops apply --yes",
        good="smsops apply --yes --lock-timeout 600",
    ),
    Code(
        code="SMS510",
        title="Git and the account changed the same thing",
        why=(
            "Since the last apply somebody changed it in the account, and a commit changed it to something else. "
            "Nobody can tell from here which of the two is meant. Put the right value into the file: when it is the "
            "account's, nothing is left to do; when it is git's, let it through with --allow conflict."
        ),
        bad="a webhook edited in the console, and another one in the channel file",
        good="the same webhook in both, or smsops apply --allow conflict",
    ),
    Code(
        code="SMS511",
        title="The saved plan is stale",
        why=(
            "What a change of the plan rests on has moved since it was made, so what was reviewed is not what would "
            "happen. Nothing was written; the message names the object, what it was and what it is. What the plan "
            "does not touch may move freely. The exit code is 6."
        ),
        bad="smsops plan --out plan.json; an edit of the same webhook in the console; smsops apply plan.json",
        good="smsops plan --out plan.json && smsops apply plan.json",
    ),
    Code(
        code="SMS512",
        title="The saved plan has expired",
        why=(
            "A plan is good for 24 hours: an approval that lies around for weeks is not one for today. Nothing was "
            "written. The exit code is 6."
        ),
        bad="smsops apply plan.json   # of last week",
        good="smsops plan --out plan.json && smsops apply plan.json",
    ),
    Code(
        code="SMS513",
        title="The file is not a plan as it was saved",
        why=(
            "A saved plan ends in a digest over all that it holds. A file with one altered byte was not reviewed as "
            "it is, whatever the byte means. Nothing was written. The exit code is 6."
        ),
        bad="sed -i s/example.com/example.org/ plan.json && smsops apply plan.json",
        good="smsops plan --out plan.json && smsops apply plan.json",
    ),
    Code(
        code="SMS514",
        title="The saved plan is for another account",
        why=(
            "The plan names the accounts by name and SID, and the server that they were read from. smsops.yaml, or "
            "the environment, says something else by now. Nothing was written. The exit code is 6."
        ),
        bad="smsops --sandbox plan --out plan.json && smsops apply plan.json",
        good="smsops plan --out plan.json && smsops apply plan.json",
    ),
    Code(
        code="SMS515",
        title="A channel takes over the service of one that left git",
        why=(
            "A file that was renamed without messaging_service_sid looks like a new channel beside one that left. "
            "Where exactly one channel left with exactly the same numbers, smsops keeps its service, and says so. "
            "Pin the service to make it certain."
        ),
        bad="git mv channels/otp.yaml channels/login-codes.yaml   # and name: login-codes",
        good="name: login-codes\nmessaging_service_sid: MG00000000000000000000000000000101",
    ),
    Code(
        code="SMS516",
        title="The shards do not make one plan",
        why=(
            "A plan that several machines made is only as good as its parts: all of them, made from one commit and one "
            "ledger, none twice. A shard alone is never applied, since its gates have not seen the whole account. "
            "Plan every shard again and merge them."
        ),
        bad="smsops plan merge shard-1.json shard-3.json   # of three",
        good="smsops plan merge shard-1.json shard-2.json shard-3.json --out plan.json",
    ),
    Code(
        code="SMS517",
        title="The plan is not the one that was approved",
        why=(
            "apply PLAN_FILE --approved ID carries out only the plan with that id. Where a forge runs smsops, somebody "
            "else than the authors must have approved the change at its head, with the plan's id in the review; so an "
            "approval counts for exactly what was read. When files or account moved since, the id is another one: "
            "have the new plan reviewed."
        ),
        bad="a review approves without the id, or is of an earlier push, or is by an author of the change",
        good="the approving review of the last push says sha256:... as the comment with the plan does",
    ),
    Code(
        code="SMS518",
        title="The forge cannot be asked",
        why=(
            "GitHub or GitLab gave no answer, refused the token, or answered what cannot be understood. A comment is "
            "not posted then, and an approval that cannot be read is none. Mend the token or its permissions, or try "
            "again."
        ),
        bad="GITHUB_TOKEN has expired",
        good="a token that may read pull requests, and write comments where smsops comment runs",
    ),
)
