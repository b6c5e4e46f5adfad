"""English."""

from promosms.sms.keywords.vocabulary import Vocabulary

ENGLISH = Vocabulary(
    opt_out_line="Reply STOP to opt out",
    opt_out_link="Opt out:",
    clear="stop stopall unsubscribe unsubscribed optout unsub stop2end stop2quit",
    everyday="cancel end quit revoke remove td delete",
    only_alone="",
    slips="""
        sotp stpo tsop stp st0p s7op s70p 5top st9p sto0 st00p stip stpp stkp stlp stoo srop syop
        sfop sgop atop dtop ztop xtop wtop stiop stoip stolp styop sttp sstp sotop stotp stpop
        sto0p st0op cnjg
    """,
    misspelt="unsubscribe unsubscribed unsubscribing",
    clear_stems="unsub unsusc unscub unscrib unsuscr optout",
    stems="cancel remov revok unregist deregist",
    objects="""
        sms smses text texts txt txts texting txting message messages messaging msg msgs all it
        this these them me my number promo promos promotions ads spam newsletter subscription list
        now today at once sending receiving getting
    """,
    other_things="""
        order appointment booking reservation visit table delivery prescription parcel lesson
        class membership item invoice account ticket
    """,
    polite="please pls plz thanks thank you thx hi hello hey ok okay sorry sry kindly re fw fwd",
    start="start unstop",
    help="help info",
    signatures="""
        sent from .. phone/iphone/ipad/mobile/android/samsung/galaxy/outlook/mail/huawei/xiaomi,
        sent with/via, get outlook for, sent using
    """,
    alone="""
        no more, nomore, no more from/of you, no more now, please no more, enough, enough now,
        that s enough, thats enough, enough already, that is enough, no thanks stop, blocked,
        block, you re blocked, you are blocked, blocking, reported, reporting, go away, piss,
        annoying, who is/s this, whos/who this, who are/r you/u, who dis, not me, not for me,
        never, never again, not again, i am done, i m done, im done, done with you, dont, do not,
        no sms, no text/texts/txt/txts, no messages/message/ads/spam, off, unwanted, unwelcome,
        full stop, the end, do one, jog on, get a life, i want off, so annoying, want off, no
        texting, no contact, go die, not wanted, get off, f u, fu, ur blocked, no promos, no
        offers, no promotions, no adverts, no marketing, cut it out, pack it in, knock it off,
        leave it out, no ads thanks, 7726, dead, she s dead, he s dead, no interest, rude,
        disgusting, shame on you, not cool, no no more, very rude, unacceptable, pathetic, count
        me out, leave me out, go jump, you again, not you again, oh no not you again, ffs, for
        fucks sake, exit, leave, dnd, forget me, withdraw, i withdraw, discontinue, please
        discontinue, unfollow, stahp, turn off, switch off, deactivate, disable, disable
        notifications, private number, this is a private number, whose number is this, whos number
        is this, do i know you, do we know each other, new phone who dis, who is it, who tf is
        this, who are you people/guys, hell no, no no no, give it a rest, give over, sick of it,
        tired of it, changed owner, no msg/msgs, beat it, bite me, this isnt *, this is not me,
        muted, dnc
    """,
    enough="""
        enough of/with .. this/these/that/your/you/text*/sms*/messag*, had enough, enough is
        enough, enough already, no more of this/these/that/your/it, sick/tired of ..
        you/your/this/these/text*/messag*, fed up, too many ..
        text*/txt*/sms*/messag*/msg*/offers/ads, text/texting/message/messaging/txt ..
        every/constantly, text*/messag*/sms* .. non/nonstop, stopped/stoppt/stops/stopping, you
        keep .. text*/send*/messag*/spam*/bother*/call*, you
        text/message/msg/txt/spam/bother/pester me/us, already/i told/asked you, i ve/have ..
        told/asked you, annoying me, your texts/messages/msgs/smses/ads/spam, stop ..
        pestering/bothering, do not want your, so annoying, re annoying, are annoying, how many
        times .. do/must/have, done with you/your/this/these, enough texts/messages/sms/spam/msgs,
        dont get .. again/these/this, shame on, disgusting, so rude, not cool, no no more, how
        rude, me no more, us no more, hate/hates these/your .. texts/messages/sms/msgs/promos,
        hate getting/receiving .. texts/messages/sms/these, sick/tired of it
    """,
    do_not_write="""
        no more .. text*/txt*/sms*/messag*/msg*/promo*/ad/ads/offer*/email*/call*,
        dont/dnt/don/never/not ..
        text*/txt*/sms*/messag*/msg*/contact*/send*/call*/bother*/write*/ring/spam*/disturb*/pester*/ping,
        no .. sms/smses/texts/txts/msgs please, cease, desist, quit .. texting/sending/messaging,
        without asking me, no cold calls, no marketing, no advert*, no soliciting, dont want ..
        it/them/these/this/any/your, do not want .. it/them/these/this/any/your, no
        mor/more/nomore .. txt*/text*, nomore txt*/text*/sms/messag*, no promos, no offers, no
        longer want/wish .. receive/get/hear/these/your/texts/messages/sms, refrain from,
        discontinue .. messag*/text*/sms/sending/these/this, no more .. advert*, dontext*,
        donttext*
    """,
    leave_alone="""
        leave me/us alone, leave me/us the .. alone, leave me/us in peace, leave me/us be, get off
        my phone, let me be, bother someone/somebody else
    """,
    insults="""
        fuck*, fck, fcuk, fuk, fuq, f off, f ck, eff off, piss off, pissed off, bugger off, sod
        off, get lost, get stuffed, go to hell, screw you, up yours, shut up, shove it, stfu,
        gtfo, asshole*, arsehole*, bastard*, idiot*, moron*, wanker*, bitch*, twat*, cunt*,
        dickhead*, scumbag*, bullshit, drop dead, kiss my, wtf, fuck, naff off, f u, fu u, feck
        off, stuff off, sling your hook, bog off, fk, fkoff, fkn, fuckoff, kiss off, buzz off, get
        bent, eat shit, shut the .. up, go f yourself
    """,
    source_of_number="""
        who gave .. number/nr/no/details/data/contact*, who gave you/u .. my, where/how ..
        get/got/find/found/have/obtain* .. my number/nr/no/details/data, how did you get my, how
        .. come you have my, how do you know my/me, how do you have my, where .. my number from,
        who told you my, why do you have my, why are you texting, why am i getting/receiving/on,
        dont know you/who, do not know you/who, i know you not, who sold .. my, who gave you/u,
        why do i get/keep/receive, why i am getting, did i ask for, who gave .. permission, who
        the .. is this, how .. did .. get this/my/our number, who passed .. my/our, what data
        do/have you, how .. get this number, whered/howd/whod .. get/got/find/found/gave/give, how
        d you/u get my
    """,
    delete_number="""
        lose/loose/forget/erase/delete/wipe/drop/scrap/bin/clear/purge/destroy/take .. my/this/our
        number/nr/no/details/data/info*/contact*/phone/name, lose/forget/erase/delete/wipe this
        number, lose/erase/delete me, lose/erase/delete us, get rid of my/this, my number from,
        take my number, forget about me
    """,
    block_or_report="""
        block/blocking/blocked/ban .. you/u/your/this number/sender, block/blocking/blocked you,
        number .. is .. blocked, you .. are blocked, report/reporting/reported ..
        you/spam/harassment/police/authorities/ico/ofcom/ftc/fcc, report/reporting/reported
        this/your, going to block, will block, ll block, you/u/ur r/re/are/all .. blocked, ur
        blocked, going/have/having to report, will report, ll report, blocked and, block me, and
        reported, block and report, consider yourself blocked, been/are reported,
        reported/forwarded/forwarding/reporting .. 7726, muting/muted you/this/these
    """,
    law="""
        gdpr, tcpa, pecr, ofcom, the/to/with/via ico, information commissioner, data protection,
        trading standards, sue you/them, will/ll/to sue, im suing, suing, sued, lawyer*,
        solicitor*, attorney*, legal action, take legal, lawsuit*, small claims, to/in court,
        complaint*, complain, complaining, illegal*, unlawful*, against the law, harass*,
        stalking, personal data, my privacy, call/calling/tell/inform/contact/to the police,
        privacy violation, my rights, police .. informed/contacted/called, no right to, you have
        no right, not allowed to text, subject access, right to erasure, right to be forgotten,
        article 17/21/15, art 17/21/15, breaking the law, break the law, ombudsman, ico complaint,
        data controller, dpo, data breach, breach of, dnc list/register/registry, do not call
        list/register/registry/registration, tps, data subject
    """,
    spam="""
        spam, spams, spammed, spammer*, spamming, scam, scams, scammed, scammer*, scamming,
        fraud*, phishing, junk, unsolicited, rip off
    """,
    wrong_person="""
        wrong number/person/nr/no/num/guy/woman/man/one/recipient, wrong phone number, not my
        number, not the person, nobody/noone here by, no one/body by that name, number .. belongs
        to someone/somebody/me, number changed hands, new number owner, not .. anymore his/her
        number, passed away, deceased, has/have/is died/dead, died, is dead, wrong numb*, this is
        not .. number/phone, this isnt .. number/phone, not .. number any/anymore, have this
        number any/anymore, nobody/noone/no .. here called/named, no one here called/named, isnt
        .. number, no longer .. number/phone, she/he s dead, not who you think, she/he is/has ..
        dead/died, belongs to my, just got this number, new number not, no longer works/work, no
        such person, different person now, not .. person you, changed owner/owners, different
        owner, new owner of this
    """,
    unsubscribe="""
        take/get/cross/sign/strike/scratch/knock me/us off, take .. off .. list/database, off
        your/the/this list, opt me/us out, opt out, opting out, opted out, want out, not on ..
        your list, stop/stops/stopping .. text*/sms*/messag*, from your list, off/from .. mailing
        list, mailing list .. off, leave/count/keep me out, dont include me, exclude me,
        deregister, un subscribe/sub, drop me .. list, drop me off your, unenrol*, disenrol*, un
        enrol/enroll, opt put, optput, oputout, optou, turn/switch .. off ..
        texts/messages/sms/notifications, turn/switch off
        these/this/your/texts/messages/notifications, turn/switch these/them off,
        deactivate/disable .. texts/messages/sms/number
    """,
    never_agreed="""
        never/not/didnt/havent/wasnt ..
        sign/signed/subscribe*/register*/agree*/consent*/ask/asked/permission/opt/opted/request*/enroll*,
        never gave, didnt give, did not give, never joined, without .. consent/permission,
        withdraw/withdrawing/withdrawn .. consent/permission, no consent, never heard of you, not
        a/your customer/client, never bought, i object, objection, never been .. customer/client,
        no permission, never gave .. permission/number/consent, not consent*, dont consent, do not
        consent, not opted, dont/not/never .. recall/remember ..
        signing/giving/joining/agreeing/subscribing/registering/asking, consent ..
        withdrawn/revoked, dont/not have .. consent/permission, no longer .. customer/client
    """,
    not_interested="""
        not .. interested, no interest, no longer interested, uninterested, dont care, do not
        care, couldnt care less, no need for these/this/your, not .. intrest*/intersted/intrested,
        cant be bothered, no use for, dont need .. these/your/texts/messages/sms, waste of time
    """,
    harmless="""
        stop sign/signs/light/lights/press/motion/button/watch, one stop shop, stopwatch*,
        stopover*, stopgap*, stoplight*, stoppage*, stopcock*, doorstop*, backstop*, shortstop*,
        stopped raining/snowing/working, rain/snow has stopped, atop the/a/of/our/my, dead end,
        end date, end up, at/by/till/until/in the end, quit/quitting smoking, quit my job, make up
        remover, makeup remover*, polish remover*, gel/tattoo/hair/wart/nail/stain/snow/mole/wax
        removal*, remove/removed/removing ..
        gel/stain*/tattoo*/polish/wax/wart*/shoes/wallpaper/braces/stitches, spam
        folder/filter/box, in/to/into .. my spam, police station, block of flats, the ham, never
        mind, idiot proof, block/blocks away, dont forget .. to text/call/send/message, not ..
        asked price, drop dead gorgeous, screw drivers, to court 1/2/3/4,
        can/could/will/would/did/should you text/message/call/txt/msg/send,
        phone/battery/car/mobile/cell/laptop .. died, phone/battery/car/mobile/cell/laptop ..
        is/has dead, add me to, end of
        week/month/day/year/season/road/street/line/row/term/winter/summer/spring/autumn/school/work/january/february/march/april/may/june/july/august/september/october/november/december,
        end of the/this/next/my/our
        week/month/day/year/season/road/street/line/row/queue/term/winter/summer/party/school/hall/corridor/film,
        removable,
        bus/tram/train/tube/coach/metro/next/last/first/pit/rest/taxi/truck/2nd/second/third
        stop/stops, step, shop, soap, soup, slop, swop, sopa, tops, topi, topo, stos, stok, stow,
        stol, stoi, stoj, stor, stof, stob, story, steps, shops, stone, stoma, strap, strip,
        scoop, snoop, swoop, sloop, stool, stoop low, storm, hop on hop off, drop off
    """,
)
