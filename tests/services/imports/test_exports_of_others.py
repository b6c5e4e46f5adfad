"""Files of other programs by their real heads, lists of numbers, titles above the heads."""

import io

import pytest

from promosms.extensions import db
from promosms.models import Account, Import
from promosms.services.imports import columns as import_columns
from promosms.services.imports import files as import_files
from promosms.services.imports import heads, imports
from promosms.services.imports import rows as import_rows
from promosms.services.imports.files import BadFile, FileProblem
from tests.support.cast import Cast


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


def uploaded(account: Account, content: str, region: str = "PL") -> Import:
    account.region = region
    return imports.upload(account, io.BytesIO(content.encode()), "x.csv")


def people(account: Account, content: str, region: str = "PL") -> dict[str, str]:
    """First names by number, as the import would store them with the guessed columns."""
    import_ = uploaded(account, content, region)
    rows = list(import_files.read(import_.stored_as, import_.has_header))
    assert len(rows) == import_.total
    batch = import_rows.read(rows, import_.mapping, region)
    return {number: entry.values.get("first_name", "") for number, entry in batch.entries.items()}


GOOGLE = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Name Prefix,Nickname,File As,"
    "Organization Name,Organization Title,Birthday,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,"
    "Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value"
)
SHOPIFY = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
    "Default Address Address1,Default Address City,Default Address Zip,Default Address Phone,"
    "Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tags"
)
OUTLOOK = (
    "Title,First Name,Last Name,Company,Business Street,Business City,Business Fax,Business Phone,"
    "Home Phone,Mobile Phone,E-mail Address,Notes"
)
OUTLOOK_PL = (
    "Imię,Drugie imię,Nazwisko,Firma,Telefon służbowy,Telefon domowy,Telefon komórkowy,Adres e-mail"
)
SHOPER = (
    "date_add,first_name,last_name,email,company_name,tax_id,pesel,address_first_name,street_1,"
    "city,zip_code,country,phone,country_code"
)
BREVO = "EMAIL;LASTNAME;FIRSTNAME;SMS;WHATSAPP;LANDLINE_NUMBER;ADDED_TIME"
MAILCHIMP = "Email Address,First Name,Last Name,Address,Phone Number,MEMBER_RATING,OPTIN_TIME,NOTES"
PIPEDRIVE = "Person - Name,Person - First name,Person - Phone - Work,Person - Phone - Mobile"
WOO = "First Name (Billing),Last Name (Billing),Email (Billing),Phone (Billing),Order Number"
FIELDS_OF = {
    GOOGLE: {"First Name": "first_name", "Last Name": "last_name", "Phone 2 - Value": "phone",
             "E-mail 1 - Value": "email", "Organization Name": "company", "Notes": "note"},
    SHOPIFY: {"First Name": "first_name", "Email": "email", "Phone": "phone", "Note": "note",
              "Default Address Phone": "other_phone", "Default Address City": "city",
              "Default Address Address1": "address", "Default Address Company": "company",
              "Last Name": "last_name", "Accepts SMS Marketing": "agreed"},
    OUTLOOK: {"First Name": "first_name", "Last Name": "last_name", "Company": "company",
              "Business Street": "address", "Business City": "city", "Mobile Phone": "phone",
              "E-mail Address": "email", "Notes": "note"},
    OUTLOOK_PL: {"Imię": "first_name", "Nazwisko": "last_name", "Firma": "company",
                 "Telefon komórkowy": "phone", "Adres e-mail": "email"},
    SHOPER: {"first_name": "first_name", "last_name": "last_name", "email": "email",
             "company_name": "company", "tax_id": "tax_id", "street_1": "address", "city": "city",
             "phone": "phone"},
    BREVO: {"EMAIL": "email", "LASTNAME": "last_name", "FIRSTNAME": "first_name", "SMS": "phone"},
    MAILCHIMP: {"Email Address": "email", "First Name": "first_name", "Last Name": "last_name",
                "Address": "address", "Phone Number": "phone", "NOTES": "note"},
    PIPEDRIVE: {"Person - First name": "first_name", "Person - Phone - Mobile": "phone"},
    WOO: {"First Name (Billing)": "first_name", "Last Name (Billing)": "last_name",
          "Email (Billing)": "email", "Phone (Billing)": "phone"},
    "phone_number,first_name,last_name,idx,email,birthday_date,city,description,groups":
        {"phone_number": "phone", "first_name": "first_name", "last_name": "last_name",
         "email": "email", "birthday_date": "birthday", "city": "city", "description": "note"},
    "id,created_time,ad_name,form_name,platform,email,full_name,phone_number,lead_status":
        {"email": "email", "full_name": "first_name", "phone_number": "phone"},
    "user_email;billing_first_name;billing_phone":
        {"user_email": "email", "billing_first_name": "first_name", "billing_phone": "phone"},
}  # fmt: skip
NUMBERS = {
    "Phone 1 - Value": "226210000", "Phone 2 - Value": "601234567", "Business Fax": "601234560",
    "Default Address Phone": "602345678", "Customer ID": "601234561", "Order Number": "601234562",
    "pesel": "79051234567", "tax_id": "5261040828", "LANDLINE_NUMBER": "226210000",
    "Person - Phone - Work": "226210000", "idx": "601234563", "birthday_date": "1979-05-12",
    "Telefon służbowy": "226210000", "Telefon domowy": "226210000", "Business Phone": "226210000",
    "Home Phone": "226210000", "WHATSAPP": "", "date_add": "2024-05-12", "zip_code": "00-950",
}  # fmt: skip


@pytest.mark.parametrize("head", FIELDS_OF)
def test_exports_of_other_programs_are_understood(account: Account, head: str) -> None:
    delimiter = ";" if ";" in head else ","
    names, expected = head.split(delimiter), FIELDS_OF[head]
    phone = next(name for name, field in expected.items() if field == "phone")
    row = [NUMBERS.get(name, f"word {n}") for n, name in enumerate(names)]
    row[names.index(phone)] = "'+48 601 234 567"
    without = [*row]
    without[names.index(phone)] = ""
    lines = "\n".join(map(delimiter.join, (names, row, row, without)))
    import_ = uploaded(account, lines + "\n")
    assert dict(zip(names, import_.mapping, strict=True)) == {
        name: expected.get(name, "") for name in names
    }


@pytest.mark.parametrize(
    "head",
    [
        "Numer telefonu,Imię,Nazwisko,Firma,Adres,Miasto,Uwagi",
        "Mobile number,First name,Surname,Company,Address,Town,Notes",
        "Handynummer,Vorname,Nachname,Firma,Straße,Ort,Bemerkung",
        "Téléphone portable,Prénom,Nom,Société,Adresse,Ville,Remarques",
        "Teléfono móvil,Nombre,Apellidos,Empresa,Dirección,Población,Observaciones",
        "Cellulare,Nome,Cognome,Azienda,Indirizzo,Città,Note",
        "Mobilní telefon,Jméno,Příjmení,Společnost,Ulice,Město,Poznámka",
        "Mobil,Krstné meno,Priezvisko,Spoločnosť,Adresa,Mesto,Poznámka",
        "Uimhir fóin,Ainm,Sloinne,Comhlacht,Seoladh,Cathair,Note",
        "Mobiele telefoon,Voornaam,Achternaam,Bedrijf,Adres,Woonplaats,Opmerking",
    ],
)
def test_heads_are_known_in_the_languages_of_the_registration_countries(head: str) -> None:
    names = head.split(",")
    known = [heads.field_of(name, {})[0] for name in names]
    assert known == ["phone", "first_name", "last_name", "company", "address", "city", "note"]


@pytest.mark.parametrize(
    ("content", "numbers"),
    [
        ("601234567,602345678,603456789\n", 3),
        ("601234567;602345678;603456789", 3),
        ("601 234 567, 602 345 678\t603 456 789\n", 3),
        ("+48601234567 602345678 48603456789\n", 3),
        ("601234567|602345678|603456789", 3),
        ("601234567,602345678\n603456789\n", 3),
        ("601234567;602345678\n603456789;604567890\n605678901;606789012\n", 6),
        ("Telefon\n601234567,602345678,603456789\n", 3),
        ("601234567\n602345678\n603456789\n", 3),
        ("601234567,226210000,602345678,603456789\n", 3),
        ("601234567,Anna,602345678,Ewa Nowak\n", 2),
        ("601 234 567\n", 1),
        ("601234567,Anna,Gdynia\n", 1),
        ("601234567,79051234567\n602345678,79061234568\n", 2),
        ("601234567,5261040828\n602345678,5252344078\n", 2),
    ],
)
def test_a_list_of_numbers_is_read_whole(account: Account, content: str, numbers: int) -> None:
    assert len(people(account, content)) == numbers


def test_names_stay_with_their_numbers(account: Account) -> None:
    content = "601234567,Anna,602345678,Ewa Nowak\n"
    assert people(account, content) == {"+48601234567": "Anna", "+48602345678": "Ewa"}


@pytest.mark.parametrize(
    "above",
    [
        "",
        "\n\n",
        "Lista klientów 2024;;\n;;\n",
        "Lista klientów 2024\n\n",
        "Export z dnia 2024-01-15 12:30\nSklep Qz, tel. 22 621 00 00\n\n",
        "Lista klientów;;\nstan na;15.01.2024;\n",
        "Kwiaty Ola; tel. 601 000 000;\n",
        "Kwiaty Ola, tel. 601 000 000\n\n",
    ],
)
@pytest.mark.parametrize("names", ["Telefon;Imię;Miasto", "Numer kom.;Imie klienta;gdzie"])
def test_a_title_above_the_names_is_left_out(account: Account, above: str, names: str) -> None:
    content = f"{above}{names}\n601234567;Anna;Kraków\n\n602345678;Ewa;Łódź\nRazem: 2;;\n"
    import_ = uploaded(account, content)
    assert (import_.mapping[:2], import_.total) == (["phone", "first_name"], 3)
    ((number, head),) = list(import_files.read(import_.stored_as))[:1]
    assert (number, ";".join(head)) == (above.count("\n") + 1, names)
    assert people(account, content) == {"+48601234567": "Anna", "+48602345678": "Ewa"}


def test_names_of_columns_between_rows_are_no_title(account: Account) -> None:
    for row in ("601234567;Anna;x", "601234567;Anna;"):
        content = f"{row}\nTelefon;Imię;Miasto\n602345678;Ewa;y\n"
        assert len(people(account, content)) == 2


@pytest.mark.parametrize(
    ("content", "column"),
    [
        ("PESEL;Telefon;Imię\n79051234567;;Anna\n79061234568;601234567;Ewa\n79071234569;;Ola\n", 1),
        ("PESEL;Kontakt\n79051234567;\n79061234568;601234567\n", 1),
        ("Telefon;Komórka\n226210000;601234567\n602345678;603456789\n", 1),
        ("Telefon;Mobile\n601234567;602345678\n603456789;\n604567890;\n", 1),
        ("Telefon domowy;Telefon\n601234567;602345678\n", 1),
        ("Faks;Nr tel. do kontaktu\n601234567;602345678\n", 1),
        ("Nr zamówienia;Tel\n601234567;602345678\n602345678;603456789\n", 1),
        ("NIP;REGON;Telefon\n5261040828;611234563;\n5252344078;611234586;601234567\n", 2),
        ("Customer number;Phone\n601234567;602345678\n602345678;603456789\n", 1),
        ("EAN;Data;Numer\n5901234123457;20240115;601234567\n", 2),
        ("Nr konta;Tel.\n61109010140000071219812874;601234567\n", 1),
        ("79051234567;601234567;Anna\n79061234568;602345678;Ewa\n", 1),
        ("x;5901234123457;601234567\ny;5901234123457;602345678\n", 2),
        ("4915112345678;Anna\n4915212345679;Ewa\n", 0),
    ],
)
def test_the_column_of_numbers_is_chosen_by_name_then_by_content(
    account: Account, content: str, column: int
) -> None:
    assert uploaded(account, content).mapping.index("phone") == column


NUMBERS_OF_OTHER_KINDS = (
    "Personnummer|Fødselsnr.|CPR-nr|Isikukood|Asmens kodas|Kennitala|Hetu|ЕГН|CNP|OIB|JMBG|"
    "TAJ szám|Adószám|National Insurance number|NHS no|UTR|SSN|SV-Nr.|Sozialversicherungsnummer|"
    "AHV-Nr|INSZ|"
    "Rijksregisternummer|ІПН|РНОКПП|ИНН|TIN|ABN|Nr KRS|Mitgliedsnummer|Membership No|Member number|"
    "Nr polisy|Policy no|Vertragsnummer|Serial number|Seriennummer|IMEI|Barcode|GTIN|"
    "Tracking number|Nr przesyłki|Sendungsnummer|Nr rezerwacji|Booking ref|Passport number|"
    "Nr paszportu|Nr dowodu|Client number|Customer number|Customer no|Klantnummer|N° client|"
    "Numéro client|Número de cliente|Kundnummer|Číslo zákazníka|Ügyfélszám|Numer konta|"
    "Account number|Loyalty card|Emergency contact phone|Telefon awaryjny|Identifikationsnummer"
)


def test_heads_of_other_numbers_are_never_of_phones() -> None:
    ranks = {head: heads.phone_rank(head) for head in NUMBERS_OF_OTHER_KINDS.split("|")}
    assert {head for head, rank in ranks.items() if rank != heads.NEVER} == set()
    phones = "Customer phone|Client mobile|Numer kom.|Contact number|Kundentelefon|Tel. klienta"
    assert heads.NEVER not in [heads.phone_rank(head) for head in phones.split("|")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("PESEL;Imię\n79051234567;Anna\n79061234568;Ewa\n", FileProblem.NO_NUMBERS),
        ("79051234567\n79061234568\n", FileProblem.NO_NUMBERS),
        ("NIP;Nazwa\n5261040828;A\n5252344078;B\n", FileProblem.NO_NUMBERS),
        ("Anna 601234567\nEwa 602345678\n", FileProblem.NOT_ALONE),
        ("Name\nAnna - 601 234 567\n", FileProblem.NOT_ALONE),
        ("Name;City\n", FileProblem.NO_ROWS),
    ],
)
def test_numbers_of_other_kinds_are_never_guessed(
    account: Account, content: str, problem: FileProblem
) -> None:
    with pytest.raises(BadFile) as refused:
        uploaded(account, content)
    assert refused.value.problem is problem


@pytest.mark.parametrize(
    ("region", "numbers"),
    [
        ("NL", "612340004 634560001 645670005"),  # BSN: also a mobile without its 0
        ("GB", "7911120005 7400120018 7700120005"),  # NHS
        ("DE", "17612340152 16012341573 17034590026"),  # tax ID
    ],
)
def test_numbers_of_persons_without_a_head_are_not_guessed(
    account: Account, region: str, numbers: str
) -> None:
    with pytest.raises(BadFile):
        uploaded(account, "".join(f"{number};Anna\n" for number in numbers.split()), region)


@pytest.mark.parametrize(
    ("region", "numbers"),
    [
        # Most of them have a check digit by chance.
        ("PL", "601000006 601000012 601234567"),
        ("PL", "601000006 601000003 601000011 602345678"),
        ("NL", "612340004 634560001 612345678"),
    ],
)
def test_check_digits_by_chance_do_not_hide_numbers(
    account: Account, region: str, numbers: str
) -> None:
    content = "".join(f"{number}\n" for number in numbers.split())
    assert len(people(account, content, region)) == len(numbers.split())


def test_a_second_column_of_numbers_helps_where_the_first_has_none(account: Account) -> None:
    content = (
        "Telefon;Komórka;Imię\n601234567;;A\n602345678;603456789;B\n22 621 00 00;604567890;C\n"
        ";;D\n226210000;;E\n"
    )
    assert people(account, content) == {"+48601234567": "A", "+48603456789": "B",
                                        "+48604567890": "C"}  # fmt: skip
    import_ = uploaded(account, content)
    rows = list(import_files.read(import_.stored_as, 1))
    refused = import_rows.read(rows, import_.mapping, "PL").refused
    assert [(row.number, row.problem) for row in refused] == [(5, "empty"), (6, "landline")]


def test_of_several_names_the_most_exact_wins(account: Account) -> None:
    content = (
        "Name,Given Name,Family Name,Phone 1 - Value\nAnna Kowalska,Anna,Kowalska,+48 601 234 567\n"
    )
    assert people(account, content) == {"+48601234567": "Anna"}


def test_the_labels_of_the_interface_are_heads(account: Account) -> None:
    polish = (
        "Numer komórkowy,E-mail,Imię,Nazwisko,Firma,NIP,Adres,Miasto,Notatka,Urodziny,Własne pole 1"
    )
    known = [heads.field_of(name, {})[0] for name in polish.split(",")]
    assert known == list(import_columns.FIELD_NAMES[:11])
