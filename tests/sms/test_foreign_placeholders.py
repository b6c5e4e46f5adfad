"""Placeholders as other programs write them."""

import pytest

from promosms.services.recipients.fields import named
from promosms.sms import foreign_placeholders

FOUND = [
    # Mustache, Notify, Liquid, listmonk
    ("Hi {{first_name}}!", "Hi {first_name}!"),
    ("Hi {{ FirstName }}!", "Hi {first_name}!"),
    ("Hi {{{first_name}}}!", "Hi {first_name}!"),
    ("Hi {{contact.FIRSTNAME}}!", "Hi {first_name}!"),
    ("Hi {{ .Subscriber.FirstName }}!", "Hi {first_name}!"),
    ('Hi {{ first_name | default: "there" }}!', "Hi {first_name|there}!"),
    ("Hi {{first_name|default('there')}}!", "Hi {first_name|there}!"),
    ("Hi {{coupon}}!", "Hi {{coupon}}!"),
    ("Hi ((name))!", "Hi {first_name}!"),
    ("Hi ((first name))!", "Hi {first_name}!"),
    ("((member??You are a member.))", "((member??You are a member.))"),
    # Mailchimp, Brevo, templates of shops
    ("Hi *|FNAME|*!", "Hi {first_name}!"),
    ("Hi [[first_name]]!", "Hi {first_name}!"),
    ("Hi [%first_name%]!", "Hi {first_name}!"),
    ("Hi <%= first_name %>!", "Hi {first_name}!"),
    ("Hi <<first_name>>!", "Hi {first_name}!"),
    ("Hi ${firstName}!", "Hi {first_name}!"),
    ("Hi {%if name%}!", "Hi {%if name%}!"),
    # signs around a word
    ("Cześć %imie%!", "Cześć {first_name}!"),
    ("Cześć %IMIĘ%, masz", "Cześć {first_name}, masz"),
    ("Hi %%first_name%%", "Hi {first_name}"),
    ("Hi %FIRST_NAME%.", "Hi {first_name}."),
    ("Kod: %kod%", "Kod: %kod%"),
    ("Cześć #imie#", "Cześć {first_name}"),
    ("Hi ##name##, hi", "Hi {first_name}, hi"),
    ("Hi #voucher#", "Hi #voucher#"),
    ("Hi $name$", "Hi {first_name}"),
    ("Hi @name@", "Hi {first_name}"),
    # one brace, and not ours
    ("Hi {first_name:there}!", "Hi {first_name|there}!"),
    ("Hi {name: my friend}!", "Hi {first_name|my friend}!"),
    ("Hi {contact:first_name}!", "Hi {first_name}!"),
    ("Hi {contact.first_name}!", "Hi {first_name}!"),
    ("Hi {a:b}!", "Hi {a:b}!"),
    ("Hi {user[first_name]}!", "Hi {first_name}!"),
    ("Hi {$name}!", "Hi {first_name}!"),
    ("Hi {#company}!", "Hi {company}!"),
    ("Hi {first_name|default:there}!", "Hi {first_name|there}!"),
    # other words for our fields
    ("Cześć {imie}!", "Cześć {first_name}!"),
    ("Cześć {Imię}!", "Cześć {first_name}!"),
    ("Hallo {Nachname}!", "Hallo {last_name}!"),
    # the last name counts: what stands before it is the kind of record
    ("Hi %recipient.first_name%!", "Hi {first_name}!"),
    ("Hi {{sms.first_name}}!", "Hi {first_name}!"),
    ("Hi {{recipient.name}}!", "Hi {first_name}!"),
    ("{{customer.address.city}}", "{city}"),
    ("{{company.name}}", "{company}"),
    ("Hi {!Contact.FirstName}!", "Hi {first_name}!"),
    # a default of another program
    ("Hi {{lead.First Name:default=friend}}!", "Hi {first_name|friend}!"),
    ("Hi {first_name, default=there}!", "Hi {first_name|there}!"),
    ("Hi [firstname,fallback=there]!", "Hi {first_name|there}!"),
    ('Hi [fname fallback="there"]!', "Hi {first_name|there}!"),
    ("Hi {{first_name || 'there'}}!", "Hi {first_name|there}!"),
    ("Hi {first_name || there}!", "Hi {first_name|there}!"),
    # words with a blank between them
    ("Hi %First Name%!", "Hi {first_name}!"),
    ("Hi #first name#!", "Hi {first_name}!"),
    ("Hi [First Name]!", "Hi {first_name}!"),
    ("Hi <First Name>!", "Hi {first_name}!"),
    # one side is missing, or is doubled
    ("Hi {{first_name}!", "Hi {first_name}!"),
    ("Hi first_name}!", "Hi {first_name}!"),
    ("Hi {%name}!", "Hi {first_name}!"),
    ("Hi %name, come in", "Hi {first_name}, come in"),
    ("Hi @@name@@!", "Hi {first_name}!"),
    ("Hi $$name$$!", "Hi {first_name}!"),
    # other signs around the name of a field, and the name as programs write it
    ("Hi ~Contact.FirstName~!", "Hi {first_name}!"),
    ("Hi |FNAME|!", "Hi {first_name}!"),
    ("Hi *name*!", "Hi {first_name}!"),
    ("Hi !name!", "Hi {first_name}"),
    ("Hi ^name^!", "Hi {first_name}!"),
    ("Hi «Name»!", "Hi {first_name}!"),
    ("Hi {'first_name'}!", "Hi {first_name}!"),
    ("Hi %(first_name)s!", "Hi {first_name}!"),
    ("Hi :first_name!", "Hi {first_name}!"),
    ("Hi (first_name)!", "Hi {first_name}!"),
    ("Hi first_name!", "Hi {first_name}!"),
    ("Hi @FIRST_NAME!", "Hi {first_name}!"),
    # signs that a text may have, around the name of a field
    ("Hi [first_name]!", "Hi {first_name}!"),
    ("Hi [Name]!", "Hi {first_name}!"),
    ("Hi <first_name>!", "Hi {first_name}!"),
    ("Hi $first_name!", "Hi {first_name}!"),
    ("Hi __name__!", "Hi {first_name}!"),
    ("Hi {first_name, come in", "Hi {first_name}, come in"),
]
TEXT = [
    "Hi {first_name}!",
    "Hi {first_name|there}, {First Name}, {FIRSTNAME|you}, {first-name}",
    "Hi {first_name|there: you}!",
    "Up to 50% off, 20%-30% on shoes, 100% cotton",
    "50%, 60% i 70% taniej",
    "#sale #summer #new",
    "Room #12 or #14",
    "Order #1234#",
    "https://shop.example/#top and https://a.example/?a=%20b%20",
    "(see (here))",
    "Price $5, was $10 or US$7$",
    "Write to shop@example.com or info@example.org",
    "[1] or [2]",
    "[Sale] today <b>now</b>",
    "a < b > c <3 <3",
    "{50% off}, {1}, { }, {}, }{",
    "__________",
    "*Sale*, |now|, **big**",
    ":) ;) :-( (: {: :}",
    "Hours: 9:00-17:00, {",
    "12:30 {see below}",
    "Hi {first_name}, {last_name|}!",
    "https://shop.example/?first_name=Anna and https://shop.example/first_name/company",
    "https://shop.example/$name",
    "Write to first_name@shop.example",
    "(name) and (telefon), *new* *Sale*!",
    "50% company discount, 20% mobile, 10%",
    "Our name: Kwiaty! Your name! Name? Yes!",
    "-name- and city|company|note",
    "",
]


@pytest.mark.parametrize(("text", "ours"), FOUND)
def test_it_is_found_and_replaced_by_ours(text: str, ours: str) -> None:
    found = foreign_placeholders.find(text, named)
    assert [text.count(place.written) for place in found] == [1]
    assert foreign_placeholders.replace(text, named) == ours
    assert bool(found[0].ours) == (text != ours)


@pytest.mark.parametrize(("text", "ours"), FOUND)
def test_what_was_replaced_is_not_asked_about_again(text: str, ours: str) -> None:
    if ours != text:
        assert foreign_placeholders.find(ours, named) == ()


@pytest.mark.parametrize("text", TEXT)
def test_it_is_text(text: str) -> None:
    assert foreign_placeholders.find(text, named) == ()
    assert foreign_placeholders.replace(text, named) == text


def test_each_is_named_once_in_order() -> None:
    text = "{{name}}, {{name}} #city# %kod% {{name}}"
    written = [place.written for place in foreign_placeholders.find(text, named)]
    assert written == ["{{name}}", "#city#", "%kod%"]
