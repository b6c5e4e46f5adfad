"""Exports of other programs with rows as they are found in them, consent and opt-outs too.

The names of the columns are those of vendors' help, sources and fixtures. That heads are known is
tested in `test_exports_of_others.py`; here are their rows.
"""

import codecs
from collections.abc import Iterator

from tests.services.imports.zoo.exhibits import Exhibit

FILES: dict[str, tuple[str, str]] = {
    "SMSAPI": (
        "phone_number,first_name,last_name,idx,email,birthday_date,gender,city,source,groups\n"
        "48601234567,Łucja,Nowak,77,l@example.com,1979-05-12,female,Łódź,form,VIP\n"
        "48226210000,Biuro,,78,,,,,,\n",
        "2 +48601234567 Łucja\n3 landline",
    ),
    "SerwerSMS, by position": (
        "601234567;l@example.com;Łucja;Nowak;Kwiaty;5261040828;Długa 5;Łódź;stała;;;;;\n"
        "+48602345678;;Ola;Kos;;;;Radom;;;;;;\n",
        "1 +48601234567\n2 +48602345678",
    ),
    "Fresha, list": (
        "First Name,Last Name,Email,Mobile Number,Telephone,Accepts Marketing,"
        "Accepts SMS Marketing,Date of Birth,Referral Source,Note,Client ID,Blocked\n"
        "Ann,Lee,a@example.com,+44 7911 123456,,Yes,Yes,1980-01-01,Walk-In,,1,No\n"
        "Bob,Ray,,+44 7911 123457,,Yes,No,,,,2,No\n"
        "Cy,Fox,,,+44 20 7946 0018,No,,,,,3,Yes\n",
        "2 +447911123456 Ann\n3 +447911123457 Bob OUT\n4 empty",
    ),
    "Fresha, template with a row of explanations": (
        "First name,Last name,Email,Mobile phone,Gender,Birthday,Email marketing consent,"
        "SMS marketing consent,WhatsApp marketing consent,Tags\n"
        "Required,Optional,Optional,Include the country code,Female or Male,YYYY-MM-DD,Yes or No,"
        "Yes or No,Yes or No,Separate by |\n"
        "Ann,Lee,a@example.com,447911123456,Female,1980-01-01,Yes,Yes,No,VIP|New\n"
        "Bob,Ray,,447911123457,Male,,Yes,No,Yes,\n",
        "2 letters\n3 +447911123456 Ann\n4 +447911123457 Bob OUT",
    ),
    "Shore": (
        "first_name;last_name;gender;email;mobile;birthday;address_street;address_postal_code;"
        "address_city;notes;tags;newsletter_status\n"
        "Jürgen;Weiß;m;j@example.de;+49 171 2345678;1970-01-02;Hauptstr. 5;10115;Berlin;;;true\n"
        "Zoë;Roth;f;;0049 160 1234567;;;;;;;false\n",
        "2 +491712345678 Jürgen\n3 +491601234567 Zoë",
    ),
    "HubSpot": (
        '"Record ID","First Name","Last Name","Email","Phone Number","Mobile Phone Number",'
        '"Contact owner","Lead Status","Marketing contact status","Create Date"\n'
        '"51","Ann","Lee","a@example.com","+44 20 7946 0018","+44 7911 123456","","New",'
        '"Marketing contact","2024-03-01 10:00"\n'
        '"52","Bob","Ray","","+44 7911 123457","","","","Non-marketing contact","2024-03-01"\n',
        "2 +447911123456 Ann\n3 +447911123457 Bob",
    ),
    "Salesforce": (
        '"First Name","Last Name","Mobile","Phone","Email","Email Opt Out","Do Not Call"\n'
        '"Ann","Lee","(0)7911 123456","","a@example.com","1","0"\n'
        '"Bob","Ray","","020 7946 0018","","0","1"\n',
        "2 +447911123456 Ann\n3 empty",
    ),
    "Lightspeed eCom": (
        "Firstname;Lastname;E-Mail;Internal ID;Registered;Language;Phone;Mobile;Customer type\n"
        "Sanne;de Vries;s@example.nl;1;1;nl;020 123 4567;06-12345678;private\n"
        "Bram;Bos;;2;0;nl;;+31 (0)6 12345679;private\n",
        "2 +31612345678 Sanne\n3 +31612345679 Bram",
    ),
    "Lightspeed X": (
        "customer_code,first_name,last_name,customer_group_name,date_of_birth,sex,phone,mobile,"
        "email,do_not_email\n"
        "Ann-A1,Ann,Lee,All,1980-01-01,F,,07911 123456,a@example.com,1\n"
        "Bob-B2,Bob,Ray,All,,M,07911 123457,,,0\n",
        "2 +447911123456 Ann\n3 +447911123457 Bob",
    ),
    "Square": (
        "Reference ID,First Name,Last Name,Email Address,Phone Number,Nickname,Company Name,"
        "Street Address 1,City,Postal Code,Birthday,Memo,Square Customer ID,Creation Source,"
        "First Visit,Transaction Count,Email Subscription Status\n"
        "'0601234567,Ann,Lee,a@example.com,'+447911123456,,,,London,N1,,,7QX,Directory,2024-03-01,"
        "3,unsubscribed\n",
        "2 +447911123456 Ann",
    ),
    "Thunderbird, English": (
        "First Name,Last Name,Display Name,Nickname,Primary Email,Work Phone,Home Phone,"
        "Fax Number,Pager Number,Mobile Number\n"
        "Ann,Lee,Ann Lee,,a@example.com,020 7946 0018,,020 7946 0019,07911 123499,07911 123456\n",
        "2 +447911123456 Ann",
    ),
    "Thunderbird, German": (
        "Vorname,Nachname,Anzeigename,Spitzname,Primäre E-Mail-Adresse,Tel. dienstlich,"
        "Tel. privat,Fax-Nummer,Pager-Nummer,Mobil-Tel.-Nr.,Notizen\n"
        "Jörg,Weiß,Jörg Weiß,,j@example.de,030 1234567,,030 1234568,,0171/2345678,\n",
        "2 +491712345678 Jörg",
    ),
    "Outlook, German": (
        '"Vorname","Weitere Vornamen","Nachname","Firma","Telefon geschäftlich","Telefon privat",'
        '"Mobiltelefon","Weiteres Telefon","E-Mail-Adresse","Kategorien","Notizen"\n'
        '"Jürgen","","Müller","Blumen GmbH","+49 (30) 123456","","+49 (171) 2345678","","","",""\n',
        "2 +491712345678 Jürgen",
    ),
    "Google, several numbers in a cell": (
        "First Name,Last Name,Labels,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,"
        "Phone 2 - Value\n"
        "Łucja,Nowak,* myContacts ::: Klienci,* Komórka,601 234 567,Praca,22 621 00 00\n"
        "Ola,Kos,,Komórka,602 345 678 ::: 603 456 789,,\n",
        "2 +48601234567 Łucja\n3 several",
    ),
    "Klaviyo": (
        "Email,First Name,Last Name,Phone Number,Email Marketing Consent,SMS Marketing Consent\n"
        "a@example.com,Ann,Lee,+447911123456,UNSUBSCRIBED,SUBSCRIBED\n"
        "b@example.com,Bob,Ray,+447911123457,SUBSCRIBED,UNSUBSCRIBED\n"
        "c@example.com,Cy,Fox,+447911123458,SUBSCRIBED,NEVER_SUBSCRIBED\n"
        "d@example.com,Di,Orr,+447911123459,SUBSCRIBED,\n",
        (
            "2 +447911123456 Ann\n"
            "3 +447911123457 Bob OUT\n"
            "4 +447911123458 Cy no consent\n"
            "5 +447911123459 Di no consent"
        ),
    ),
    "Mailchimp, unsubscribed": (
        '"Email Address","First Name","Last Name","Phone Number",MEMBER_RATING,OPTIN_TIME,'
        "UNSUB_TIME,UNSUB_REASON,LEID\n"
        '"a@example.com","Ann","Lee","+44 7911 123456",2,"2023-01-01 10:00:00",'
        '"2024-03-01 10:00:00","NORMAL (no longer interested)","101"\n',
        "2 +447911123456 Ann OUT",
    ),
    "Shopify": (
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
        "Default Address City,Default Address Zip,Default Address Phone,Phone,"
        "Accepts SMS Marketing,Total Spent,Total Orders,Note,Tags\n"
        "'6140000000001,Ann,Lee,a@example.com,yes,,London,'N1,,'+447911123456,yes,10.00,1,,\n"
        "'6140000000002,Bob,Ray,b@example.com,yes,,London,'N1,'07911 123457,,no,0.00,0,,\n"
        "'6140000000003,Cy,Fox,c@example.com,no,,London,'N1,,,no,0.00,0,,\n",
        "2 +447911123456 Ann\n3 +447911123457 Bob OUT\n4 empty",
    ),
    "WooCommerce Analytics has no numbers": (
        "Name,Username,Last Active,Sign Up,Email,Orders,Total Spend,AOV,Country / Region,City\n"
        "Ann Lee,ann,2024-03-01,2023-01-01,a@example.com,3,120.50,40.17,GB,London\n",
        "! no_numbers",
    ),
    "PrestaShop has no numbers": (
        "ID;Social title;First name;Last name;Email address;Company;Sales;Enabled;Newsletter;"
        "Partner offers;Registration;Last visit\n"
        "1;Mr;Jan;Kos;j@example.com;;120,50 zł;1;1;0;2023-01-01 10:00:00;2024-03-01 10:00:00\n",
        "! no_numbers",
    ),
    "PrestaShop, addresses": (
        "id_customer;firstname;lastname;phone;phone_mobile;newsletter;optin\n"
        "1;Łucja;Nowak;22 621 00 00;601234567;1;0\n2;Ola;Kos;602345678;;0;1\n",
        "2 +48601234567 Łucja\n3 +48602345678 Ola",
    ),
    "Magento": (
        "ID,Name,Email,Group,Phone,ZIP,Country,State/Province,Customer Since,Web Site\n"
        '000000001,Łucja Nowak,l@example.com,General,601234567,90-001,Poland,,"Mar 1, 2024",Main\n',
        "2 +48601234567 Łucja Nowak",
    ),
    "BaseLinker": (
        "order_id;email;phone;user_login;delivery_fullname;invoice_fullname;delivery_city\n"
        "1234567;l@example.com;+48 601 234 567;lucja;Łucja Nowak;;Łódź\n"
        "1234568;o@example.com;48602345678;ola;Ola Kos;;Radom\n",
        "2 +48601234567 Łucja Nowak\n3 +48602345678 Ola Kos",
    ),
    "Meta, leads": (
        "id\tcreated_time\tad_id\tform_name\tis_organic\tplatform\temail\tfull_name\t"
        "numer_telefonu\tlead_status\n"
        "l:6140000000001\t2024-03-01T10:00:00+01:00\tag:23850000000001\tWiosna\tfalse\tfb\t"
        "l@example.com\tŁucja Nowak\tp:+48601234567\tCREATED\n",
        "2 +48601234567 Łucja Nowak",
    ),
    "an old tool in Polish": (
        "Nr tel.;Imie;Zgoda na SMS;Data zgody;Rezygnacja\n"
        "601 234 567;Łucja;TAK;2023-01-05;\n602 345 678;Ola;NIE;;\n"
        "603 456 789;Ula;TAK;2023-01-05;2024-02-01\n604567890;Ewa;;;\n",
        (
            "2 +48601234567 Łucja\n"
            "3 +48602345678 Ola OUT\n"
            "4 +48603456789 Ula OUT\n"
            "5 +48604567890 Ewa no consent"
        ),
    ),
    "an old tool in German": (
        "Handynummer;Vorname;Einwilligung SMS;Abgemeldet\n"
        "0171 2345678;Jürgen;ja;\n0160 1234567;Zoë;nein;\n0152 12345678;Uwe;ja;x\n",
        "2 +491712345678 Jürgen\n3 +491601234567 Zoë OUT\n4 +4915212345678 Uwe OUT",
    ),
    "states of a newsletter": (
        "Phone;Name;Status\n601234567;Ann;subscribed\n602345678;Bob;unsubscribed\n"
        "603456789;Cy;cleaned\n604567890;Di;pending\n",
        (
            "2 +48601234567 Ann\n"
            "3 +48602345678 Bob OUT\n"
            "4 +48603456789 Cy OUT\n"
            "5 +48604567890 Di no consent"
        ),
    ),
}
REGIONS = {
    **dict.fromkeys(("Shore", "Thunderbird, German", "Outlook, German"), "DE"),
    "an old tool in German": "DE",
    "Lightspeed eCom": "NL",
    **dict.fromkeys(("Salesforce", "Lightspeed X", "Thunderbird, English", "Shopify"), "GB"),
}


def exhibits() -> Iterator[Exhibit]:
    """The exports, each in the encoding that its program writes."""
    for name, (text, outcome) in FILES.items():
        content = text.encode()
        if name == "Meta, leads":
            content = codecs.BOM_UTF16_LE + text.encode("utf-16-le")
        yield Exhibit(name, content, outcome, REGIONS.get(name, "PL"))
