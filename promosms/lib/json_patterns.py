"""Patterns of strings in JSON, each with a sentence for whoever has sent something else."""

NO_CONTROL = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
AMOUNT = r"^[0-9]{1,9}(\.[0-9]{1,4})?$"
COUNTRY = r"^([A-Z]{2})?$"
SENTENCES = {
    NO_CONTROL: "It has control characters, which no phone shows.",
    AMOUNT: 'Write it as a decimal string with up to four decimals, such as "0.0750".',
    COUNTRY: "Write the two capital letters of ISO 3166, such as PL.",
}
