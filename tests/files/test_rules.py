"""What case files cannot show: a second provider, and work that stays linear in the number of files."""

from __future__ import annotations

from smsops.files.document import Document
from smsops.files.rules import RULES, Read, account_of_provider, rule_findings
from smsops.files.yamlfile import read_yaml
from smsops.numbers import is_toll_free
from smsops.project import Account, Project, SecretKind, SecretRef


def account(name: str, provider: str) -> Account:
    secret = SecretRef(kind=SecretKind.ENV, target=("TOKEN",))
    return Account(name=name, provider=provider, account_sid="AC" + name * 32, secret=secret)


def read(text: str, *accounts: Account) -> Read:
    document, _ = read_yaml(text.encode(), "channels/a.yaml")
    project = Project(root="/", accounts={each.name: each for each in accounts})
    return Read(documents=(document,), project=project, project_document=Document(path="smsops.yaml"))


def test_an_account_of_another_provider_is_refused():
    (finding,) = account_of_provider(read("provider: twilio\naccount: b\n", account("b", "other")))
    assert (finding.code, finding.location.line) == ("SMS306", 2)


def test_an_unknown_provider_is_not_told_twice():
    assert not list(account_of_provider(read("provider: vonage\naccount: b\n", account("b", "twilio"))))


def test_rules_look_at_anything_without_an_error():
    for text in ("name: []", "account: {}", "phone_numbers: {}", "phone_numbers: [[], {number: 1}]", "webhook_url: 7"):
        assert isinstance(list(rule_findings(read(text, account("b", "twilio")))), list)


def test_every_rule_is_in_the_tuple_once():
    assert len(set(RULES)) == len(RULES) == 14


def test_toll_free_numbers_are_those_of_country_code_1():
    assert is_toll_free("+18005550199")
    assert is_toll_free("+18885550199")
    assert not is_toll_free("+18085550199")
    assert not is_toll_free("+448005550199")
    assert not is_toll_free("+180055501")
