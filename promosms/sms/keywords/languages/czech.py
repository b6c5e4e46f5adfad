"""Czech, with a few words of Slovak."""

from promosms.sms.keywords.vocabulary import Vocabulary

CZECH = Vocabulary(
    opt_out_line="Odhlaseni: STOP",
    opt_out_link="Odhlaseni:",
    clear="odhlásit odhlas odhlašte odhlaste přestaňte odhlásiť",
    everyday="konec zrušit zrušte smazat",
    only_alone="",
    slips="",
    misspelt="odhlásit odhlaste odhlášení",
    clear_stems="odhlás odhlaš",
    stems="zruš smaž vymaž odhláš odhlas odregistr vyškrtn vyřaď",
    objects="zpráv zprávy zasílání reklamy reklam číslo moje odběr se mě vše hned všechno smsky",
    other_things="objednávk termín schůzk rezervac návštěv zásilk stůl kurz",
    polite="prosím děkuji díky dobrý den ahoj omlouvám zdravím čau nashledanou",
    start="",
    help="",
    signatures="odesláno z/ze/přes/pomocí, odeslané z/zo, stáhnout outlook",
    alone="""
        dost, už dost, a dost, dost už, tak dost, a dost už, dost bylo, stačí, to stačí, už stačí,
        stačilo, už stačilo, nic víc, nikdy více, nikdy víc, už nikdy, už ne, už nic, blokuju,
        blokuji, blokováno, zablokováno, zablokovaný, zablokovány, nahlášeno, nahlásím, kdo je to,
        kdo to je, kdo je tam, kdo jste, kdo jsi, kdo píše, kdo seš, omyl, to je omyl, nejsem to
        já, nechci, nechceme, nechci nic, nechci to, nechte toho, nech toho, nepsat, nevolat, běž
        pryč, zmizte, zmiz, vypadni, vypadněte, otravujete, otrava, nesouhlas, ukončit, žádné sms,
        žádné reklamy, otravné, to je otravné, proč píšete, dejte pokoj, nevyžádané, nemám zájem,
        nechte mě, nech mě, nerušit, dost už toho, neoprávněné, pusťte mě k vodě, stačí už,
        nezájem, zastavit, zastavte, zastavte to, zastav to, už zase, policie
    """,
    enough="""
        mám/máme .. dost .. sms/zpráv/reklam/vás/toho/těch, mám vás dost, mám toho dost,
        moc/příliš/tolik .. zpráv/smsek/reklam, příliš mnoho .. zpráv/sms/reklam, každý den ..
        píšete/sms/zprávy/zprávu, pořád/furt/stále píšete/posíláte/otravujete, otravujete,
        otravovat, obtěžujete, přestaň, přestaňte, otravn*, už jsem .. psal*/říkal*/žádal*,
        obtěžujet*, obtěžuje, vaše/tyhle/tyto/ty smsky/zprávy/reklamy, kolikrát ..
        mám/psát/říkat/musím
    """,
    do_not_write="""
        ne_posíl*, ne_piš, ne_pište, ne_pisej*, ne_psat, ne_volej*, ne_volat, ne_zasíl*, ne_chci
        .. sms*/zpráv*/reklam*/dostávat/nic/vaše, ne_otravuj*, ne_kontaktuj*, ne_přeju, ne_přeji,
        ne_obtěžuj*, ne_spamuj*, ne_oslovuj*, ne_smsk*, žádné/žádná/žádnou/žádný ..
        sms*/zpráv*/reklam*/hovory, už .. neposíl*/nepiš*/nevolej*, bez reklam, zakazuji,
        zakazuju, nepiste, neposielaj*, nepíšte, nevolajte, neprajem
    """,
    leave_alone="""
        nechte/nech/nechat .. mě/mne/nás být/pokoji/klidu, dejte/dej/dajte/daj mi/nám/si pokoj,
        dejte/dej .. pokoj, pokoj dej/dejte, nechte mě, nech mě, nechajte ma
    """,
    insults="""
        táhni, táhněte, vypadni, vypadněte, jdi/jděte/běž/běžte do/k/někam/pryč, do prdele, do
        háje, do řiti, k čertu, polib*, naser*, nasrat, vyser*, seru, serete, sereš, kurva, kurvy,
        kretén*, idiot*, debil*, hovno, hovna, odprejskn*, odpal, odjeb*, jebni*, jebte, zmiz,
        zmizte, drž hubu, držte hubu, sklapni, buzerant*, zmrd*, čurák*, píčo, píči, volové,
        blbci, blbečku, dotěrn*, otravov*, chcípn*, trhni/trhněte si, jdi/jděte/táhni .. hajzlu,
        hanba, styďte se, blbečci, pitomci, idioti, drzost
    """,
    source_of_number="""
        odkud .. číslo/čísla/údaje/kontakt/mě, kde .. vzali/vzal/sehnali/získali/máte/vzala ..
        číslo/údaje/kontakt, kdo .. dal/poskytl/prodal .. číslo/údaje/kontakt, jak ..
        přišli/získali/přišel .. číslu/číslo/údaje/kontakt, proč .. mi/mě
        píšete/posíláte/kontaktujete, proč .. píšete/posíláte/otravujete, neznám vás, vás neznám,
        nevím kdo, odkial .. číslo, jak .. máte .. číslo/kontakt
    """,
    delete_number="""
        zapomeňte/zapomeň/smažte/smaž/smazat/vymažte/vymaž/vymazat/vyřaďte/vyřadit/vyškrtněte/odstraňte/odstranit/odeberte/odebrat/vyhoďte/zahoďte
        .. číslo/mě/údaje/kontakt/seznamu/databáze, ze/z/zo .. seznamu/databáze/zoznamu, právo být
        zapomenut, vymažte mě, smažte mě, výmaz .. údajů/čísla
    """,
    block_or_report="""
        blokuju/blokuji/zablokuju/zablokuji/blokujeme/zablokoval* vás/tě/to/číslo/toto/vaše,
        nahlásím/nahlašuji/nahlašuju/nahlásil* .. vás/to/jako/na/spam, udám vás, číslo ..
        zablokov*, podám .. stížnost/žalobu, blokuji/zablokuji/blokuju/zablokuju .. vás/číslo,
        jste .. zablokov*/blokov*
    """,
    law="""
        gdpr, úooú, právník*, právníka, advokát*, žaloba, žalobu, žaluju, žaluji, zažaluju,
        zažaluji, stížnost*, stěžovat, trestní oznámení, nelegální*, protizákon*, nezákon*,
        obtěžov*, osobní/osobních údaje/údajů, policie .. nahlás*/volám, na policii, soud ..
        uvidíme, u soudu, k soudu, dám k, právnik*, námitk*, jaké údaje, právo na výmaz, právo na
        přístup
    """,
    spam="""
        spam, spamy, spamu, spamujete, spamer*, podvod, podvodníci, podvodník*, podvodnic*,
        nevyžádan*
    """,
    wrong_person="""
        špatné/chybné/jiné/nesprávné číslo, špatný/špatná člověk/osoba, omyl,
        spletli/spletl/spletla .. jste/se/číslo, máte špatné, pletete se, to není moje číslo,
        nikdo takový, taková osoba, zemřel, zemřela, zemřelý, umřel, umřela, zesnul*, už nežije,
        nežije, zlé číslo, po smrti
    """,
    unsubscribe="""
        jak .. odhlásit/zrušit/odhlásím, chci .. odhlásit/zrušit, odhlás*, vyřaď*, ruším ..
        odběr/souhlas/zasílání, odvolávám, ukončete .. zasílání/odběr
    """,
    never_agreed="""
        nikdy .. nepřihl*/nepřihlás*/nesouhlas*/nedal*/neregistr*/nežád*/neobjedn*/neposkytl*,
        nesouhlasím, ne_registroval*, nepřihlásil* .. jsem/se, nedal* .. souhlas/číslo, jsem ..
        nedal*/neregistr*, bez .. souhlasu/svolení/dovolení, odvolávám .. souhlas, odvolávám,
        stahuji .. souhlas, nejsem .. zákazn*, nejsem váš/vaše, nic jsem si neobjedn*, nedával* ..
        souhlas/číslo, ne_udělil* .. souhlas, ne_poskytl* .. souhlas/číslo, nežádal*
    """,
    not_interested="""
        nemám/nemáme .. zájem, nezajím* mě/nás/me, nezajím*, bez zájmu, žádný zájem, nechci ..
        nic/vaše/to/od, nechci, nechceme, nemam zaujem, nechcem, nezájem
    """,
    harmless="""
        zastávk*, stopař*, stopu, stopovat, dost .. místa/času/velk*/drah*/dobr*/daleko, ohlásit,
        ohlas*, nahlásit, nechci .. čekat/rušit/meškat/cibuli/obtěžovat, do spamu, ve spamu,
        zrušen* vlak, zrušili vlak, konec
        týdne/měsíce/roku/dne/ulice/srpna/září/října/listopadu/prosince/ledna/února/března/dubna/května/června/července/prázdnin/sezóny/světa,
        konec tohoto/příštího/pracovní/pracovního/školního týdne/měsíce/roku/doby
    """,
)
