"""French."""

from promosms.sms.keywords.vocabulary import Vocabulary

FRENCH = Vocabulary(
    opt_out_line="Pour se désabonner: STOP",
    opt_out_link="Se désabonner:",
    clear="""
        arrêt arrêter arrête arrêtez arrett désabonner désinscrire désabonnement désinscription
        stopsms
    """,
    everyday="supprimer supprimez",
    only_alone="",
    slips="arrret arete arretz aret",
    misspelt="désabonner désabonnez désabonnement désinscrire désinscription désinscrivez",
    clear_stems="désabo désinscri",
    stems="arrêt supprim désabo désinscr désincr",
    objects="""
        pub pubs publicité publicités numéro mon moi abonnement les vos tout le de messages
        maintenant
    """,
    other_things="commande rendez rdv réservation livraison maladie bus cours ordonnance visite",
    polite="svp merci bonjour s il vous plaît désolé pardon bonsoir salut tr",
    start="",
    help="aide",
    signatures="envoyé de/depuis/avec/via, envoyé à partir, télécharger/obtenir/obtenez outlook",
    alone="""
        assez, ça suffit, ca suffit, sa suffit, cela suffit, suffit, ça suffit maintenant, c est
        assez, y en a marre, ras le bol, plus rien, plus jamais, jamais, jamais plus, plus de ça,
        bloqué, bloquée, numéro bloqué, je bloque, signalé, signalement, c est qui, qui c est, c
        est qui ça, qui êtes vous, qui es tu, t es qui, tu es qui, vous êtes qui, qui est ce, qui
        est là, qui etes, je ne veux pas, non merci plus, laisse tomber, foutez, dégage, dégagez,
        je refuse, refus, j en ai marre, marre, je m oppose, opposition, résilier, résiliation,
        inconnu, pas de pub, plus de pub, plus de sms, pas de sms, pas moi, laissez moi, laisse
        moi, va t en, allez vous en, publicité non désirée, je ne suis pas d accord, pas d accord,
        je connais pas, du balai, pff arrêtez, ouste, fin, police, avocat, mon avocat, c est pas
        moi, ce n est pas moi, vous faites erreur
    """,
    enough="""
        marre de/des .. vos/ces/sms/messages/pub*/vous/recevoir, en ai/a marre, ras le bol, trop
        de .. sms/messages/pub*/textos, assez de .. sms/messages/pub*/vos, tous les jours ..
        sms/messages/message/pub*, sans arrêt .. sms/messages/message, écri*/envoy* .. sans arrêt,
        cessez, cesser de, ça suffit les/vos/avec/de, saoulez, soulez, gonflez, énervez, déjà dit,
        je vous ai .. dit/demandé, vos/ces/tes/ses sms/messages/pubs/publicités/textos/spams, tous
        les jours .. sms/message/messages, marre, énervant, pénible, insupportable, relou, combien
        de fois .. dire/demander/répéter/dois/faut, messages/sms/pub sans arrêt, m embêt*, nous
        embêt*
    """,
    do_not_write="""
        m envoye*/envoye* plus/pas/rien, n envoye* plus/pas/rien, plus/pas/aucun/aucune de/d ..
        sms/message/messages/pub/pubs/publicité*/texto/textos/démarchage/spam, aucun/aucune
        sms/message/publicité/pub, ne plus/pas .. envoy*/recev*/contact*/écri*/appel*/démarch*, n
        écri*/appel* plus/pas, ne m écri*/appel*/envoy*/contact*, ne ..
        contact*/écri*/appel*/envoy* plus/pas, m écri*/appel*/contact*/embêt* plus/pas,
        veux/veut/souhaite/voulons plus/pas, arrêt* .. de m/me/nous/envoy*, stoppez, interdis, ne
        m/me .. envoy*/écri*/contact*/appel*/harcel*/recontact*/sollicit*/spam*
    """,
    leave_alone="""
        laisse/laissez/laisser moi/nous .. tranquille/tranquilles/paix,
        fichez/fiche/foutez/fous/foutre moi/nous .. paix, la paix, lâchez/lâche moi, lâchez nous
    """,
    insults="""
        va te .. faire, va te faire*, vas te, allez vous .. faire, casse toi, cassez vous, dégage,
        dégagez, barrez vous, connard*, connass*, conard*, salaud*, enculé*, enfoiré*, merde*, ta
        gueule, vos gueules, ferme la, fermez la, nique, niquez, nique ta, ntm, fdp, ftg, tg,
        foutre, emmerd*, bande de .. cons/nuls, pauvre con, bouffon*, allez au diable, débile*,
        idiot*, va mourir, putain, salope, salopes, salopard*, foutez/fous/fiche/fichez .. camp,
        honteux, honte à vous, minables, bande de
    """,
    source_of_number="""
        qui .. a donné/fourni/communiqué/vendu/refilé .. mon/mes, où/comment ..
        eu/trouvé/obtenu/récupéré/pris .. mon/mes/ce .. numéro/num/coordonnées/données/contact, d
        où .. mon/mes .. numéro/num/coordonnées/données, d où vous avez mon, d où vient mon
        numéro, pourquoi .. m écri*/envoy*/contact*/reçois/avez .. vous/ce/ces/mon/des, ne ..
        connais/connaît .. pas, connais pas, jamais entendu parler, pourquoi .. m
        écri*/envoy*/contact*/harcel*/appel*/reçois, pourquoi .. mon numéro, pourquoi .. reçois,
        avez/as .. eu mon/mes, par qui .. mon numéro/mes, comment .. mon numéro
    """,
    delete_number="""
        oubli*/effac*/perd*/retir*/enlev*/supprim*/ray*/ôte* .. mon/mes/moi/ce/nous ..
        numéro/num/coordonnées/données/contact/liste/fichier*/nom,
        retir*/enlev*/supprim*/ray*/effac*/sort* .. moi, me/nous
        retirer/enlever/supprimer/rayer/sortir .. de, de vos/votre/la
        listes/liste/fichiers/fichier/base/bases, droit à l oubli, droit d effacement, droit à l
        effacement, oubliez moi, oublie moi
    """,
    block_or_report="""
        je/on .. bloque/bloquer/bloquerai .. vous/ce/votre/numéro/te/expéditeur, je vous bloque,
        vous/je .. bloqué/bloque ce/votre, numéro .. bloqué, vous/te/le ..
        signale/signaler/signalerai .. à/au/comme/spam, je vous/te signale, je signale, signalé
        au/à/comme, 33700, dénonce*, êtes/es/sont bloqués/bloqué/bloquée, vais/allons vous/te ..
        signaler/bloquer/dénoncer, vous/te ai bloqué/bloqués/bloquée/signalé/signalés, allez être
        bloqué*/signalé*
    """,
    law="""
        rgpd, cnil, arcep, dgccrf, bloctel, plainte*, porter plainte, porte plainte, avocat ..
        vous/contacter*/prévenu/saisi, mon/notre/nos avocat*, justice .. saisi*/poursuit*, en
        justice, tribunal*, poursuites, harcel*, harcèl*, illégal*, abusif, abusive, données
        personnelles, vie privée, code de la consommation, appeler/appelle/prévenir la police,
        mise en demeure, quelles données, droit d accès, droit d opposition, médiateur
    """,
    spam="""
        spam, spams, spammeur*, arnaque*, arnaqueur*, escroc*, escroquerie*, indésirable*,
        fraude*, non désiré, non désirée, non désirés, non sollicité*, démarchage
    """,
    wrong_person="""
        mauvais/faux numéro, mauvaise personne, mauvais destinataire, erreur de
        numéro/personne/destinataire, vous .. trompez/trompé/trompe, tromper de numéro, pas le bon
        numéro, pas la bonne personne, pas mon numéro, décédé, décédée, décès, est mort, est
        morte, plus son numéro, mauvais num/n°/contact
    """,
    unsubscribe="""
        comment .. désabonner/désinscrire/arrêter/stopper, se/me/nous désabonner, résili* ..
        abonnement, mettre fin, plus être .. contacté*/abonné*, opt out, annule* .. abonnement
    """,
    never_agreed="""
        jamais .. inscrit*/abonné*/demandé*/donné*/accepté*/consenti*/autorisé*/souscrit*, pas ..
        inscrit*/abonné*/autorisé*/consenti* .. chez/à/sur/pour, ne .. suis pas ..
        inscrit*/abonné*/client*, suis pas .. client*, sans ..
        consentement/accord/permission/autorisation, retire mon consentement/accord, retrait de
        mon consentement, m oppose, je n accepte pas, n ai rien demandé, rien demandé, pas ..
        donné .. accord/consentement/numéro/autorisation, pas d accord .. pour/avec/de, non
        autorisé, refuse de recevoir, refuse .. messages/sms/pub, pas demandé, pas .. demandé
        ça/cela/à/de, non consenti*, suis plus .. client/cliente
    """,
    not_interested="""
        pas .. intéress*, pas d intérêt, aucun intérêt, m intéresse .. pas, intéresse pas, ne ..
        veux/voulons plus/pas/rien, ne souhaite plus/pas, veux plus/rien, plus .. intéress*, pas
        besoin de vos
    """,
    harmless="""
        arrêt/arrêts .. bus/tram/tramway/métro/car/autobus/train, arrêt maladie/cardiaque, en/à l
        arrêt, en arrêt, prochain/dernier/premier/notre arrêt, l arrêt, feu/feux/panneau/auto
        stop, assez .. grand*/bien/de place, ciel dégagé, route dégagée, vue dégagée, ça suffit
        pour, mon avocat est mûr, je ne veux pas .. déranger/oignon*/attendre/manquer/rater, me
        tromper, abonner, marron*, merci pour vos, je suis d accord,
        téléphone/batterie/portable/voiture .. est mort/morte, reçu vos messages, arrêtons nous, m
        arrête, s arrête, m arrêter, s arrêter, t arrêtes, ouvert/ouverte/ouverts sans arrêt, sans
        arrêt ouvert
    """,
)
