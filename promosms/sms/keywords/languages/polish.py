"""Polish, also as typed without Polish letters."""

from promosms.sms.keywords.vocabulary import Vocabulary

POLISH = Vocabulary(
    opt_out_line="Rezygnacja: odpisz STOP",
    opt_out_link="Rezygnacja:",
    clear="""
        rezygnuję rezygnuje rezygnacja zrezygnuj rezygnować wypisz przestań przestańcie przestać
        wyrejestruj
    """,
    everyday="koniec anuluj usuń wykreśl",
    only_alone="dość dosyć",
    slips="",
    misspelt="rezygnuje rezygnacja rezygnacje rezygnować zrezygnować wypiszcie wypisuję",
    clear_stems="rezygn wypis",
    stems="anuluj usuń wykreśl przesta wypisz wyrejestr zrezygn anulować",
    objects="""
        smsy smsów smsom smsami mnie się mi wiadomości wiadomość promocji promocje promocjom
        reklam reklamy reklamom reklama numer nr mój subskrypcję listy newsletter newslettera
        wszystko wszystkie wszystkich natychmiast już teraz was
    """,
    other_things="""
        zamówieni wizyt rezerwacj termin recept faktur zwolnieni zakup kurs zajęć zajęcia paczk
        dostaw stolik usług umow raty
    """,
    polite="proszę dziękuję dzięki cześć witam dzień dobry przepraszam odp pd pozdrawiam pozdr ty",
    start="",
    help="pomoc pomocy",
    signatures="""
        wysłane/wysłano/wysłany/wysłana z/ze/za/przez/od, pobierz outlook dla, wiadomość wysłana
        z/ze
    """,
    alone="""
        wystarczy, wystarczy już, już wystarczy, to wystarczy, starczy, starczy już, już starczy,
        dość już, już dość, blokuje, blokujemy, zablokuje, zablokowany, zablokowane, zablokowana,
        zablokowałem, zablokowałam, numer zablokowany, ide/czas was zablokować, nie chcę,
        nie_chce, nie_chcemy, nie_chcę tego, nie_potrzebuję, nie dla mnie, nigdy, nigdy więcej,
        ani jednego więcej, już nie, więcej nie, kto to, kto to jest, kto pisze, kim jesteś, kim
        jesteście, z kim piszę, kto ty, co to za numer, a kto to, pomyłka, zła osoba, odejdź,
        odejdźcie, skasuj, skasujcie, wykasuj, wykasujcie, wymaż, spokój, zero smsów, zero reklam,
        sprzeciw, natręci, bez reklam, rezygnować, dajcie żyć, daj żyć, nie potrzeba,
        niepotrzebne, zbędne, leci blok, blok leci, po co, po co mi to, po co to, żegnam, zaraz
        zablokuję, zaraz blokuję, ogarnijcie się, ogarnij się, nie interesuje, precz, won, a kysz,
        odmawiam, to nie ja, pomyłki, co to za firma, kim wy jesteście, zablokowani, blokada
        numeru, spadać, spadówa, wypad, nie ten adresat, nie korzystam już, anulować, do widzenia
        na zawsze, żegnam was, nie korzystam, nie skorzystam, to nie do mnie, nie do mnie, starczy
        tego, proszę usunąć, proszę wykasować, wykasować, skasować, idioci, głąby, barany, za
        często, żenada, żenujące, wstyd, wstyd i hańba, bezczelność, bezczelni, no nie znowu,
        znowu, policja, ile jeszcze, ile jeszcze razy, zakończ, zakończyć, wyłącz, wyłączyć,
        wyłączcie, kancelaria, nie znam, nie znamy, nie kojarzę, a kto to pisze, kto to pisze, kto
        to do mnie pisze, kto do mnie pisze, kim państwo są, kim pan/pani jest, z kim mam
        przyjemność, nie ta osoba, ban, banuję, już nie korzystam, znowu wy, znów wy, ile można,
        ile mozna jeszcze
    """,
    enough="""
        dość/dosyć już/tego/tych/sms*/wiadomości/reklam*/spamu/pisania, mam/mamy/miałem/miałam ..
        dość/dosyć, wystarczy tego/tych/smsów/wiadomości/reklam/pisania, za dużo ..
        sms*/wiadomości/reklam, zbyt dużo .. sms*/wiadomości/reklam,
        ciągle/codziennie/wciąż/nonstop .. piszecie/wysyłacie/smsy/przysyłacie, piszecie ..
        codziennie/ciągle/nonstop/non, męczycie, zamęczacie, zawracacie, zawracajcie, zawracać
        głowy, nękacie, nękanie, zasypujecie, już .. pisał*/pisalem/mówił*/prosił* ..
        stop/że/o/wam, po co mi, mam was .. gdzieś/w, nie mam ochoty na, wnerwiacie, uprzykrzacie,
        bombardujecie, reklamami, zaśmiecacie, zaśmiecanie,
        waszych/wasze/wasza/tych/te/głupie/głupich
        smsy/smsów/sms/reklamy/reklam/wiadomości/promocje, ile razy ..
        mam/można/pisa*/mówi*/prosi*, denerwujecie, irytujecie, irytujące, dalej/nadal/wciąż
        piszecie/wysyłacie, za często .. piszecie/wysyłacie/sms*, piszecie .. za często/dużo,
        starczy tego/tych, nonstop .. sms*/wiadomości/reklamy, ile można ..
        pisać/wysyłać/spamować/prosić/przysyłać/nękać, znowu/znów .. smsy/reklam*/piszecie, co
        chwila/chwilę .. sms*/piszecie, ciągle/codziennie/wciąż .. sms, zawracać/zawracajcie ..
        dupy/gitary
    """,
    do_not_write="""
        nie_wysył*, nie_przysył*, nie_pisz, nie_piszcie, nie_pisać, nie_pisac, nie_piszecie,
        nie_piszesz, nie_dzwon*, nie_wydzwan*, nie_nękaj*, nie_nękać, nie_życz*, nie_smsuj*,
        nie_esemes*, nie_kontakt*, nie_odzywaj*, nie_zawracaj*, nie_męcz*, nie_spamuj*,
        nie_wyślij*, nie_ślij*, nie_śl*, nie ..
        wysył*/przysył*/pisz/piszcie/pisać/dzwoń*/nękaj*/życz*/kontaktuj*/smsuj*/zawracaj*/zgadzam/wyrażam/przesyłać/przesyłaj*,
        więcej .. nie/mi piszcie/wysyłajcie/pisz, żadnych/żadnej ..
        sms*/wiadomości/reklam/promocji/ofert/marketingu, zakaz .. sms*/reklam*/wysył*/kontakt*,
        bez .. smsów/waszych, zabraniam, zakazuję, koniec z .. sms*/wiadomościami/reklamami,
        zaprzestań*, zaprzesta*, wstrzym* .. wysył*/sms*/wiadomości, proszę/prosimy ..
        wstrzymać/zaniechać, wstrzymajcie/wstrzymać .. wysył*/smsy/wiadomości,
        zaniechajcie/zaniechać
    """,
    leave_alone="""
        dajcie/daj/dać/dacie .. spokój, zostaw/zostawcie .. spokoju, zostaw/zostawcie mnie/nas, w
        spokoju mnie, odpuśćcie, święty spokój, odpuść, prosić/o .. spokój, proszę o spokój
    """,
    insults="""
        spierd*, wypierd*, odpierd*, pierdol*, pierdziel*, odwal się, odwalcie się, odwal,
        odwalcie, odpieprz*, spieprz*, wypieprz*, pieprz się, pieprzcie się, wal/walcie się,
        gońcie/goń się, spływaj*, zjeżdżaj, zjeżdżajcie, wynocha, kurwa*, kurwy, kurwo, kurw,
        wkurw*, wkurz*, chuj*, huj, huja, huje, jebać, jeb*, zajeb*, dupku, dupki, w dupie, w
        dupę, do dupy, do diabła, do diabla, w cholerę, cholera, debil*, idiot*, kretyn*, palant*,
        frajer*, zamknij/zamknijcie się, natręt*, nachaln*, zdychaj*, gówno*, wkurwi*, sukinsyn*,
        złodziej*, wynoś się, wynoście się, spadaj, spadajcie, odczep się/sie, odczepcie,
        odczepić, odczepcie się, odczep, wypad, spadówa, spadać, pocałuj/pocałujcie mnie, idioci,
        głąby, barany jedne, kretyni, matoły, buraki, cwele, szmaty, zjeb*, pojeb*, popierd*,
        pocałuj, cioty, żenada, żenujące, żenua, bezczeln*, k wa, k rwa, won stąd, odczepta,
        odwalta, odpieprzta
    """,
    source_of_number="""
        skąd .. numer*/nr/dane/danych/kontakt/telefon, skąd .. mnie macie/znacie/znasz/wzięliście,
        skąd mnie, kto .. dał/podał/udostępnił/sprzedał .. numer*/nr/dane/kontakt/telefon, kto
        wam/ci/państwu .. mój, kto .. udostępnił moje, kto upoważnił, po co .. piszecie/wysyłacie,
        nie wiem kim/kto .. jest*/pisze, jakim prawem, na jakiej podstawie, z/ze
        jakiej/jakiego/jakich .. numer*/nr/dane/baz*/listy, skąd mój, po co do mnie, kto pozwolił,
        dlaczego/czemu .. piszecie/wysyłacie/przysyłacie .. mnie/mi/do/sms*, dlaczego/czemu ..
        dostaję .. sms*/wiadomości/reklamy, nie znam was/państwa/cię/ciebie, nie znam tej firmy,
        dlaczego/czemu .. mnie/mi/nas piszecie/wysyłacie/przysyłacie, jak ..
        zdobyliście/zdobyli/weszliście/otrzymaliście/znaleźliście ..
        numer*/nr/dane/posiadanie/kontakt, źródło danych, administrator* danych, kim .. jesteście,
        gdzie .. znaleźliście/wzięliście/dostaliście/znaleźli .. numer*/nr/dane/kontakt, skąd pan
        pani ma
    """,
    delete_number="""
        skasuj*/wykasuj*/skasow*/wykasow*/wymaż*/wymaz*/zapomnij*/zapomnieć/wyrzuć*/wyrzuc*/wywal*/usuw*/zlikwiduj*/zniszcz*/wykreśl*
        .. numer*/nr/mnie/nas/dane/danych/kontakt/telefon, kasuj*/kasow* .. numer*/nr/mnie/dane, o
        ..
        usunięcie/wykreślenie/wypisanie/niewysyłanie/skasowanie/wykasowanie/zaprzestanie/wymazanie
        .. mnie/numer*/nr/dan*/z/mojego/moich/wysyłania/sms*, prawo do zapomnienia, proszę o
        usunięcie/wykreślenie/wypisanie/niewysyłanie/skasowanie/wykasowanie/zaprzestanie, bardzo
        .. o usunięcie/wykreślenie/wypisanie/niewysyłanie, zabierz*/zabrać .. numer/nr/mnie/dane,
        żądam .. usun*/zaprzesta*/wykreśl*/skasow*, żądam
    """,
    block_or_report="""
        blokuję/blokujemy/blokować was/cię/ciebie/państwa/ten/to/numer/wasz/twój/nadawcę/spam,
        zablokuj*/zablokow* .. was/cię/państwa/ten numer/numer/wasz/nadawc*, zablokuję/zablokujemy
        was/cię/to/ten/numer/wasz, zgłoszę/zgłaszam/zgłosimy/zgłaszamy/zgłosiłem/zgłosiłam
        was/to/do/na/sprawę/państwa/ten/spam/numer/nadużycie, czarna/czarną/czarnej
        lista/listę/liście, doniosę, zaraz .. zablokuję/blokuję, zablokuję, zablokujemy, już was
        .. blokuję, was .. zablokował*/zablokowano/blokuję/zablokuję, blokada/blokadę numeru,
        zablokował* .. was/numer/ten, jesteście .. zablokowani/blokowani, banuję was, leci ban,
        policja .. powiadomion*/zawiadomion*
    """,
    law="""
        rodo, giodo, uodo, uokik, uke, uokiku, urząd ochrony, urząd komunikacji, prawnik*,
        adwokat*, radca/radcy/radcą prawn*, mój/moj prawnik, do/w sądu/sądzie, pozwę, pozwiemy,
        pozew, pozwu, skargę, skarga, skargi, skarżę, zaskarżę, zażalenie, bezprawn*, nielegaln*,
        niezgodne z prawem, dane/danych osobowe/osobowych, ochron* danych, prokuratur*, nękanie,
        stalking, prawo telekomunikacyjne, art 10, art 17, art 21, art 172, kara/karę finansow*,
        odszkodowani*, naruszacie, naruszenie, łamiecie prawo, inspektor* ochrony, iod, na
        policję, zawiadomię .. policję, wezwę policję, policja .. dowie, zgłoszę .. policji,
        niezamówion*/niezamawian* .. informacj*, informacj* handlow* bez, prawo komunikacji,
        kancelaria prawna
    """,
    spam="""
        spam, spamu, spamem, spamy, spamujecie, spamować, spamuj*, spamer*, spamerz*, spamowanie,
        oszust*, oszuści, oszukujecie, naciągacze, naciągacz*, wyłudz*, ściema, niechcian*,
        wysyłacie/przysyłacie .. śmieci, spamiarz*, śmieciow* .. sms*/wiadomości
    """,
    wrong_person="""
        pomyłka, pomyłkowo, pomyłkę, zła/niewłaściwa osoba, zły adresat, pomylił*/pomylili* ..
        numer*/osob*, pomyliliście, nie ten/tego numer*, nie mój/moj numer, nie .. ma tu/tutaj ..
        takiej/takiego/nikogo, nie ma takiej osoby, nie znam takiej/takiego, nie_żyje, zmarł,
        zmarła, zmarło, umarł, umarła, poprzedni* właściciel*, mam ten numer od, tu nie ..
        ania/pan/pani, numer .. nie należy, nie należy do, nie ma tu ..
        żadnego/żadnej/takiego/takiej, nie jestem .. tą/tym osobą, prywatny numer, numer prywatny,
        zmieniła numer, zmienił numer, to numer prywatny, to numer firmowy, ten numer należy,
        zły/błędny/niewłaściwy numer, numer .. kogoś/kogos innego, nie ten adresat, inna osoba ..
        numer, nie korzysta z .. numeru, pomylony numer, zły nr/kontakt, nie nazywam się, nie
        jestem panem/panią, numer zmienił, zmienił właściciela, nowy właściciel, pomyłkow*, to nie
        jest numer, to nie numer, nie mam na imię, nie ma .. tego numeru, właściciel .. zmienił,
        numer od niedawna
    """,
    unsubscribe="""
        nie_stop, chcę/chciałbym/chciałabym/chcemy/proszę .. wypisać/zrezygnować/wyrejestrować,
        wypisać się/mnie/nas, jak .. wypisać/zrezygnować/wyrejestrować/wyłączyć, z .. listy/bazy
        mailingow*/wysyłkow*/odbiorców/klientów/kontaktów/marketing*/numerów, wypiszcie, wyłącz*
        .. sms*/powiadomieni*/wiadomości/subskrypcj*, odsubskryb*, odwołuję .. subskrypcj*/zgod*,
        rezygnowal*, skreśl* .. mnie/numer/nas, wykreśl*, wyłącz/wyłączcie to, zakończ*
        .. subskrypcj*/wysył*/wysyłk*
    """,
    never_agreed="""
        nie_zapisyw*, nigdy ..
        zgod*/zapisyw*/podawał*/dawał*/rejestr*/zgadzał*/wyraz*/prosił*/zamawiał*, nie ..
        zapisał*/zapisyw*/rejestr*/podawał*/podałem/podałam/dawał*/dałem/dałam/udziel*/wyraził*/wyrażał*/subskryb*/prosił*
        .. zgod*/numer*/nr/się/danych/o/was/na/do/tego, nie_zgadzam, nie_wyrażam, nie_zapisał*,
        nie_prosił*, nie_rejestr*, nie_subskryb*, brak zgody, bez .. zgody,
        cofam/wycofuję/odwołuję/cofnąć/wycofać/cofnięcie/wycofanie .. zgod*, nie jestem ..
        klient*, sprzeciw*, wnoszę .. sprzeciw, nie korzystam z, nigdy ..
        kupował*/kupiłem/kupiłam/byłem/byłam .. u/klient*, nie .. kupował* .. u was, nic .. nie
        zamawiał*/zamówił*/podpisywał*/kupował*, nie mam .. u was konta, odmawiam, nie zgodził*,
        nie zgadza*, nigdy .. kupował*/zamawiał*, nigdy .. u was .. kupił*, nie pamiętam ..
        zapisyw*/zapisał*/podawał*/wyraż*/zgadza*/zgod*, nie kojarzę .. firmy/państwa/was, już ..
        nie korzystam, nie_chodzę .. do was
    """,
    not_interested="""
        nie_interes*, nie .. interesuje/interesują/zainteresowan*/interesowa*, nie_zainteresowan*,
        brak/bez/żadnego zainteresowania, nie .. chcę/chcemy/chce/zyczę/życzymy, nie_życzę,
        nie_życzymy, nie_chce, nie_chcemy, nie obchodzi, nie_potrzebuję/potrzebujemy
        waszych/tego/tych/reklam/sms*
    """,
    harmless="""
        stopa/stopie/stopę/stope/stopy/stopom/stopach/stopami/stopą,
        stopka/stopki/stopkę/stopke/stopce/stopek/stopką, stopień/stopnia/stopnie, stopni*,
        stoper*, stopiony, stopione, stopiona, stopić, stopem, stopklatk*, autostop*,
        stoprocentow*, światło/światła/świateł/lampa/znak/żarówka/żarówki/przycisk stop, stop
        klatka/cafe/café, na/pod koniec, usuw* .. kamienia/kamien/plam/hybrydy/zęba/tatuażu, usun*
        .. ząb/zęba/kamień/kamienia/plam*/hybryd*/tatuaż*/gips/szwy/usterk*/awari*, przestaw*,
        przestarzał*, przestało/przestanie padać/wiać/lać/boleć/sypać, wypis* .. ze/z szpitala,
        nie zgadza .. kwota/rachunek/adres/faktura/cena/suma/data/godzina/rozmiar,
        kwota/rachunek/adres/faktura/cena/suma/data/godzina/rozmiar .. nie zgadza, wypis* ..
        recept*/zwolnieni*/skierowani*/faktur*, do spamu, w spamie, folder spam,
        skasuj*/skasow*/kasuj* .. bilet*, nie .. chcę/chce ..
        cebuli/czekać/przeszkadzać/rezygnować/spóźnić, zgłoszę/zgłaszam się, złodziejk*, mam dość
        .. czasu/miejsca/pieniędzy, widzia* .. reklam*, nigdy .. nie byłam/byłem, blok nr,
        telefon/samochód/akumulator nie_żyje, mam dosyć .. czasu/miejsca/pieniędzy, koniec
        tygodnia/miesiąca/roku/dnia/świata/ulicy/maja/czerwca/lipca/sierpnia/września/października/listopada/grudnia/stycznia/lutego/marca/kwietnia/sezonu/wakacji/kolejki/pracy/końców/zajęć/lekcji/kursu/spotkania/meczu/imprezy/filmu,
        koniec tego/przyszłego/następnego tygodnia/miesiąca/roku, nie zapomnij*, wypiszę czek,
        stop na żądanie
    """,
)
