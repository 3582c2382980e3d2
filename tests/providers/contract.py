"""What any provider must pass: derive a class from `ProviderContract` and give it an `account` fixture.

The tests know the provider through `Reader` and `Writer` alone, over whatever real door the account has.
"""

from __future__ import annotations

from typing import Any

import pytest

from smsops.changes import (
    AttachNumber,
    Change,
    CreateService,
    DeleteService,
    DetachNumber,
    UpdateService,
)
from smsops.errors import ExitCode, Failure, ProviderError
from smsops.providers.base import Receipt
from tests.providers.hands import Hands, TestedAccount, settled, wanted


class ProviderContract:
    @pytest.fixture
    def hands(self, account: TestedAccount) -> Hands:
        return Hands(account)

    @pytest.fixture(autouse=True)
    def _no_number_is_released_or_bought(self, account: TestedAccount) -> Any:
        yield
        assert account.violations() == 0

    def test_a_fresh_account_has_its_numbers_and_no_service(self, account: TestedAccount) -> None:
        live = account.reader().read((wanted(None, *account.numbers),))
        assert live.services == {}
        assert live.numbers is not None
        assert set(account.numbers) <= set(live.numbers)
        assert all(live.numbers[number].sms for number in account.numbers)

    def test_a_created_service_reads_as_it_was_meant(self, hands: Hands) -> None:
        sid = hands.create(use_case="notifications", validity_period=300, sticky_sender=True, smart_encoding=False)
        found = hands.settings(sid)
        assert (found.friendly_name, found.webhook_url) == ("orders", "https://hooks.example.com/in?b=2&a=1#rc=2")
        assert (found.fallback_url, found.status_callback_url) == ("", "https://hooks.example.com/status")
        assert found.use_inbound_webhook_on_number is False
        assert (found.use_case, found.validity_period) == ("notifications", 300)
        assert (found.sticky_sender, found.smart_encoding) == (True, False)
        assert hands.reader.read(()).services[sid].settings == found

    def test_an_update_changes_its_fields_alone(self, hands: Hands) -> None:
        sid = hands.create(use_case="poll", validity_period=300)
        before = hands.settings(sid)
        receipt = hands.update(sid, webhook_method="GET", use_inbound_webhook_on_number=True)
        assert receipt.service_sid == sid
        assert receipt.request_id
        after = hands.settings(sid)
        assert (after.webhook_method, after.use_inbound_webhook_on_number) == ("GET", True)
        assert (after.webhook_url, after.use_case, after.validity_period) == (before.webhook_url, "poll", 300)

    def test_an_empty_value_clears(self, hands: Hands) -> None:
        sid = hands.create(fallback_url="https://hooks.example.com/fallback")
        hands.update(sid, webhook_url="", fallback_url="", status_callback_url="")
        found = hands.settings(sid)
        assert (found.webhook_url, found.fallback_url, found.status_callback_url) == ("", "", "")

    def test_two_services_may_bear_one_name(self, hands: Hands) -> None:
        assert hands.create() != hands.create()

    def test_attach_and_detach_are_done_once_and_may_be_said_twice(self, hands: Hands) -> None:
        sid, number = hands.create(), hands.numbers[0]
        assert hands.attach(sid, number).request_id
        assert hands.attach(sid, number) == Receipt(service_sid=sid, request_id=None)
        assert hands.pool(sid) == {number: hands.sids[number]}
        assert hands.detach(sid, number).request_id
        assert hands.detach(sid, number) == Receipt(service_sid=sid, request_id=None)
        assert hands.pool(sid) == {}

    def test_a_number_of_another_pool_is_never_taken_by_an_attach(self, hands: Hands) -> None:
        first, second, number = hands.create("first"), hands.create("second"), hands.numbers[0]
        hands.attach(first, number)
        with pytest.raises(ProviderError) as raised:
            hands.attach(second, number)
        assert raised.value.failure is Failure.ELSEWHERE
        assert raised.value.request_id
        assert (set(hands.pool(first)), set(hands.pool(second))) == ({number}, set())

    def test_a_move_leaves_the_number_in_the_new_pool_alone(self, hands: Hands) -> None:
        first, second, number = hands.create("first"), hands.create("second"), hands.numbers[0]
        hands.attach(first, number)
        hands.move(first, second, number)
        assert (set(hands.pool(first)), set(hands.pool(second))) == (set(), {number})

    def test_a_move_that_was_half_done_is_finished(self, hands: Hands) -> None:
        first, second, number = hands.create("first"), hands.create("second"), hands.numbers[0]
        hands.move(first, second, number)
        assert set(hands.pool(second)) == {number}

    def test_a_failed_move_puts_the_number_back(self, account: TestedAccount, hands: Hands) -> None:
        first, second, number = hands.create("first"), hands.create("second"), hands.numbers[0]
        hands.attach(first, number)
        account.fail_next(AttachNumber)
        with pytest.raises(ProviderError, match="put back"):
            hands.move(first, second, number)
        assert (set(hands.pool(first)), set(hands.pool(second))) == ({number}, set())

    def test_a_deleted_service_is_gone_and_may_be_deleted_again(self, hands: Hands) -> None:
        sid = hands.create()
        assert hands.delete(sid).request_id
        assert hands.delete(sid) == Receipt(service_sid=sid, request_id=None)
        assert hands.reader.read_back(sid, settings=True, pool=True, settled=settled) is None
        assert sid not in hands.reader.read((wanted(sid),)).services

    def test_a_lost_create_makes_one_service(self, account: TestedAccount, hands: Hands) -> None:
        account.lose_next(CreateService)
        sid = hands.create()
        assert set(hands.reader.read(()).services) == {sid}

    @pytest.mark.parametrize("lost", [UpdateService, AttachNumber, DetachNumber, DeleteService])
    def test_other_lost_answers_are_made_good(self, lost: type[Change], account: TestedAccount, hands: Hands) -> None:
        sid, number = hands.create(), hands.numbers[0]
        account.lose_next(lost)
        hands.update(sid, webhook_url="")
        hands.attach(sid, number)
        assert (hands.settings(sid).webhook_url, set(hands.pool(sid))) == ("", {number})
        hands.detach(sid, number)
        hands.delete(sid)
        assert hands.reader.read(()).services == {}

    @pytest.mark.parametrize("kind", [UpdateService, AttachNumber, DetachNumber, DeleteService])
    def test_a_refusal_does_not_hide_what_an_earlier_try_has_done(
        self, kind: type[Change], account: TestedAccount, hands: Hands
    ) -> None:
        sid = hands.create()
        hands.attach(sid, hands.numbers[1])
        account.lose_next(kind)
        account.fail_next(kind)
        with pytest.raises(ProviderError) as raised:
            hands.any(kind, sid)
        assert raised.value.wrote
        live = hands.reader.read_back(sid, settings=True, pool=True, settled=settled)
        assert (live is None) == (kind is DeleteService)
        if live is not None:
            done = {UpdateService: live.settings.webhook_url == "", AttachNumber: hands.numbers[0] in (live.pool or {})}
            assert done.get(kind, hands.numbers[1] not in (live.pool or {}))

    @pytest.mark.parametrize("kind", [CreateService, UpdateService, AttachNumber, DetachNumber, DeleteService])
    def test_a_refusal_alone_means_that_nothing_was_written(
        self, kind: type[Change], account: TestedAccount, hands: Hands
    ) -> None:
        sid = hands.create()
        hands.attach(sid, hands.numbers[1])
        account.fail_next(kind)
        with pytest.raises(ProviderError) as raised:
            hands.any(kind, sid)
        assert not raised.value.wrote
        assert hands.settings(sid).webhook_url
        assert set(hands.pool(sid)) == {hands.numbers[1]}
        assert set(hands.reader.read(()).services) == {sid}

    def test_the_pool_of_a_namesake_is_read_when_the_known_service_is_gone(
        self, account: TestedAccount, hands: Hands
    ) -> None:
        gone, namesake, number = hands.create(), hands.create(), hands.numbers[0]
        hands.delete(gone)
        hands.attach(namesake, number)
        live = account.reader().read((wanted(gone, number),))
        assert {sid: set(found.pool or ()) for sid, found in live.services.items()} == {namesake: {number}}
        assert live.numbers is None

    def test_a_service_with_numbers_alone_has_no_other_senders(self, hands: Hands) -> None:
        sid = hands.create()
        hands.attach(sid, hands.numbers[0])
        assert hands.reader.other_senders(sid) == ()
        hands.delete(sid)
        assert hands.reader.other_senders(sid) == ()

    def test_a_read_without_changes_costs_one_list_and_one_pool_a_channel(
        self, account: TestedAccount, hands: Hands
    ) -> None:
        sids = [hands.create(f"channel {n}") for n in range(3)]
        for sid, number in zip(sids, hands.numbers, strict=True):
            hands.attach(sid, number)
        reader, before = account.reader(), account.requests()
        live = reader.read([wanted(sid, number) for sid, number in zip(sids, hands.numbers, strict=True)])
        assert live.api_calls == reader.api_calls == account.requests() - before == 4
        assert live.numbers is None
        assert [set(live.services[sid].pool or {}) for sid in sids] == [{number} for number in hands.numbers]

    def test_the_holder_of_an_unaccounted_number_is_found(self, account: TestedAccount, hands: Hands) -> None:
        own, other, number = hands.create("own"), hands.create("other"), hands.numbers[0]
        hands.attach(other, number)
        live = account.reader().read((wanted(own, number),))
        assert set(live.services[other].pool or {}) == {number}
        assert live.numbers is not None

    def test_a_wrong_secret_is_said_to_be_one(self, account: TestedAccount) -> None:
        with pytest.raises(ProviderError) as raised:
            account.with_wrong_secret().read(())
        assert (raised.value.failure, raised.value.exit_code) == (Failure.AUTH, ExitCode.AUTH)
        assert raised.value.hint

    def test_a_reader_offers_no_way_to_write(self, account: TestedAccount) -> None:
        assert not hasattr(account.reader(), "execute")

    def test_a_missing_service_reads_back_as_none(self, hands: Hands) -> None:
        sid = hands.create()
        hands.delete(sid)
        assert hands.reader.read_back(sid, settings=False, pool=True, settled=settled) is None
