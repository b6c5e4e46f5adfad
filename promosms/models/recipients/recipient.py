"""Recipients: the people whom an account texts."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import (
    BigId,
    Model,
    Privacy,
    UtcDateTime,
    checked_by_statement,
    new_public_id,
    now,
    table_of,
)
from promosms.models.processing import RECIPIENTS, Processing
from promosms.models.registry import MACHINERY, N_, NC_, REPEATED, UNTIL_DELETED, Export

FREE_WORDS = N_("a field of your own, see field_labels of the account")


class Input(StrEnum):
    """With what a field is typed in."""

    PHONE = "phone"
    EMAIL = "email"
    LINE = "line"
    LINES = "lines"


class FieldType(StrEnum):
    """What the values of a field are: how they are read, kept, compared and written.

    A number is kept as a plain decimal (-12.5), a date as ISO (2026-05-17), a birthday as a date or
    without its year (--05-17). A value that was there before its field got the type, and does not
    fit, stays the text that it is.
    """

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BIRTHDAY = "birthday"


@dataclass(frozen=True)
class Field:
    """What is true of a field of a recipient. Words are English and marked for translation.

    `label` is its name on pages, `words` explain it in the export, `kind` stands in the sentence of
    the policy page on what can be added (several fields may share one). `heads` are the words, in
    small letters and digits without diacritics, that head its column in files: in the languages of
    the registration countries, and the tags of PromoSMS; what names it best stands first.
    `searched`: the search box finds it. `first`: it is at the top of the form, not behind *More*.
    `instead` is what the composer offers for somebody who has none. A `free` one has the name and
    the type that the account gives it. A value is as long as its column allows (`longest`).
    """

    label: str
    words: str
    heads: str
    kind: str = ""
    name: str = ""
    longest: int = 0
    input: Input = Input.LINE
    type: FieldType = FieldType.TEXT
    searched: bool = False
    first: bool = False
    free: bool = False
    instead: str = ""


def field(type_: String, about: Field, **options: Any) -> Any:
    """The column of a field: with it the form, the import, the placeholders, the export know it."""
    return mapped_column(type_, info={"field": about, "words": about.words}, **options)


def free_field(number: int) -> Any:
    """A column that every account names as it likes."""
    names = "field pole feld freefield wlasnepole detail informacja"
    heads = " ".join(f"{name}{number}" for name in names.split())
    return field(String(300), Field("", FREE_WORDS, heads, free=True), default="")


class Consent(StrEnum):
    """Without consent a recipient gets no promotional text."""

    GIVEN = "given"
    NONE = "none"


NO_CONSENT = f"consent = '{Consent.NONE}'"


class Recipient(Model):
    """A number of an account. `search` is the casefolded text that the search box looks in.

    `consent` is the state of the act in force (`consent_id`, see consent_act.py): for indexes and
    counts. Without an act nothing is known of a consent. `consent_id` is no foreign key: that would
    cost every row of an import a look-up, and an index.

    `import_id` is the import that added the recipient, which can be undone. `last_import_id` is the
    latest import that contained the number: a duplicate in a file is known even after a restart.
    """

    __tablename__ = "recipients"
    __table_args__ = (
        UniqueConstraint("account_id", "phone"),
        checked_by_statement("account_id", "accounts.id"),
        checked_by_statement("import_id", "imports.id", ondelete="SET NULL"),
        Index("ix_recipients_page", "account_id", "id"),
        Index(
            "ix_recipients_no_consent",
            "account_id",
            "id",
            sqlite_where=text(NO_CONSENT),
            postgresql_where=text(NO_CONSENT),
        ),
    )
    privacy = Privacy.COLLECTED
    export = Export(
        "recipients",
        N_("The people whom you text, with the evidence of their consent."),
        without={"search": REPEATED, "last_import_id": MACHINERY},
        referred=("recipient_id",),
    )
    retention = UNTIL_DELETED
    processing = Processing(
        RECIPIENTS, N_("Mobile number, whatever you add to it, and the evidence of the consent")
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(BigId)
    phone: Mapped[str] = field(
        String(16),
        Field(
            N_("Mobile number"),
            N_("mobile number"),
            "phone mobile cell tel number msisdn phonenumber mobilenumber mobilephone cellphone "
            "telephone telephonenumber phoneno mobileno telefon numer nrtelefonu numertelefonu "
            "komorka telefonkomorkowy nrtel numertel telkom kom gsm handy handynummer mobil "
            "mobilnummer mobiltelefon telefonnummer rufnummer nummer recipient odbiorca "
            "numerkomorkowy sms smsnumber smsphonenumber telephonemobile portable numeroportable "
            "numerodetelephone movil telefonomovil numerodetelefono cellulare numerocellulare "
            "telefonocellulare telefono numeroditelefono telefonicislo mobilnitelefon "
            "mobilnetelefon telefonnecislo cislotelefonu telefoonnummer mobielnummer mobiel "
            "telefoon uimhirfoin guthan fon telemovel telefonszam mobilszam telefonmobil puhelin "
            "matkapuhelin телефон номертелефону τηλεφωνο κινητο",
            input=Input.PHONE,
            first=True,
        ),
    )
    country: Mapped[str] = mapped_column(String(2))
    email: Mapped[str] = field(
        String(254),
        Field(
            N_("E-mail"),
            N_("e-mail address"),
            "email mail emailaddress adresemail mailadresse emailadresse poczta primaryemail "
            "adressemail courriel correo correoelectronico correoe indirizzoemail "
            "postaelettronica emailova elektronickaposta emailovaadresa elektronickaadresa "
            "emailadres eposta epost riomhphost електроннапошта",
            NC_("You may add", "e-mail address"),
            input=Input.EMAIL,
            searched=True,
        ),
        default="",
    )
    first_name: Mapped[str] = field(
        String(100),
        Field(
            N_("First name"),
            N_("first name"),
            "firstname first forename givenname fname imie vorname prenom nombre nome "
            "krestnijmeno krstnemeno krestnimeno jmeno meno voornaam roepnaam ceadainm prenume "
            "keresztnev fornavn fornamn etunimi имя імя ονομα name fullname displayname "
            "imieinazwisko imienazwisko nazwiskoiimie nomcomplet nomprenom nombrecompleto "
            "nombreyapellidos nomecompleto nomecognome jmenoaprijmeni menoapriezvisko "
            "volledigenaam ainm",
            NC_("You may add", "name"),
            searched=True,
            first=True,
            instead=N_("there"),
        ),
        default="",
    )
    last_name: Mapped[str] = field(
        String(100),
        Field(
            N_("Last name"),
            N_("last name"),
            "lastname last surname familyname lname nazwisko nachname familienname zuname nom "
            "nomdefamille apellidos apellido primerapellido cognome prijmeni priezvisko "
            "achternaam familienaam sloinne apelido sobrenome etternavn efternamn efternavn "
            "sukunimi vezeteknev nume фамилия прізвище επωνυμο",
            NC_("You may add", "name"),
            searched=True,
            first=True,
        ),
        default="",
    )
    company: Mapped[str] = field(
        String(200),
        Field(
            N_("Company"),
            N_("company"),
            "company organisation organization business firma nazwafirmy unternehmen companyname "
            "organizationname organisationname firmenname entreprise societe empresa azienda "
            "ragionesociale societa spolecnost nazevfirmy spolocnost nazovfirmy bedrijf "
            "bedrijfsnaam comhlacht",
            NC_("You may add", "company"),
            searched=True,
        ),
        default="",
    )
    tax_id: Mapped[str] = field(
        String(40),
        Field(
            N_("Tax ID"),
            N_("tax ID"),
            "taxid vat vatid vatnumber nip numernip steuernummer ustid ustidnr numerotva "
            "tvaintracom cif nif nifcif partitaiva piva dic icdph btwnummer uimhircbl",
            NC_("You may add", "tax ID"),
        ),
        default="",
    )
    address: Mapped[str] = field(
        String(300),
        Field(
            N_("Address"),
            N_("address"),
            "address street streetaddress address1 addressline1 adres ulica anschrift strasse "
            "adresse rue direccion calle domicilio indirizzo via adresa ulice straat seoladh",
            NC_("You may add", "address"),
        ),
        default="",
    )
    city: Mapped[str] = field(
        String(100),
        Field(
            N_("City"),
            N_("city"),
            "city town miasto miejscowosc stadt ort wohnort ville commune ciudad poblacion "
            "localidad citta comune localita mesto obec stad plaats woonplaats cathair",
            NC_("You may add", "city"),
            searched=True,
        ),
        default="",
    )
    note: Mapped[str] = field(
        Text(),
        Field(
            N_("Note"),
            N_("note"),
            "note notes description comment comments memo opis uwagi notatka notatki notiz "
            "notizen bemerkung bemerkungen remarque remarques commentaire nota notas "
            "observaciones osservazioni poznamka poznamky opmerking opmerkingen notitie",
            NC_("You may add", "a note"),
            input=Input.LINES,
        ),
        default="",
    )
    birthday: Mapped[str] = field(
        String(10),
        Field(
            N_("Birthday"),
            N_("birthday, without its year if that is not known: --05-17"),
            "birthday birthdate dateofbirth dob birth birthdaydate bday borndate urodziny "
            "dataurodzenia dataur urodzenie geburtstag geburtsdatum gebdatum geburtsdat "
            "datedenaissance anniversaire naissance fechadenacimiento fechanacimiento cumpleanos "
            "nacimiento datadinascita datanascita compleanno nascita datumnarozeni narozeniny "
            "narozeni datumnarodenia narodeniny verjaardag geboortedatum dataebreithe breithla "
            "datadenascimento datanascimento aniversario fodselsdag fodselsdato fodelsedag "
            "fodelsedatum syntymapaiva syntymaaika szuletesnap szuletesidatum datanasterii "
            "datadenastere gimimodata gimtadienis dzimsanasdatums dzimsanasdiena sunnipaev "
            "sunniaeg datumrodenja rodendan datumrojstva датанародження деньнародження "
            "датарождения деньрождения ημερομηνιαγεννησησ γενεθλια датанараждане",
            NC_("You may add", "birthday"),
            type=FieldType.BIRTHDAY,
        ),
        default="",
        server_default="",
    )
    field1: Mapped[str] = free_field(1)
    field2: Mapped[str] = free_field(2)
    field3: Mapped[str] = free_field(3)
    field4: Mapped[str] = free_field(4)
    field5: Mapped[str] = free_field(5)
    consent: Mapped[str] = mapped_column(String(5), default=Consent.NONE)
    consent_id: Mapped[int | None] = mapped_column(BigInteger)
    search: Mapped[str] = mapped_column(Text, default="")
    import_id: Mapped[int | None] = mapped_column(BigId, index=True)
    last_import_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @property
    def name(self) -> str:
        """First and last name; "" if neither is known."""
        return f"{self.first_name} {self.last_name}".strip()


LONGEST_TEXT = 2000
"""Of a value whose column has no width."""
FIELDS: tuple[Field, ...] = tuple(
    replace(
        column.info["field"],
        name=column.name,
        longest=getattr(column.type, "length", None) or LONGEST_TEXT,
    )
    for column in table_of(Recipient).columns
    if "field" in column.info
)
"""Every field of a recipient, the number first."""
FIELD_NAMES = tuple(field.name for field in FIELDS)
