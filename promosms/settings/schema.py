"""Every setting with its type, its default and its limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

LONGEST = 100_000_000_000  # ten million: what one amount may be at most


@dataclass(frozen=True)
class Between:
    """The limits of a number, both allowed, and what is counted."""

    least: float
    most: float
    unit: str = ""


Count = Annotated[int, Between(0, 1_000_000)]
Days = Annotated[int, Between(1, 365, "days")]
LogDays = Annotated[int, Between(1, 180, "days")]
Minutes = Annotated[int, Between(1, 10_080, "minutes")]
Money = Annotated[int, Between(0, LONGEST, "in 1/10,000 of the currency")]


# Without a repr, because it would write passwords and keys into logs.
@dataclass(frozen=True, kw_only=True, repr=False)
class Settings:
    """The settings of one installation.

    The file and the environment write the names in capitals. The type decides how a value is read
    and what is refused; rules between several settings stand in the checks of this package.
    """

    # the installation
    production: bool = False
    public_url: str = "https://localhost:8443"
    short_link_url: str = ""
    trusted_proxies: Annotated[int, Between(0, 10, "proxies")] = 0
    proxy_networks: tuple[str, ...] = (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        *("::1/128", "fc00::/7"),
    )
    trusted_hosts: tuple[str, ...] = ()
    hsts_subdomains: bool = False
    database_url: str = ""
    redis_url: str = ""
    store_connect_seconds: Annotated[int, Between(1, 60, "seconds")] = 5
    store_silence_seconds: Annotated[float, Between(0.1, 3_600, "seconds")] = 20.0
    secret_key: str = ""
    secret_key_fallbacks: tuple[str, ...] = ()
    # the operator, shown on the policy pages
    operator_name: str = ""
    operator_address: str = ""
    operator_email: str = ""
    security_contact: str = ""
    operator_tax_id: str = ""
    processors: tuple[str, ...] = ()
    receiver_places: Mapping[str, Any] = field(default_factory=dict)
    optional_cookies: Mapping[str, Any] = field(default_factory=dict)
    # the seller on invoices, on top of name, e-mail and tax id
    operator_street: str = ""
    operator_postcode: str = ""
    operator_city: str = ""
    operator_country: str = ""
    operator_timezone: str = ""
    operator_iban: str = ""
    operator_bic: str = ""
    operator_bank: str = ""
    operator_logo: str = ""
    # invoices: no VAT for a seller that charges none
    vat_rate: Annotated[int, Between(0, 5_000, "in 1/100 of a percent: 2300 for 23 %")] = 0
    invoice_series: str = "INV"
    credit_note_series: str = "CN"
    pro_forma_series: str = "PF"
    invoice_years: Annotated[int, Between(1, 30, "years")] = 5
    vies_url: str = "https://ec.europa.eu/taxation_customs/vies/rest-api"
    ksef_qr_url: str = "https://qr.ksef.mf.gov.pl"
    # money: integers of 1/10,000 of the currency
    currency: str = "EUR"
    public_prices: bool = True
    quiet_hours: bool = True
    welcome_credit: Money = 100_000
    top_up_packages: tuple[int, ...] = (250_000, 500_000, 1_000_000, 2_500_000)
    top_up_smallest: int = 100_000
    top_up_largest: int = 100_000_000
    top_up_days: Days = 14
    adjustment_limit: Money = 1_000_000
    stripe_secret_key: str = ""
    stripe_webhook_secret: str = ""
    stripe_url: str = ""
    # the trial
    trial_guests: Annotated[int, Between(0, 100, "people")] = 5
    trial_texts_per_day: Count = 50
    # people
    languages: tuple[str, ...] = ("en", "pl")
    registration_countries: tuple[str, ...] = (
        *("PL", "GB", "DE", "FR", "ES"),
        *("IT", "CZ", "SK", "IE", "NL"),
    )
    session_idle_minutes: Minutes = 60
    session_idle_minutes_admin: Minutes = 15
    session_hours: Annotated[int, Between(1, 744, "hours")] = 12
    system_password_minutes: Minutes = 30
    verification_texts_per_hour: Count = 50
    verification_texts_per_dial_code: Count = 200
    proof_cost: Annotated[int, Between(1, 10_000_000, "rounds")] = 5_000
    rate_limits: bool = True
    webhook_private: bool = False
    api_requests_per_minute: Annotated[int, Between(1, 1_000_000, "requests")] = 3_000
    admin_totp: bool = True
    leaked_passwords: str = ""
    argon2_time: Annotated[int, Between(1, 100, "rounds")] = 3
    # Argon2 needs 8 KiB for each of its four lanes.
    argon2_memory_kib: Annotated[int, Between(32, 4 * 1024 * 1024, "KiB")] = 65_536
    # sending
    help_answer: str = ""
    simulator_rate: Annotated[int, Between(1, 1_000_000, "parts per second")] = 300
    simulator_receipt_seconds: Annotated[float, Between(0, 86_400, "seconds")] = 1.0
    lease_seconds: Annotated[int, Between(1, 86_400, "seconds")] = 60
    tick_seconds: Annotated[float, Between(0.01, 3_600, "seconds")] = 10.0
    tick_limit_seconds: Annotated[float, Between(0.1, 86_400, "seconds")] = 120.0
    sign_of_life_seconds: Annotated[float, Between(1, 86_400, "seconds")] = 180.0
    # logs: how long lines are kept, and how long the whole IP address in them
    log_days: LogDays = 30
    log_ip_days: LogDays = 7
    # files and e-mail
    max_content_length: Annotated[int, Between(1, 1024**3, "bytes")] = 20 * 1024 * 1024
    import_bytes: Annotated[int, Between(1, 1024**3, "bytes")] = 100 * 1024 * 1024
    import_rows: Annotated[int, Between(1, 100_000_000, "rows")] = 1_000_000
    mail_server: str = ""
    mail_port: Annotated[int, Between(1, 65_535)] = 587
    mail_username: str = ""
    mail_password: str = ""
    mail_starttls: bool = True
    mail_sender: str = ""
