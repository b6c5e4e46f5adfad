"""Patterns of strings in JSON, each with a sentence for whoever has sent something else."""

NO_CONTROL = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
AMOUNT = r"^[0-9]{1,9}(\.[0-9]{1,4})?$"
CHANGE = r"^-?[0-9]+\.[0-9]{4}$"
EMAIL = r"^([^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+)?$"
BIRTHDAY = r"^(([1-9][0-9]{3}-|--)[0-9]{2}-[0-9]{2})?$"
COUNTRY = r"^([A-Z]{2})?$"
LOCAL_TIME = r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$"
SENTENCES = {
    NO_CONTROL: "It has control characters, which no phone shows.",
    AMOUNT: 'Write it as a decimal string with up to four decimals, such as "0.0750".',
    EMAIL: "This is not an e-mail address.",
    BIRTHDAY: "Write the day as 1990-05-17, or without its year as --05-17.",
    LOCAL_TIME: "Write the time on the clock as 2026-12-24T10:00, without an offset.",
    COUNTRY: "Write the two capital letters of ISO 3166, such as PL.",
}
