"""The words with which people opt out, in English and seven other languages, as people type them.

Rows in the order English, Polish, German, French, Spanish, Italian, Czech, Ukrainian.
"""

# Unambiguous words: alone, or with one or two words after them, they are a stop.
CLEAR = (
    "stop stopall unsubscribe optout unsub sotp stpo tsop st0p stp dtop stop2end stop2quit",
    "rezygnuję rezygnacja zrezygnuj rezygnować wypisz przestań przestańcie przestać wyrejestruj",
    "stopp abmelden abbestellen abmeldung abbestellung austragen aufhören",
    "arrêt arrêter arrête arrêtez arrett désabonner désinscrire désabonnement",
    "desuscribir desuscribirme",
    "disiscrivi disiscrivimi disiscrizione smettete smettetela",
    "odhlásit odhlas odhlašte odhlaste přestaňte",
    "стоп відписатися відписатись відпишіть відписка відписати перестаньте припиніть",
)
# Everyday words: a stop when they stand alone or together with words of OBJECTS.
EVERYDAY = (
    "cancel end quit revoke remove td delete",
    "koniec anuluj usuń wykreśl dość",
    "ende löschen kündigen kündigung entfernen schluss",
    "supprimer supprimez",
    "baja parar cancelar eliminar basta",
    "cancella cancellami cancellatemi rimuovi rimuovimi",
    "konec zrušit zrušte smazat",
    "досить видалити видаліть скасувати",
)
# Beginnings of unambiguous words: a stop in the same cases as everyday words.
CLEAR_STEMS = (
    "unsub unsus unscub optout",
    "rezygn wypis",
    "abmeld abbestell",
    "désabon désinscri",
    "desuscri",
    "disiscri",
    "odhlás odhlaš",
    "відпис отпис",
)
# Beginnings of words that may be a wish to stop: always a hold.
STEMS = (
    "cancel remov revok",
    "anuluj usuń wykreśl przesta",
    "kündig entfern lösch",
    "arrêt supprim",
    "elimin borra",
    "cancella rimuov smett",
    "zruš smaž vymaž",
    "видал припин",
)
SOUNDS_LIKE = ("stoppt stoppen stoppe stops stopping", "spam spamujecie spamować spamu спам")
# Words that may stand beside an everyday word without changing its meaning.
OBJECTS = (
    "sms smses text texts texting message messages msg msgs all it this these me my number promo"
    " promos ads spam newsletter subscription list now",
    "smsy smsów smsom mnie się mi wiadomości wiadomość promocji reklam numer mój subskrypcję listy",
    "nachricht nachrichten werbung abo nummer meine mich alles",
    "pub pubs publicité numéro mon moi abonnement",
    "mensaje mensajes publicidad número mi suscripción",
    "messaggio messaggi pubblicità numero mio il",
    "zpráv zprávy zasílání reklamy číslo moje odběr",
    "смс повідомлення повідомлень реклама реклами номер мій мене",
)
# Polite words and greetings, which are ignored.
POLITE = (
    "please pls plz thanks thank you thx hi hello hey ok okay re fwd",
    "proszę dziękuję dzięki cześć witam dzień dobry odp",
    "bitte danke hallo guten tag aw",
    "svp merci bonjour s'il vous plaît",
    "por favor gracias hola",
    "per favore grazie ciao buongiorno",
    "prosím děkuji díky dobrý den ahoj",
    "прошу дякую будь ласка вітаю добрий день привіт",
)
START = ("start unstop старт",)
HELP = ("help info pomoc pomocy hilfe aide ayuda aiuto допомога допоможіть",)
# Sentences without any of these words: regular expressions on lower case without accents.
PHRASES = (
    # English
    r"no more \w*\s?(texts?|sms|messages?|msgs?|promos?|ads?)",
    r"(dont|do not|never|not|no longer) (\w+ ){0,3}(text|txt|sms|messag|contact|send|call|bother)",
    r"(take|get|cross) me off|leave me alone|wrong (number|person)|not interested|how did you get",
    # Polish
    r"nie (\w+ ){0,2}(wysyl|przysyl|pisz|pisa|dzwon|nekaj|zycz|zgadzam|wyrazam|chce|interesuj)",
    r"(prosze|bardzo) (\w+ )?o (usuniecie|wykreslenie|wypisanie|niewysylanie)|dajcie (mi )?spokoj",
    r"(cofam|wycofuje|odwoluje) (\w+ ){0,2}zgod|pomylka|rodo",
    # German
    r"keine? (\w+ ){0,2}(sms|nachricht|werbung|mitteilung|texte)|(kein|nicht) interess",
    r"nicht mehr (\w+ ){0,2}(schreib|schick|send|anschreib)|(lasst?|lassen) (sie )?mich in ruhe",
    r"hor(t|en)? (\w+ )?auf|widerruf|falsche nummer|dsgvo",
    # French
    r"(ne )?m ?envoye[rz] (plus|pas)|(plus|pas) de (sms|messages?|pub)|laissez moi tranquille",
    r"ne (plus|pas) (\w+ ){0,3}(envoy|recev|contact|ecri)|pas interesse|mauvais numero|rgpd",
    r"ne veux (plus|pas)",
    # Spanish
    r"no (me )?(\w+ )?(envi|mand|escrib|molest|quier|dese)|no mas (sms|mensajes|publicidad)",
    r"(dar|dejen|deje|dejad)(me|nos)? de|numero equivocado|no me interesa",
    # Italian
    r"non (\w+ )?(invia|mand|scriv|voglio|desider|mi interess)|niente piu|toglie?temi|toglimi",
    r"lasciatemi in pace|numero sbagliato",
    # Czech
    r"ne(posil|pis|zasil|chci|mam zajem|otravuj|preju|kontaktuj)|zadne (dalsi )?(sms|zprav|reklam)",
    r"dejte mi pokoj|spatne cislo|odvolavam",
    # Ukrainian
    r"не (\w+ ){0,2}(пиш|надсил|присил|шл|хочу|бажаю|турбу|цікав)|без (смс|реклами)",
    r"більше не|помилились|не той номер|дайте спокій",
)
STOP_SIGNS = "🛑⛔🚫✋"
