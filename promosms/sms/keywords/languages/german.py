"""German, also with ae, oe and ue."""

from promosms.sms.keywords.vocabulary import Vocabulary

GERMAN = Vocabulary(
    opt_out_line="Abmelden: STOP antworten",
    opt_out_link="Abmelden:",
    clear="stopp abmelden abbestellen abmeldung abbestellung austragen aufhören",
    everyday="ende löschen kündigen kündigung entfernen schluss",
    only_alone="",
    slips="stpp stoopp sotpp stpop",
    misspelt="abmelden abmeldung abbestellen abbestellung",
    clear_stems="abmeld abbestell",
    stems="kündig entfern lösch",
    objects="""
        nachricht nachrichten werbung abo nummer meine mich alles jetzt sofort mit damit der die
    """,
    other_things="""
        termin bestellung buchung reservierung kurs vertrag tisch lieferung rezept paket kurses
        auftrag
    """,
    polite="bitte danke hallo guten tag aw wg entschuldigung mfg vielen dank moin servus",
    start="",
    help="hilfe",
    signatures="gesendet von/mit/aus, von meinem .. gesendet, outlook für",
    alone="""
        genug, jetzt ist genug, es ist genug, nun ist genug, genug jetzt, reicht, es reicht,
        reicht jetzt, jetzt reichts, jetzt reicht es, jetzt reicht s, mir reichts, mir reicht s,
        mir reicht es, das reicht, das reicht jetzt, es langt, nie wieder, nie mehr, nicht mehr,
        keine mehr, nichts mehr, blockiert, blockiere, blockieren, nummer blockiert, gesperrt,
        gemeldet, nervt, nerv nicht, wer ist das, wer ist da, wer schreibt, wer bist du, wer sind
        sie, wer seid ihr, wer sind .. sie eigentlich, wer bist du denn, falsch verbunden,
        verwählt, nicht ich, lass das, lasst das, lass es, lassen sie das, hör auf, will ich
        nicht, ich will nicht, will nicht, möchte ich nicht, keine werbung, unerwünscht,
        widerspruch, ich widerspreche, ruhe, austragen, kein bedarf, lass es einfach, lasst es
        einfach, lass mich, lasst mich, kenn ich nicht, gibts hier nicht, gibt es hier nicht,
        halts maul, halt s maul, schnauze, anzeige ist raus, ich bin raus, bin raus, werbung
        unerwünscht, nummer gesperrt, da sind sie falsch, sie sind hier falsch, wer seid ihr
        überhaupt, wer sind sie überhaupt, stopp jetzt, abo kündigen, finger weg, niemals,
        unverschämt, frechheit, kein bock, abo beenden, null bock, keine lust, nichts für mich,
        ich nicht, schämt euch, armselig, peinlich, lassen sie es, wixer, beenden, beende,
        abbrechen, fresse, gib ruhe, gebt ruhe, geben sie ruhe, ruhe jetzt, zu viel, zuviel, zu
        oft, raus, schon wieder ihr, abgemeldet, bitte streichen, streichen, hier gibt es
        keine/keinen *, hier wohnt keine/kein *, geht s noch, gehts noch, tot
    """,
    enough="""
        genug von/mit .. euch/ihnen/sms/werbung/nachrichten, hab* .. genug davon, die nase voll,
        die schnauze voll, zu viele .. sms/nachrichten/werbung/texte, zu viel werbung, jeden tag
        .. sms/nachrichten/nachricht/werbung, ständig .. sms/nachrichten/nachricht/werbung, nervt
        ihr, ihr nervt, sie nerven, nerven sie, nervt nur, es nervt, das nervt, nervig,
        stoppt/stoppen/stoppe, schluss mit/damit, hör/hört/hören .. auf, schon ..
        gesagt/geschrieben .. stopp/stop/nicht, eure/ihre/diese/euren/ihren/blöde/blöden
        sms/nachrichten/werbung/werbesms, spamt, hört/hör/hören .. auf, nerv* .. mich/uns, wie oft
        .. noch/muss, zuviel/zuviele .. sms/nachrichten/werbung
    """,
    do_not_write="""
        keine/kein/keinerlei ..
        sms/nachricht/nachrichten/werbung/mitteilung*/texte/anrufe/newsletter/kontakt/spam,
        nicht/nie/nichts .. mehr
        schreib*/schick*/send*/anschreib*/anruf*/kontakt*/melden/belästig*, nicht mehr ..
        schreib*/schick*/send*/anschreib*/anruf*/kontakt*,
        schreib*/schick*/send*/ruf*/kontaktier*/smst .. mir/mich nicht/nie/nichts/keine,
        schreib*/schick*/ruf* nicht, nicht
        schreiben/anschreiben/anrufen/senden/schicken/kontaktieren/stören, keine ..
        weiteren/weitere .. bitte, ohne werbung, unterlass*, unterlaß*, verbiete, untersage,
        verzichte auf, nix .. schick*/schreib*/senden, nix mehr, kein/keinen einverständnis
    """,
    leave_alone="""
        lass/lasst/lassen/laß/last .. mich/uns .. ruhe, lass/lasst .. mich/uns zufrieden/frieden,
        nicht stören, lassen sie mich
    """,
    insults="""
        verpiss*, fick/ficken/fickt/fickdich, arschloch, arschlöcher, arsch*, leck mich, leckt
        mich, hau/haut ab, verschwinde*, zieh leine, zieht leine, halt/haltet ..
        klappe/fresse/maul/schnauze, idiot*, vollidiot*, scheiß*, scheiss*, kotzt, wichser*,
        hurensohn*, spinnt, zum teufel, geh/geht sterben, dreckspack, penner, depp, deppen,
        drecks*, halts maul, halt s maul, unverschämt*, frechheit, spacken, spasten, hau/haut ..
        ab, schämt euch, idioten, spinner, armselig, wixer*, nervensäge*, werbemüll, hurensöhne,
        drecksladen, saftladen, verarsch*
    """,
    source_of_number="""
        woher .. nummer/nr/daten/kontakt*/handynummer, woher kennen/kennt .. mich, wer hat ..
        nummer/nr/daten/handynummer, wie .. kommen/kommt .. meine/meiner
        nummer/nr/daten/handynummer, wie .. an meine nummer/nr/daten, wo .. nummer/nr/daten her,
        warum/wieso/weshalb schreib*/schick*/bekomme/habt/haben .. mir/ich/meine, kenne
        sie/euch/dich nicht, kenne ich nicht, weiß nicht wer, von wem .. nummer/nr/daten, durch
        wen .. nummer/nr/daten, wieso/warum .. meine nummer/nr, wer .. gab .. nummer/nr/daten
    """,
    delete_number="""
        lösch*/vergess*/vergiss*/streich*/entfern*/wirf/werft ..
        nummer/nr/daten/mich/kontakt/handynummer, nummer/daten/kontakt ..
        löschen/gelöscht/entfernen/streichen, lösch* mich, nehm*/nimm/streich*/trag*/hol* .. mich
        .. verteiler/liste/raus/heraus/datenbank/aus, aus .. verteiler/liste/datenbank, recht auf
        löschung
    """,
    block_or_report="""
        blockiere/blockier/blockieren/blockiert/sperre .. euch/sie/dich/nummer/absender,
        wird/werden/werde/bist/seid/sind .. blockiert/geblockt/gesperrt .. nummer, nummer ..
        wird/ist blockiert/geblockt, ich blockiere, blocke, geblockt, melde/melden ..
        sie/euch/das/dich .. der/bei/bundesnetzagentur/behörde/polizei, anzeige erstatt*, erstatte
        .. anzeige, zeige .. sie/euch/dich an, verklag*, blockier* .. ich, ich blockier, anzeige
        .. raus/erstattet, absender .. blockiert, seid/bist/sind .. blockiert/geblockt, werde ..
        anzeigen/melden/blockieren, anzeigen werde, wird/werden/werde/bist/seid/sind
        blockiert/geblockt/gesperrt, habe/hab .. blockiert/geblockt/gemeldet
    """,
    law="""
        dsgvo, bdsg, uwg, datenschutz*, anwalt, anwalts, anwältin, rechtsanwalt*, abmahn*, klage,
        klagen, verklag*, beschwerde*, beschwere, bundesnetzagentur, verbraucherzentrale,
        verbraucherschutz, polizei .. einschalt*/informier*/melde*/anruf*, zur polizei,
        unerlaubt*, verboten .. werbung, illegal, rechtswidrig, belästig*, stalking, widerruf*,
        widerspreche, widerspruch, auskunft .. daten/dsgvo/art, personenbezogen*, gericht ..
        sehen, vor gericht, art 15, art 17, betroffenenrechte, auskunftsersuchen, welche daten
        haben
    """,
    spam="spam, spammer*, spammen, spamt, betrug, betrüger*, abzocke, abzocker, unseriös",
    wrong_person="""
        falsche/falschen nummer/person/nr, falscher empfänger/adressat, falsch verbunden, nicht
        meine nummer, nicht die richtige person, gibt es hier nicht, kein .. hier mit diesem
        namen, verstorben*, gestorben, ist tot, nicht mehr am leben, nummer gehört .. jetzt,
        sie/ihr sind/seid .. falsch, nicht mehr .. nummer, niemand .. mit/namens, heiße/heisse
        nicht, bin nicht .. herr/frau, verwählt, nummer .. gewechselt, nummerninhaber, nummer neu,
        neue nummerninhaber, neuer inhaber, lebt nicht mehr
    """,
    unsubscribe="""
        wie .. abmelden/abbestellen/kündigen, wie .. melde .. ab, meld* .. mich/uns ab, mich ..
        abmelden/austragen, will .. raus, nicht stoppen, bestelle .. ab, trag* .. mich aus, tragt
        .. mich aus, abo .. beenden/stornieren/löschen, raus .. verteiler/liste/newsletter,
        beenden sie das/diese/die, beendet das/diese
    """,
    never_agreed="""
        nie/niemals/nicht/nichts ..
        angemeldet/zugestimmt/eingewilligt/abonniert/registriert/erlaubt/angefordert/verlangt,
        keine .. einwilligung/zustimmung/erlaubnis, ohne ..
        einwilligung/zustimmung/erlaubnis/genehmigung, ziehe .. einwilligung/zustimmung,
        einwilligung zurück, kein/nicht .. kunde/kundin, nie .. kunde/kundin, nie .. nummer
        gegeben, stimme .. nicht zu, nie .. meine nummer, nicht .. einverstanden, darum gebeten,
        nicht .. gebeten, erlaube .. nicht, nie .. sms/newsletter bestellt
    """,
    not_interested="""
        kein/keinerlei/null interesse, nicht .. interessiert/interesse, interessiert .. nicht,
        kein bedarf, uninteressant, will/möchte/wünsche .. das/keine/nichts/euch
        nicht/mehr/werbung/sms, werbung .. unerwünscht/unerwünschte, unerwünscht*, brauche ..
        eure/ihre, brauch .. nicht mehr, kein/null bock
    """,
    harmless="""
        anmelden, anmeldung, bestellen, auftragen, umbestellen, nachbestellen, boxenstopp*,
        zwischenstopp*, stoppuhr*, stopplicht*, stoppschild*, stoppel*, ende
        januar/februar/märz/april/mai/juni/juli/august/september/oktober/november/dezember/monat/nächster,
        am/bis/zum/gegen ende, ende gut, zu ende, entfernung*, entfernt, löschfahrzeug*,
        löschwasser, löschzug, löschpapier, fleck* entfernen, entfern* ..
        fleck*/gel/tattoo*/haare/weisheitszahn/zecke*, in ruhe ..
        überlegen/anschauen/ansehen/lesen, schluss machen, kein .. problem/ding/stress, wann ..
        schluss, wann hört/hören .. auf, schlussverkauf, straße .. gesperrt, gesperrte straße,
        strasse .. gesperrt, karte .. gesperrt, danke/dank für .. ihre/eure/diese sms/nachrichten,
        ihre/eure sms/nachrichten .. erhalten/bekommen/gelesen, handy/akku/auto ist tot, ende
        der/dieser/nächster/letzter woche/saison/ferien/straße, ende der
        nächsten/letzten/kommenden woche, ende des/dieses/nächsten monats/jahres/tages/kurses,
        kündigt sich .. an, straße ist blockiert, strasse ist blockiert, straßen sind ..
        blockiert, straße wird blockiert, straßen sind/werden blockiert
    """,
)
