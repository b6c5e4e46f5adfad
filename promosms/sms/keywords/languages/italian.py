"""Italian."""

from promosms.sms.keywords.vocabulary import Vocabulary

ITALIAN = Vocabulary(
    opt_out_line="Per disiscriverti: STOP",
    opt_out_link="Disiscriviti:",
    clear="disiscrivi disiscrivimi disiscrizione smettete smettetela",
    everyday="cancella cancellami cancellatemi rimuovi rimuovimi",
    only_alone="",
    slips="",
    misspelt="disiscrivi disiscrivimi disiscrizione disiscrivermi disiscrivetemi",
    clear_stems="disiscri",
    stems="""
        rimuov smett disiscr cancellar cancellat cancellaz cancellami cancelli cancello cancellerò
    """,
    objects="messaggio messaggi pubblicità numero mio il subito ora con tutto sms",
    other_things="appuntamento ordine prenotazion visita consegna tavolo corso lezione",
    polite="per favore perfavore grazie ciao buongiorno buonasera scusi scusa scusate",
    start="",
    help="aiuto",
    signatures="inviato da/dal/con/tramite, scarica/ottieni outlook",
    alone="""
        basta così, ora basta, adesso basta, basta adesso, e basta, basta basta, ho detto basta,
        può bastare, è sufficiente, non più, mai più, più niente, niente più, bloccato, bloccata,
        bloccati, blocco, blocca, ti blocco, vi blocco, segnalato, segnalati, chi è, chi sei, chi
        siete, chi è lei, chi scrive, chi parla, con chi parlo, chi cazzo sei, non sono io,
        sparite, sparisci, levati, levatevi, vattene, andatevene, disdetta, disdico, disdire, mi
        oppongo, opposizione, non voglio, non vogliamo, no sms, no pubblicità, non ne voglio, non
        autorizzo, stufo, stufa, recesso, revoca, fatela finita, falla finita, finiamola, che
        noia, che scocciatura, stop basta, lasciatemi, lasciami, non ci siamo, sono stufo, sono
        stufa, mollatemi, mollami, chi siete voi, chi sei tu, nessun consenso, ferma, fermatevi,
        fermate, carabinieri, polizia
    """,
    enough="""
        stufo/stufa/stanco/stanca di .. voi/sms/messaggi/pubblicità/questi/ricevere, troppi ..
        messaggi/sms, troppa pubblicità, tutti i giorni .. sms/messaggi/messaggio, ogni giorno ..
        sms/messaggi/messaggio, avete/hai rotto/stancato/stufato, basta
        con/sms/messaggi/pubblicità/promozioni/scriv*/mandar*/inviar*, ne ho abbastanza, ho
        abbastanza di, fatela finita, vi ho .. detto/chiesto di/che/basta, già detto, i vostri
        messaggi/sms, vostri messaggi/sms, questi messaggi/sms, vostra pubblicità, scocciat*,
        seccat*, mi avete .. stufato/rotto/stancato/scocciato, sono stufo/stufa, quante volte ..
        devo/dire/dirvi/dirlo
    """,
    do_not_write="""
        non .. invia*/manda*/scriv*/chiama*/contatta*/disturb*/spedi* ..
        più/niente/nulla/messaggi/sms/pubblicità, non
        invia*/manda*/mandate/inviate/scrive*/scrivi*/scrivete/chiamate/chiamare/chiamarmi/contatt*/disturb*,
        non mi/ci invia*/manda*/scriv*/chiama*/contatta*/disturb*, niente/nessun/nessuno/nessuna
        .. messagg*/sms/pubblicità/promozion*, niente più, non .. voglio/vogliamo/desider* ..
        più/messaggi/sms/pubblicità/ricevere/niente/altri, non voglio, non desider*, senza
        pubblicità, diffido, smettila, smettetela, piantatela, finitela
    """,
    leave_alone="""
        lasciatemi/lasciami/lasciateci/lasciate .. pace/stare, lasciatemi/lasciami/lasciateci
        stare, in pace
    """,
    insults="""
        vaffanculo, vafanculo, fanculo, affanculo, vaffa, vai a .. cagare/quel/farti/fare, andate
        a .. cagare/quel/farvi, stronz*, cazzo, cazzi, merda, merde, rompi*, rompete, rompiballe,
        rompicoglioni, coglion*, che palle, le palle, fuori dalle, dai coglioni, levati/levatevi
        dai, togliti/toglietevi dai, sparisci, sparite, zitti, bastard*, idiot*, deficient*,
        imbecill*, cretin*, figli di, al diavolo, va a quel, vergogna, vergognatevi, buffoni,
        pagliacci, schifo, scemi
    """,
    source_of_number="""
        chi .. dato/fornito/venduto/passato .. numero/dati/contatto, dove ..
        preso/trovato/avuto/ottenuto .. numero/dati/contatto, come ..
        avuto/fate/avete/trovato/ottenuto .. numero/dati/contatto, come .. avere il mio, perché ..
        scriv*/mandat*/ricevo/avete .. mi/mio/questi/messaggi, non vi/ti/la conosco, non so chi,
        perché mi/ci .. scriv*/mand*/contatt*/chiam*/arriv*, perché .. ricevo, perché avete
    """,
    delete_number="""
        dimentica*/cancell*/elimin*/toglie*/togli*/rimuov* .. mio/miei/mi/questo
        numero/dati/contatto/nome, toglietemi, toglimi, eliminatemi, eliminami, cancellarmi, dalla
        vostra/lista/rubrica, dal vostro/database, diritto all oblio, cancellazione .. dati/numero
    """,
    block_or_report="""
        vi/ti/la blocc*/denunci*/segnal*, blocco/bloccherò/bloccato .. questo/vostro/numero/il,
        numero .. bloccato, segnal* .. spam/garante/polizia, faccio denuncia/segnalazione,
        vi/ti/la ho .. bloccat*/segnalat*/denunciat*, siete/sei .. bloccat*/segnalat*
    """,
    law="""
        gdpr, garante, agcom, privacy, avvocat*, denuncia, denuncio, denuncerò, denunciare,
        querel*, reclamo, molest*, illegal*, illecit*, stalking, dati personali, registro ..
        opposizioni, vie legali, per vie, diffida, tribunale, codice del consumo, polizia postale,
        quali dati, diritto di accesso, diritto di opposizione
    """,
    spam="""
        spam, spammer*, truffe, imbroglion*, indesiderat*, frode, spazzatura, truffa, truffato,
        truffati, truffatori, truffatore
    """,
    wrong_person="""
        numero/persona sbagliato/sbagliata/errato, sbagliato/sbagliata/sbagliando numero/persona,
        avete/ha/hai sbagliato .. numero/persona, non è il mio numero, non sono la persona,
        deceduto, deceduta, è morto, è morta, è mancato, è venuto a mancare, è scomparso,
        venuta/venuto a mancare
    """,
    unsubscribe="""
        come .. disiscriv*/cancell*/annull*/tolgo/togliere, annull* .. iscrizione/abbonamento,
        disdi* .. abbonamento/iscrizione/servizio, disattiv*, cancellarmi, togliermi
    """,
    never_agreed="""
        mai .. iscritt*/dato/richiesto/autorizzat*/registrat*/acconsentito/chiesto/abbonat*, non
        .. sono/ho .. iscritt*/autorizzat*/acconsentito/richiesto/chiesto/registrat*, non .. sono
        .. cliente, non autorizzo, non acconsento, senza .. consenso/permesso/autorizzazione,
        revoco/ritiro/revoca/revocare/ritirare .. consenso, nego il consenso, mi oppongo, chi vi
        ha autorizzat*, non ho .. dato/prestato .. consenso/permesso/numero/autorizzazione, non do
        .. consenso, non presto, nessun consenso
    """,
    not_interested="""
        non .. mi/ci interess*, non .. interessat*, nessun/zero interesse, non interess*, non me
        ne frega, non mi serve .. niente/nulla/più
    """,
    harmless="""
        cancello, cancelli, cancelleria, fermata*, basta
        un/una/uno/poco/solo/che/chiamare/chiedere/anche, mi/ci basta/bastano, quanto basta, q b,
        mancato .. treno/autobus, cancellato il treno, rompighiaccio, come .. avete aperto,
        rompicapo, non .. voglio/vorrei disturbar*, non voglio .. cipolla/aspettare, palle di
        neve, lasciami/lasciatemi pensare, è morto il telefono/cellulare,
        telefono/cellulare/macchina è morto/morta
    """,
)
