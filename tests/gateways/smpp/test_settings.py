"""Settings are strings, and a wrong one is named."""

from collections.abc import Mapping

import pytest

from promosms.gateways.smpp.errors import Meaning
from promosms.gateways.smpp.settings import (
    Alphabet,
    BindAs,
    Long,
    MessageIdSetting,
    SettingError,
    Settings,
)

NEEDED = {"host": "smsc.example.net", "system_id": "promo", "password": "secret"}


def test_few_are_needed() -> None:
    settings = Settings.read(NEEDED)
    assert (settings.port, settings.window, settings.bind) == (2775, 10, BindAs.TRX)
    assert not settings.tls
    assert settings.message_id_format is MessageIdSetting.AUTO
    assert "secret" not in repr(settings)


def test_strings_and_numbers_are_read() -> None:
    settings = Settings.read(
        NEEDED
        | {"port": 3550, "tls": "yes", "bind": "tx_rx", "window": "100", "source_ton": "5"}
        | {
            "alphabet": "latin1",
            "long": "sar",
            "message_id_format": "resp_hex_dlr_dec",
            "data_coding": " 3 ",
        }
        | {"errors": "0x401=temporary, 1026=no_credit", "enquire_seconds": "0.5", "flash": False}
        | {"system_type": ""}
    )
    assert (settings.port, settings.tls, settings.bind) == (3550, True, BindAs.TX_RX)
    assert (settings.window, settings.source_ton, settings.data_coding) == (100, 5, 3)
    assert (settings.alphabet, settings.long) == (Alphabet.LATIN1, Long.SAR)
    assert (settings.message_id_format, settings.flash) == (MessageIdSetting.RESPONSES_HEX, False)
    assert settings.errors == {0x401: Meaning.TEMPORARY, 0x402: Meaning.NO_CREDIT}
    assert settings.enquire_seconds == 0.5


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"host": ""}, "The setting host is missing."),
        ({"password": None}, "The setting password is missing."),
        ({"prot": "1"}, "The setting prot does not exist: port does."),
        ({"port": "SMPP"}, "The setting port is wrong: a whole number is needed."),
        ({"port": "0"}, "The setting port is wrong: a number from 1 to 65535 is needed."),
        ({"window": "0"}, "The setting window is wrong: a number from 1 to 1000 is needed."),
        ({"window": "1.5"}, "The setting window is wrong: a whole number is needed."),
        ({"tls": "maybe"}, "The setting tls is wrong: yes or no is needed."),
        ({"bind": "rx"}, "The setting bind is wrong: one of trx, tx_rx is needed."),
        ({"long": "x"}, "The setting long is wrong: one of udh8, udh16, sar, payload is needed."),
        (
            {"errors": "0x401=later"},
            "The setting errors is wrong: pairs such as 0x401=temporary are needed.",
        ),
        (
            {"errors": "throttled"},
            "The setting errors is wrong: pairs such as 0x401=temporary are needed.",
        ),
        (
            {"system_id": "a" * 16},
            "The setting system_id is wrong: at most 15 characters are read.",
        ),
        ({"password": "ł"}, "The setting password is wrong: at most 64 characters are read."),
        ({"answer_seconds": "soon"}, "The setting answer_seconds is wrong: a number is needed."),
        (
            {"answer_seconds": "nan"},
            "The setting answer_seconds is wrong: a number from 0.05 to 3600 is needed.",
        ),
    ],
)
def test_a_wrong_setting_is_named(changes: Mapping[str, object], problem: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.read({**NEEDED, **changes})
    assert str(caught.value) == problem
