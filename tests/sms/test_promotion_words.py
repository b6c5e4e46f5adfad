"""Words of promotions: tables of texts that are about a purchase, and of others that advertise."""

import pytest

from promosms.sms import promotion_words

# A text, and what of it sounds like a promotion, as written.
PROMOTIONS = {
    "Summer sale starts on Friday!": "sale",
    "BIG SALE": "SALE",
    "20% off everything until Sunday": "20%",
    "Only today: all shoes 15 % off": "Only today|15 %",
    "Today only, two for one on pizza": "Today only|two for one",
    "Your parcel is here. Use code SPRING20 next time": "code SPRING20",
    "Here is your discount, Anna": "discount",
    "Discounts on winter tyres": "Discounts",
    "We have a special offer for you": "offer",
    "New offers in the shop": "offers",
    "Show this voucher at the till": "voucher",
    "Coupons inside": "Coupons",
    "Black Friday starts now": "Black Friday",
    "Half price haircuts on Mondays": "Half price",
    "Half-price coffee": "Half-price",
    "Cheaper than ever": "Cheaper",
    "Clearance of garden furniture": "Clearance",
    "Save up to 30 euro on your next visit": "Save up to",
    "Last chance to get your ticket": "Last chance",
    "While stocks last": "While stocks last",
    "We miss you! Come and see us": "We miss you",
    "Refer a friend and both of you get a gift": "Refer a friend",
    "Buy 1+1 this weekend": "1+1",
    "3 for 2 on all books": "3 for 2",
    "Our new collection is in": "new collection",
    "Win a weekend in Prague": "Win a",
    "Rabat na całą kolekcję": "Rabat",
    "Mamy dla Pani rabaty": "rabaty",
    "Kupon z rabatem w środku": "Kupon|rabatem",
    "Wyprzedaż letnia od soboty": "Wyprzedaż",
    "Zapraszamy na wyprzedaże": "wyprzedaże",
    "WYPRZEDAZ do -70%": "WYPRZEDAZ|70%",
    "Nowa promocja w Twoim salonie": "promocja",
    "Promocyjne ceny opon": "Promocyjne",
    "Jesienne promocji czas": "promocji",
    "Zniżka 10 zł na kolejną wizytę": "Zniżka",
    "Duże zniżki tylko dziś": "zniżki|tylko dziś",
    "Tylko dzisiaj kawa za złotówkę": "Tylko dzisiaj",
    "Przecena butów zimowych": "Przecena",
    "Obniżka cen w całym sklepie": "Obniżka",
    "Sprawdź naszą ofertę": "ofertę",
    "Oferty dnia czekają": "Oferty",
    "Nowe opony w ofercie": "ofercie",
    "Teraz 20% taniej": "20%|taniej",
    "Drugi produkt gratis": "gratis",
    "Darmowa dostawa do niedzieli": "Darmowa",
    "Użyj kodu LATO20": "kodu LATO20",
    "Na hasło WIOSNA5 kupisz więcej": "hasło WIOSNA5",
    "Twój kod rabatowy czeka": "kod rabatowy",
    "Z kodem promocyjnym kupisz lepiej": "promocyjnym",
    "Nie przegap okazji": "Nie przegap",
    "Ostatnie sztuki płaszczy": "Ostatnie sztuki",
    "Voucher na masaż dla przyjaciółki": "Voucher",
    "Wygraj rower": "Wygraj",
    "Nowości na wiosnę": "Nowości",
    "Druga para za pół ceny": "pół ceny",
    "3 w cenie 2": "3 w cenie 2",
    "Tęsknimy! Wpadnij na kawę": "Tęsknimy",
    "Poleć nas znajomym": "Poleć nas",
    "Rabatt auf alles": "Rabatt",
    "Unsere Angebote der Woche": "Angebote",
    "Nur heute: Schlussverkauf": "Nur heute|Schlussverkauf",
    "Schnäppchen im Lager": "Schnäppchen",
    "Soldes d'été": "Soldes",
    "Ofertas de verano": "Ofertas",
    "Sconti fino a domenica": "Sconti",
    "Slevy na vše": "Slevy",
    "Знижки до неділі": "Знижки",
}
SERVICE = (
    "Hi Anna, your appointment is on Monday at 10:00. To move it, call 601 200 300.",
    "Your order 1234 is ready. Please collect it by Friday.",
    "Your code is 482916. It is valid for ten minutes.",
    "Your parcel is in locker 12, code 4821.",
    "The lesson on Tuesday is cancelled, the teacher is ill. We will offset it next week.",
    "Invoice 12/2026 of 240 euro is due on Friday, 23% VAT included.",
    "Your car is ready: oil and filters changed, 420 zł. We are open until 18:00.",
    "Table for 4 at 19:00 is booked. See you tonight!",
    "The water will be off on Thursday from 8 to 12.",
    "Recall: please bring the bicycle seat back, do not use it any more.",
    "Your repair costs 120 euro. Shall we go on? Call us, please.",
    "We moved your visit from 10:00 to 11:00.",
    "Please come on an empty stomach. Bring your results.",
    "Your course begins on 3 March in room 12. We look forward to dealing with verbs.",
    "The battery is at 80 percent, you can collect the scooter.",
    "Non-stop service: the lift will be repaired today.",
    "Your salesman Jan will call you at 12.",
    "Your membership ends on 1 June.",
    "Dzień dobry, przypominamy o wizycie w poniedziałek o 10:00.",
    "Zamówienie 1234 czeka na odbiór w sklepie przy Długiej 7.",
    "Twój kod: 482916. Ważny 10 minut.",
    "Paczka jest w paczkomacie, kod odbioru 4821.",
    "Zajęcia we wtorek są odwołane, lektor jest chory.",
    "Faktura 12/2026 na 240 zł, termin płatności w piątek, w tym 23% VAT.",
    "Samochód gotowy do odbioru. Czynne do 18.",
    "Stolik na 4 osoby o 19:00 jest zarezerwowany.",
    "W czwartek od 8 do 12 nie będzie wody.",
    "Naprawa kosztuje 120 zł. Czy robimy? Prosimy o telefon.",
    "Wizyta przesunięta z 10:00 na 11:00.",
    "Prosimy przyjść na czczo i zabrać wyniki.",
    "Zebranie rodziców w środę o 17:00 w sali 12.",
    "Pani karnet kończy się 1 czerwca.",
    "Kierowca będzie między 12 a 14. Prosimy o kod do domofonu.",
    "Prosimy o podanie hasła przy odbiorze: 7315.",
    "Dziś tylko do 14 pracujemy, wizytę przeniesiemy na jutro.",
    "Wymiana 2 opon, 1 godzina. Czekamy w warsztacie o 8.",
    "Ihr Termin ist am Montag um 10 Uhr.",
    "Ihr Paket liegt im Laden bereit. Abholung bis 18 Uhr, Code 4821.",
    "Rechnung 240 Euro inkl. 19% MwSt, fällig am Freitag.",
)


@pytest.mark.parametrize(("text", "words"), PROMOTIONS.items())
def test_words_of_promotions_are_named_as_they_are_written(text: str, words: str) -> None:
    assert "|".join(promotion_words.find(text)) == words


@pytest.mark.parametrize("text", SERVICE)
def test_a_text_about_a_purchase_has_none(text: str) -> None:
    assert promotion_words.find(text) == ()


def test_each_word_is_named_once_and_whole() -> None:
    assert promotion_words.find("SALE! Sale, sale…") == ("SALE",)
    assert promotion_words.find("wholesale, offerings, Salem, rabatka-free") == ("rabatka",)
    assert promotion_words.find("tylko\n dziś") == ("tylko dziś",)
    assert promotion_words.find("") == promotion_words.find("🎉 %") == ()
