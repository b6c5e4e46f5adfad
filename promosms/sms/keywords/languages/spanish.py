"""Spanish."""

from promosms.sms.keywords.vocabulary import Vocabulary

SPANISH = Vocabulary(
    opt_out_line="Para darse de baja: STOP",
    opt_out_link="Darse de baja:",
    clear="desuscribir desuscribirme",
    everyday="baja parar cancelar eliminar basta",
    only_alone="",
    slips="",
    misspelt="desuscribir desuscribirme desuscripción",
    clear_stems="desuscri",
    stems="elimin borra desuscri desapunt",
    objects="mensaje mensajes publicidad número mi suscripción ya de los todo envíos",
    other_things="cita pedido reserva envío clase matrícula",
    polite="por favor porfavor porfa gracias hola perdón disculpe buenas buenos días rv",
    start="",
    help="ayuda",
    signatures="enviado desde/con, obtener/descargar outlook",
    alone="""
        basta ya, ya basta, suficiente, es suficiente, ya es suficiente, ya está bien, ya estuvo
        bueno, ya estuvo, no más, no mas, ya no, ya no más, nunca, nunca más, no quiero, no quiero
        más, no quiero nada, bloqueado, bloqueada, bloqueados, te bloqueo, os bloqueo, denunciado,
        denuncia, reportado, quién es, quien es, quiénes son, quién eres, quienes sois, quién eres
        tú, quién habla, quien escribe, quién es usted, no soy yo, déjame, déjenme, dejadme,
        paren, pare, para ya, paren ya, pesados, pesado, cansinos, fuera, lárgate, vete, me
        opongo, harto, harta, olvídame, olvídenme, anular, anulen, no molestar, no molesten, no
        autorizado, parad ya, parad, qué pesados, que pesados, que pesado, ya no quiero, dejadlo,
        dejadlo ya, no deseo, largo de aquí, adiós pesados, no doy permiso, dejen ya, qué pesadez,
        pesadez, quiénes son ustedes, quiénes sois, quién sois, quién me escribe, quién manda,
        quién es este, están bloqueados, quedan bloqueados, no autoricé, quién coño eres, para,
        alto, otra vez vosotros, policía
    """,
    enough="""
        harto/harta/hartos de .. mensajes/sms/publicidad/vosotros/ustedes/sus/tanto/tantos, estoy
        harto/harta, demasiados mensajes/sms, tantos mensajes/sms, todos los días ..
        mensajes/sms/mensaje/publicidad, paren de, dejen/deje/deja/dejad de, dejen/deje/deja/dejad
        ya, basta ya, ya basta, basta de, ya .. dije/pedí/dicho que/no, vuestros/sus/estos/tantos
        mensajes/sms/anuncios, pesados, pesadez, cansado/cansada/cansados de ..
        mensajes/sms/publicidad/ustedes/vosotros/sus, me tienen harto/harta, cuántas veces ..
        tengo/hay/debo/decir*/que
    """,
    do_not_write="""
        no .. envi*/mand*/escrib*/molest*/llam*/contact*/moleste* ..
        más/mas/nada/mensajes/sms/publicidad/mensaje, no me/nos ..
        envi*/mand*/escrib*/molest*/llam*/contact*/moleste*, no
        envi*/mand*/molest*/escribas/escriban/escriba/escribáis/llamen/llames/llame/llaméis, no
        mas/más sms/mensajes/publicidad/mensaje/llamadas/promociones, no .. quier*/dese* ..
        mensajes/sms/publicidad/recibir/nada/más/ofertas, ni un/una .. mensaje/sms, ningún
        mensaje/sms, sin publicidad, prohíbo, cesen, no vuelv* a ..
        escrib*/mand*/envi*/llam*/contact*/molest*, no quier* .. recib*/que, ya no quiero, no
        quiero .. recibir/que/saber, no quiero, no deseo
    """,
    leave_alone="""
        dejen/deje/deja/dejad/déjame/déjenme/dejadme/déjeme/déjanos/déjennos ..
        paz/tranquilo/tranquila/tranquilos, en paz, olvídense/olvidaos/olvídate de mí
    """,
    insults="""
        a la mierda, mierda*, al carajo, al diablo, al infierno, vete a .. tomar/freír/paseo, idos
        a, iros a, vayan a .. tomar/freír, jódete, jódanse, joder, jodan, jodeos, que te/os
        jodan/den/follen, gilipollas, cabrón*, cabron*, pendejo*, chinga*, no jodas, no jodan,
        puta, putas, puto, putos, hijo de puta, hijos de, hdp, imbécil*, idiota*, coñazo, coño, no
        me toques, lárgate, lárguense, cállate, cállense, callaos, capullo*, estúpid*, váyanse,
        vete a, sinvergüenzas, sinvergüenza, vergüenza, idiotas, asco
    """,
    source_of_number="""
        quién/quien .. dio/dado/pasó/facilitó/vendió .. número/numero/teléfono/móvil/datos, de
        dónde/donde .. sac*/tien*/obtuv*/consigui*/salió/habéis/han ..
        número/teléfono/móvil/datos, de dónde .. mi número/teléfono/móvil, cómo ..
        consigui*/obtuv*/tien*/conseguido/obtenido .. mi número/teléfono/móvil/datos, por qué ..
        tien*/escrib*/envi*/recibo/mandan .. mi/me/mensajes/esto/mensaje, no los/os/te/le/les
        conozco, no sé quién/quiénes, por qué me/nos .. escrib*/envi*/mand*/llam*/lleg*/contact*,
        por qué .. tien* .. mi, por qué recibo, no conozco .. esta/esa/su empresa/tienda/marca, no
        conozco su
    """,
    delete_number="""
        olvid*/borr*/quit*/elimin*/saqu*/suprim*/retir*/tach*/pierd* .. mi/mis/me/este
        número/teléfono/móvil/datos/contacto/nombre, borr*/quit*/elimin*/saqu*/sáqu*/quít*/bórr*
        .. de .. lista/base,
        bórrame/bórrenme/quítame/quítenme/sáquenme/sácame/quitadme/borradme/elimínenme/bórreme/quíteme,
        de su/la/tu/vuestra/sus lista/base/listas/bases, derecho al olvido, derecho de supresión,
        que me/nos borren/quiten/eliminen/saquen/den, olvidadme, olvídame, olvídenme, olvídeme
    """,
    block_or_report="""
        te/os/los/les/le voy/vamos a bloquear/denunciar/reportar, voy a
        bloquear*/denunciar*/reportar*, te/os/los/les/le bloque*/denunci*/report*, bloque* ..
        este/su/tu número, número .. bloqueado, denunci* a/por/ante, están/estás/quedan/quedas
        bloquead*
    """,
    law="""
        rgpd, lopd, lopdgdd, aepd, protección de datos, datos personales, abogado*, abogada*,
        denunci*, demanda, demandar*, demandaré, querella*, reclamación .. consumo/datos/aepd,
        presentar .. reclamación, ilegal*, acoso, acosando, acosan, hostigamiento, profeco, lista
        robinson, a la policía, tribunales, a juicio, qué datos tienen, derecho de acceso, derecho
        de oposición, derechos arco
    """,
    spam="""
        spam, spammer*, estafa*, estafador*, fraude*, timo, timadores, no deseado*,
        mensajes/sms/publicidad basura
    """,
    wrong_person="""
        número/numero equivocado/erróneo/incorrecto, equivocad* de/número/persona, se
        equivoca/equivocan/equivocó, te/os equivoc*, te/os/se has/han/habéis/ha equivocado,
        persona equivocada, no es mi número, no soy esa/la/ese persona, no conozco a, falleció,
        fallecido, fallecida, ha muerto, murió, está muerto/muerta
    """,
    unsubscribe="""
        dar*/doy/dé/den/deme/denme/darme/dame/dadme/dar .. de baja, quiero .. baja, cómo ..
        baja/cancelo/cancelar, anul* .. suscripción/mensajes, baja de/del ..
        lista/servicio/publicidad, cancel*, darme de baja
    """,
    never_agreed="""
        nunca ..
        suscrib*/suscrit*/registr*/apunt*/inscrib*/inscrit*/solicit*/pedí/pedi/di/autoric*/acept*/dado,
        no .. he/hemos ..
        suscrito/registrado/apuntado/inscrito/solicitado/pedido/autorizado/aceptado/dado ..
        nada/permiso/a/esto/en/mi, no me suscrib*/registr*/apunt*/inscrib*, no ..
        autoric*/autorizo/acept*/consient*/doy .. permiso/esto/publicidad/mensajes/nada, no doy
        mi, sin .. consentimiento/permiso/autorización, retiro/revoco/retirar/revocar ..
        consentimiento/permiso, no soy .. cliente*, me opongo, no .. di/dí/dado ..
        permiso/consentimiento/autorización/número, no he dado, sin autorizar, no .. he/hemos ..
        suscrito/registrado/apuntado/inscrito/autorizado/aceptado/solicitado, no autoric*/autoriz*
    """,
    not_interested="""
        no .. me/nos interes*, no .. interesad*, no interes*, ningún interés, sin interés, no me
        importa, no necesito .. publicidad/mensajes/esto
    """,
    harmless="""
        parada*,
        planta/plantas/temporada/clase/gama/tensión/talla/más/mas/voz/marea/cama/silla/mesa baja,
        baja médica/medica/laboral/temperatura/california/maternal, de/en baja ..
        médica/maternal/laboral, estoy/está de baja, puedo/podemos/podría/puede parar, parar
        en/un/a/el, borracho*, borrador*, eliminatoria*, eliminar/elimina ..
        mancha*/vello/grasa/puntos/cal, cesta de la, no quiero molestar, no quiero ..
        cebolla/molestar/esperar/llegar, quién es el/la, móvil/batería/coche ..
        muerto/muerta/murió, sin permiso de, molestias
    """,
)
