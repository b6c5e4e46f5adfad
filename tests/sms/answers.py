"""Replies as people type them, and what they ask for.

Separated by bars; ⏎ is a new line. A stop is certain and is confirmed; a hold may be a stop, so
promotions pause and a person reads it; everything else is nothing.
"""

TABLE = {
    "stop": """
        stop | Stop. | STOP!!! | "STOP" | «стоп» | S.T.O.P. | s t o p | ＳＴＯＰ | ST\u200bOP
        stoooop | STOPPPP! | Sotp | stpo | ST0P | stop? | STOP 🛑 | 🛑 stop 🛑 | stop :)
        Ok stop | hello, stop | Re: STOP | please stop | Stop please, thanks
        stop stop stop | stop all | Stop all texts | STOPALL | STOP 12345 | STOP PROMO
        STOP2END | stop sms | stop it now | stop texting me | Opt out | opt-out
        opt out please | OPTOUT | unsubscribe | Unsubscribe me | UNSUBSCRIBE ALL
        unsubcribe | unsuscribe | unsubscribed | cancel | CANCEL ALL
        cancel my subscription | END | end texts | quit | revoke | remove | Remove me
        remove my number | TD | delete my number | STOP⏎⏎Sent from my phone, sorry for typos
        Stop⏎> Hello Ola, 20% off this weekend | Stop, proszę | STOP SMS | rezygnuję
        REZYGNUJE | Rezygnacja | rezygnuje z sms | zrezygnuj | rezygnuję!!! | Rezygnujemy
        wypisz | Wypisz mnie | Proszę, wypisz mnie | wypisać | wypisuję się
        Koniec, proszę! | koniec | KONIEC SMSÓW | anuluj | Anuluj subskrypcję | usuń
        usuń mój numer | Usuń mnie | proszę przestać | Przestańcie! | przestań | dość
        wyrejestruj | stopp | STOPP!! | Bitte abmelden | Abmelden | ABMELDUNG
        Abmeldung bitte | abmelden danke | abbestellen | Abbestellung | Ende | ende SMS
        löschen | Löschen bitte | kündigen | Kündigung | Schluss | Stop Werbung
        bitte aufhören | austragen | Stop svp | ARRET | arrêt | Arrête | ARRÊTEZ
        arretez svp | STOP PUB | Stop pub merci | désabonner | desabonnement
        Désabonnez-moi | désinscrire | désinscription | supprimez mon numéro | supprimer
        s'il vous plaît stop | BAJA | baja por favor | Baja! | parar | Parar mensajes
        cancelar | cancelar suscripción | eliminar | stop publicidad | por favor stop
        desuscribir | Basta | Basta messaggi! | basta pubblicità | cancella | Cancellami
        cancellatemi grazie | cancella il mio numero | disiscrivi | Disiscrivimi
        disiscrizione | rimuovimi per favore | smettetela | STOP grazie | odhlásit
        ODHLASIT | Odhlaste mě | Prosím odhlásit | odhlašuji | konec | Konec prosím | zrušit
        zrušte odběr | přestaňte | smazat číslo | STOP prosím | стоп | Стоп. | СТОП СМС
        стоп реклама | відписатися | Відписатись | Відпишіть мене | відписка
        прошу відписати | досить | перестаньте | припиніть | видаліть | видаліть мій номер
        скасувати
    """,
    "hold": """
        don't stop | stop by Friday | stop offers today? | koniec promocji?
        Don’t stop! | stop by tomorrow? | Stop by at 5 | stop over on Friday
        stop smoking offer interesting? | Can you stop? | when will it stop
        stop sending me these messages | I told you to stop this | yes stop | please do stop
        Please unsubscribe me from all of it | i want to opt out of this list
        how do I unsubscribe? | cancel my order | Cancel my appointment please | cancelled
        remove item 2 | When does the sale end this week?
        no more texts | No more texts please | no more promo messages | don't text me
        do not text me again | Do not contact me | never text me again | don't send me this
        dont message this number | take me off your list | leave me alone | wrong number
        Sorry, wrong number | not interested | How did you get my number? | this is spam
        SPAM | 🛑 | ⛔⛔ | ✋ | Reply STOP to opt out | nie rezygnuję | nie stop
        Proszę mnie wypisać z listy | Chciałbym zrezygnować, rezygnuję od dziś
        nie wysyłajcie mi tego | Nie wysyłajcie mi SMS | Proszę nie wysyłać więcej smsów
        nie pisz do mnie | Nie piszcie już | Proszę do mnie nie pisać | nie chcę sms
        Nie chcę takich wiadomości | nie życzę sobie reklam | Nie wyrażam zgody na marketing
        Nie zgadzam się | wycofuję zgodę | cofam moją zgodę | proszę o usunięcie numeru
        Proszę o wykreślenie | dajcie mi spokój | Nie interesuje mnie to | pomyłka
        usuńcie moje dane z bazy | RODO | przestańcie do mnie wydzwaniać wreszcie
        koniec promocji kiedy? | Kiedy koniec promocji w tym roku?
        anuluj zamówienie 15 | bitte keine SMS mehr | Keine Werbung mehr bitte
        keine weiteren Nachrichten | Kein Interesse | nicht mehr schreiben
        Bitte schreiben Sie mir nicht mehr, nicht mehr schicken | Lasst mich in Ruhe
        Hören Sie auf | hört auf damit | Ich möchte mich abmelden bitte
        Bitte melden Sie mich ab: Abmeldung von allem
        Falsche Nummer | Ich widerrufe, Widerruf | nicht stoppen
        Bitte entfernen Sie mich aus der Liste | Termin kündigen | Nummer löschen
        Je veux me désabonner de vos messages | ne m'envoyez plus rien
        Ne plus m'envoyer de sms | plus de sms svp | Plus de pub | se désabonner
        je ne veux plus de messages | Laissez-moi tranquille | pas intéressé
        mauvais numéro | Arrêtez de m'envoyer des messages | quiero darme de baja por favor
        no me envíen más mensajes | No más SMS | no quiero mensajes | No me interesa
        no me escriban | dejen de enviarme esto | número equivocado | baja los precios
        cancelar mi cita | per favore cancellatemi dalla lista | non inviatemi più messaggi
        Non scrivetemi più | non voglio pubblicità | non mi interessa | lasciatemi in pace
        numero sbagliato | toglietemi dalla lista | basta così poco
        Prosím odhlaste mě ze seznamu | neposílejte mi to | Už mi nepište | nechci reklamy
        Nechci dostávat zprávy | žádné další sms | Nemám zájem, nekontaktujte mě
        dejte mi pokoj | špatné číslo | zrušte objednávku
        не пишіть мені | Не пишіть мені більше | не надсилайте повідомлення
        Не присилайте рекламу | не хочу отримувати | більше не треба | не турбуйте
        без реклами | Дайте спокій | Це спам | не той номер | не цікаво
    """,
    "start": """
        start | Start! | START please | «start» | UNSTOP | Start, proszę | старт | ok start
    """,
    "help": """
        help | Help? | HELP!!! | help please | info | INFO | pomoc | Pomocy! | proszę pomoc
        HILFE! | aide | ayuda | aiuto | Допомога | допоможіть | Hilfe bitte
    """,
    "nothing": """
        ? | ... | 👍 | ❤️❤️ | ok | OK thanks | okay | yes | YES | no | No thanks | tak | Tak!
        nie | ja | nein | oui | non | sí | sì | ano | ne | так | ні | 1 | 2 persons
        thanks! | dziękuję | Danke | merci beaucoup | gracias | grazie mille | děkuji
        дякую | start please now | help me choose | I need help | info o promocji
        potrzebuję pomocy | Bitte um Hilfe | Are you open on Sunday? | I'll be there at 5
        Będę o 17 | Czy jest jeszcze rozmiar M? | Do której otwarte? | 25 stopni w cieniu
        stopnie | Zobaczymy się w weekend | Wendepunkt | Wann kommt das Paket?
        Bin um 17 Uhr da | unstoppable | shop | STEP | top | What is the top price
        laptop stopwatch | C'est à quelle heure? | Avez-vous la taille 40 ?
        ¿A qué hora abren? | Quiero dos pizzas | A che ora aprite?
        Ottimo, ci vediamo domani | V kolik otevíráte? | Přijdu zítra
        О котрій ви працюєте? | Буду о п'ятій | Why not | Not yet | nie teraz | nie wiem
        Nie mogę przyjść | nicht heute | pas aujourd'hui | hoy no puedo | non posso
        nemohu přijít | не можу прийти | My friend sends greetings
        I am sending it tomorrow | Chcę zamówić | pisałam do was wczoraj
        I'd like more texts | endless love | Wypożyczalnia | START123 | end of the season
        quit smoking | non-stop | koniec świata | Ende gut, alles gut | Ende der Woche
        konec srpna nám nevyhovuje vůbec
    """,
}
ROWS = [
    (answer.strip().replace("⏎", "\n"), keyword)
    for keyword, lines in TABLE.items()
    for line in lines.strip().splitlines()
    for answer in line.split(" | ")
]
