"""How mail programs of many languages introduce what they quote, and how people end a letter.

Italian and English first; then the languages whose programs write such lines of their own.
"""

import re

# "wrote" as programs write it, at the end of an introduction or before the name.
WROTE = (
    *(r"ha scritto", r"ha scritto il", r"scrive", r"ha risposto", r"wrote", r"writes", r"schrieb"),
    *(
        r"a [ée]crit",
        r"escribi[óo]",
        r"escreveu",
        r"va escriure",
        r"skrev",
        r"schreef",
        r"følgende",
    ),
    *(r"heeft (?:het volgende )?geschreven", r"geschreven", r"kirjoitti", r"napisa[łl]\(?a?\)?"),
    *(r"napsala?\(?a?\)?", r"napísala?", r"írta", r"ezt írta", r"a scris", r"yazdı", r"şunu yazdı"),
    *(r"написала?\(?а?\)?", r"пишет", r"писала?", r"написа(?:в|ла)", r"пише", r"έγραψε", r"написа"),
    *(r"je napisao(?:/la)?", r"je napisala?", r"đã viết", r"menulis", r"kirjutas", r"rašė"),
    *(
        r"rakstīja",
        r"写道",
        r"寫道",
        r"のメール",
        r"書きました",
        r"님이 작성",
        r"작성",
        r"כתב/?ה?",
        r"كتب",
        r"pisze",
        r"piše",
        r"ha escrit",
        r"escribiu",
        r"idatzi zuen",
        r"shkroi",
        r"skrifaði",
        r"je napísala?",
        r"نوشت",
    ),
)
# Words by which an introduction begins, a weekday or a figure apart.
BEGINS = (
    *("il giorno", "il", "lo", "in data", "in date", "alle", "alle ore", "on", "at", "le", "el"),
    *("em", "am", "op", "den", "d.", "på", "w dniu", "dnia", "dňa", "dne", "în data", "la", "vào"),
    *("pada", "στις", "quoting", "citando", "quote", "na", "noen", "a"),
    # Days of the week as programs shorten them: Italian, English, French, German, Spanish, Dutch.
    *("lun", "mar", "mer", "gio", "ven", "sab", "dom", "mon", "tue", "wed", "thu", "fri", "sat"),
    *("sun", "jeu", "sam", "dim", "mo", "di", "mi", "do", "fr", "sa", "so", "mié", "jue", "vie"),
    *("sáb", "ma", "wo", "vr", "za", "zo", "ter", "qua", "qui", "sex", "seg"),
    # Nordic, Finnish, Slavic.
    *("tir", "ons", "tor", "fre", "lør", "lör", "søn", "sön", "man", "mån", "tis", "ti", "ke"),
    *("to", "pe", "su", "пн", "вт", "ср", "чт", "пт", "сб", "вс", "pon", "wt", "śr", "czw", "pt"),
)
# The lines with which Outlook and others begin what they quote, by kind.
LABELS = {
    "from": "da|mittente|from|de|von|van|fra|från|od|от|від|lähettäjä|feladó|kimden|από|"
    "发件人|寄件者|差出人|보낸 사람|expéditeur|remitente|absender|afzender|di|from name|de la|"
    "nadawca|odesílatel|odosielateľ|avsändare|avsender|afsender|gönderen|expeditor|remetente|"
    "pošiljatelj|šalje|dari|từ",
    "date": "inviato|inviato il|inviata|data|data invio|sent|date|sent on|envoyé|envoyé le|enviado|"
    "enviado el|enviada|enviadas|enviada em|enviado em|fecha|gesendet|gesendet am|datum|"
    "verzonden|verzonden op|"
    "sendt|"
    "dato|skickat|wysłano|wysłane|wyslane|odoslané|data wysłania|odesláno|отправлено|"
    "дата|дата відправлення|lähetetty|"
    "küldve|gönderme tarihi|tarih|ημερομηνία|发送时间|日期|送信日時|日時|日付|날짜|message du|"
    "trimis",
    "to": "a|per|destinatario|to|à|pour|para|an|aan|til|till|do|komu|кому|vastaanottaja|címzett|"
    "kime|προς|收件人|收件者|宛先|받는 사람|destinataire|către|empfänger|adresat|odbiorca|"
    "příjemce|príjemca|mottagare|mottaker|modtager|alıcı|destinatar|destinatário|ontvanger|"
    "prima|kepada|đến",
    "cc": "cc|c.c.|ccn|copia|copia a|copie|copie à|kopie|kopi|kopia|dw|копия|"
    "copia per conoscenza|bcc",
    "subject": "oggetto|subject|objet|asunto|assunto|betreff|onderwerp|emne|ämne|temat|předmět|"
    "тема|aihe|tárgy|konu|θέμα|主题|主旨|件名|제목|subiect|predmet|zadeva|subjek|chủ đề",
    "other": "importanza|importance|priorità|priority|allegati|attachments|reply-to|rispondi a|"
    "répondre à|responder a|antwort an|organizzazione|organization|priorité|wichtigkeit",
}
# Said between dashes above what is quoted or passed on.
ORIGINAL = (
    r"messaggio originale|messaggio inoltrato|messaggio originario|appuntamento originale|"
    r"ursprünglicher termin|inizio messaggio inoltrato|"
    r"original(?: e-?mail)? message|original message|forwarded message|begin forwarded message|"
    r"reply message|original appointment|message d'origine|message original|message transféré|"
    r"début du message (?:transféré|réexpédié)|mensaje original|mensaje reenviado|"
    r"mensagem original|mensagem encaminhada|mensagem reencaminhada|urspr[üu]e?ngliche nachricht|"
    r"original-?nachricht|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|"
    r"oorspronkelijk bericht|doorgestuurd bericht|oprindelig (?:meddelelse|besked)|"
    r"opprinnelig melding|videresendt (?:melding|meddelelse)|ursprungligt meddelande|"
    r"vidarebefordrat meddelande|alkuperäinen viesti|välitetty viesti|wiadomość oryginalna|"
    r"oryginalna wiadomość|przekazana wiadomość|původní zpráva|přeposlaná zpráva|pôvodná správa|"
    r"eredeti üzenet|mesaj original|özgün ileti|orijinal mesaj|iletilen mesaj|"
    r"исходное сообщение|пересылаемое сообщение|пересланное сообщение|оригінальне повідомлення|"
    r"αρχικό μήνυμα|原始邮件|原始郵件|转发的邮件|元のメッセージ|원본 메시지|quoted message|"
    r"(?:původní|oryginalny|original|originele|ursprüngliche|eredeti) e-?mail|"
    r"e-?mail originale|courriel (?:d.origine|original)|correo original|"
    r"messaggio precedente|testo originale|replied message|original text"
)
# A phone's or a program's own last line, up to its name.
SENT_FROM = (
    r"inviat[oa] (?:da|dal|dalla|con|tramite|dall'|via)|spedito da|scritto (?:da|dal) (?:mio )?"
    r"(?:telefono|cellulare|iphone)|ottieni outlook per|scarica outlook|sent (?:from|via|using|"
    r"by|with)"
    r"|get outlook for|sent a|envoyé (?:de|depuis|à partir de|via|avec|par|du)|télécharger outlook|"
    r"obtenir outlook|obtenez outlook|enviado (?:desde|do|de|a partir|pelo|via)|obtener outlook|"
    r"obter o? ?outlook|gesendet (?:von|mit|aus|vom|über)|von meinem .{1,30} gesendet|"
    r"diese nachricht wurde von meinem|holen sie sich outlook|outlook für (?:ios|android)\b.{0,60} "
    r"beziehen|verzonden (?:vanaf|met|vanuit|via)|verstuurd (?:vanaf|met|vanuit|via)|"
    r"outlook voor (?:ios|android)\b.{0,60} downloaden|sendt fra|skickat från|lähetetty|wysłane "
    r"(?:z|za)|"
    r"odesláno z|отправлено (?:с|из)|надіслано (?:з|із)|trimis (?:de|din)|gönderildi|"
    r"iphone'umdan|elküldve|posláno z|στάλθηκε από|发自我的|從我的|iphoneから送信|나의 .{1,20}에서 "
    r"보냄|yahoo mail ?: "
)
# What such a line names, where it ends like a sentence.
DEVICES = (
    r"(?<![a-z])(?:my|dal mio|mon|meine[mn]|desde mi|de mi|d?o meu|mijn|min|mojego|mého|моего|"
    r"proton|black ?berry|samsung|galaxy|iphone|ipad|smartphone|android|windows|"
    r"outlook|"
    r"huawei|"
    r"xiaomi|redmi|oppo|pixel|nokia|telefono|cellulare|handy|mobile|mobiltelefon|tablet|palmare|"
    r"e?-?mail|"
    r"app|phone|device|dispositiv\w|téléphone|portable|móvil|teléfono|tutanota|spark|aquamail)\b"
)
# A desk's own mark: the answer stands above it.
ABOVE = (
    r"(?:please )?(?:type|write|enter|add)? ?(?:your )?repl(?:y|ies) above (?:this|the) line|"
    r"reply above this line|(?:si prega di |per favore )?(?:rispond\w{1,4}|scriv\w{1,4})(?: la "
    r"risposta)? "
    r"(?:al di )?sopra (?:di )?(?:questa|la) (?:riga|linea)|(?:bitte )?(?:antwort\w{0,3}|"
    r"schreiben sie"
    r"(?: ihre antwort)?)(?: sie)?(?: bitte)? (?:oberhalb|über) dieser (?:linie|zeile)|"
    r"(?:veuillez )?"
    r"répond\w{1,3} au[- ]dessus de cette ligne|(?:por favor,? )?(?:responda|escriba) (?:por "
    r")?(?:encima|"
    r"arriba) de esta línea"
)
# How a letter ends; the whole line says nothing else.
_FAREWELLS = (
    r"(?:(?:i miei |i nostri |i pi[ùu] )?(?:cordiali|distinti|cari|migliori|affettuosi|"
    r"sentiti) saluti|"
    r"saluti(?: cordiali| distinti)?|cordialmente|cordialit[àa]|distintamente|un (?:caro |"
    r"cordiale )?"
    r"saluto|un saluto cordiale|porgo (?:i miei )?(?:cordiali|distinti) saluti|in fede|"
    r"con osservanza|a presto|buona (?:giornata|serata)|buon lavoro|la saluto(?: cordialmente)?|"
    r"cordiali saluti e buon lavoro|c\.?s\.?|grazie e (?:cordiali )?saluti|"
    r"ringrazi(?:o|ando|amo)(?: anticipatamente)?,? (?:e )?(?:porgo |invio )?(?:cordiali |"
    r"distinti )?"
    r"saluti|grazie mille e (?:cordiali )?saluti|cordialissimi saluti|tanti saluti|ossequi|"
    r"(?:in|nell['’]) ?attesa .{3,80} saluti|(?:con )?i migliori saluti|(?:colgo|resto|rimango|"
    r"restiamo|rimaniamo|ringrazi|certi? "
    r"di|"
    r"confid).{3,80} saluti)|"
    r"(?:(?:with )?(?:kind|best|warm|warmest|kindest|many)? ?(?:regards|wishes)|best|cheers|"
    r"sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|respectfully(?: yours)?|cordially|"
    r"all the best|thanks (?:and|&) (?:best |kind )?regards|thank you and (?:best |kind )?regards|"
    r"rgds|br|kr|warmly)|"
    r"(?:(?:bien |très )?cordialement|bonne (?:journée|soirée|réception)|"
    r"(?:bien |sincères |meilleures )?salutations(?: distinguées)?|"
    r"bien à vous|meilleures salutations|cdlt|sincèrement)|"
    r"(?:mit (?:freundlichen|besten|herzlichen) gr[üu](?:ß|ss)en|(?:schöne|viele|beste|"
    r"liebe|freundliche|herzliche) "
    r"gr[üu](?:ß|ss)e|mfg|freundlichen gru(?:ß|ss)|gru(?:ß|ss)|hochachtungsvoll|lg|vg)|"
    r"(?:(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|un abrazo|saludos cordiales|"
    r"atenciosamente|com os melhores cumprimentos|cumprimentos|abraços?|att|melhores cumprimentos)|"
    r"(?:met vriendelijke groet(?:en)?|vriendelijke groet(?:en)?|groet(?:en|jes)?|mvg|"
    r"med venlig hilsen|venlig hilsen|mvh|med vennlig hilsen|hilsen|med vänliga hälsningar|"
    r"vänliga hälsningar|hälsningar|ystävällisin terveisin|terveisin|t\.|"
    r"(?:serdecznie )?pozdrawiam(?: serdecznie)?|"
    r"(?:łączę|z) (?:serdeczne |wyrazami )?(?:pozdrowieniami?|pozdrowienia|szacunku)|"
    r"(?:met )?hartelijke groet(?:en)?|hoogachtend|"
    r"bästa hälsningar|de bedste hilsner|"
    r"z poważaniem|s pozdravem|üdvözlettel|cu stimă|saygılarımla|с уважением|з повагою|"
    r"με εκτίμηση|此致)"
)
_THANKS = (
    r"(?:(?:la |vi |ti )?(?:ringrazio|ringraziamo)(?: anticipatamente)?|grazie(?: mille| ancora| "
    r"tante|"
    r" anticipatamente)?|(?:many )?thanks(?: a lot| again)?|thank you(?: very much)?|merci(?: "
    r"beaucoup|"
    r" d['’]avance)?|(?:vielen |besten |herzlichen )?dank(?:e)?|(?:muchas )?gracias|obrigad[oa]|"
    r"bedankt)"
)
_AND = r"\s{0,3}(?:[,./|&-]|\b(?:e|ed|and|und|et|y|en)\b)\s{0,3}"
FAREWELL = re.compile(
    rf"\W{{0,3}}(?:{_THANKS}{_AND}(?:porgo |invio )?)?(?:{_FAREWELLS})(?:{_AND}(?:{_FAREWELLS}))?"
    r"\s*[,.;!:…-]{0,3}[^\w\n]{0,4}",
    re.IGNORECASE,
)
# The same with a name behind it; the name is looked at apart, by its capital letters.
FAREWELL_AND_NAME = re.compile(
    rf"\W{{0,3}}(?:{_THANKS}{_AND})?(?:{_FAREWELLS})[,.!]?\s+(?P<name>\S.{{1,50}})", re.IGNORECASE
)
# Notices that follow a signature and say nothing of the matter: those with a title of their own ...
TITLED_NOTICE = re.compile(
    r"\W{0,6}(?:P\s{1,3})?(?:avviso di riservatezza|nota di riservatezza|clausola di riservatezza|"
    r"(?:please |prima di stampare|before printing|rispetta l.ambiente|think before you print)"
    r".{0,30}(?:stampa|print|environment|ambiente|mail)|"
    r"confidentiality notice|(?:legal )?disclaimer\s?(?:[:.–-]|$)|"
    r"quest[ao] (?:e-?mail|messaggio) (?:è|e'|non contiene) .{0,60}virus|(?:privo di virus|"
    r"virus-free\b|mail priva di virus|this e-?mail (?:has been|was|is) .{0,20}(?:checked|scanned|"
    r"virus)|diese e-?mail wurde .{0,20}(?:viren|geprüft)|no viruses found|nessun virus))",
    re.IGNORECASE,
)
# ... and those that begin as a letter may, too, with what only a notice says.
NOTICE = re.compile(
    r"\W{0,6}(?:le informazioni contenute (?:in|nel)|quest[ao] (?:messaggio|e-?mail|"
    r"comunicazione)\b|"
    r"(?:ai sensi|in ottemperanza|in conformità) (?:de|al)|privacy\b|"
    r"informativa (?:sulla )?(?:privacy|riservatezza|ai sensi)|il presente messaggio|il contenuto "
    r"(?:di "
    r"questa|"
    r"della presente|del presente)|la presente (?:e-?mail|comunicazione)|le informazioni (?:e gli "
    r"allegati|trasmesse)|this (?:e-?mail|message|communication|transmission)\b|the (?:information|"
    r"content)s? (?:contained )?(?:in|of) this (?:e-?mail|message)|ce (?:message|courriel)\b|diese "
    r"(?:e-?mail|nachricht)\b|est[ea] (?:mensaje|correo|mensagem|e-?mail)\b|dit "
    r"(?:e-?mail)?bericht\b)",
    re.IGNORECASE,
)
ONLY_IN_NOTICES = re.compile(
    r"riservat|confiden[zc]ial|confidential|confidentiel|privileged|vertraulich|vertrouwelijk|"
    r"intended (?:recipient|addressee|solely|only|for)|(?:destinat|rivolt|indirizzat)\w+ "
    r"(?:esclusivamente|unicamente|solo|soltanto)|(?:esclusivamente|unicamente) (?:destinat|rivolt|"
    r"indirizzat|al? )|esclusivo uso|uso esclusivo|destinatari[oi] (?:sopra )?indicat|for the "
    r"sole use",
    re.IGNORECASE,
)
# A person asks; a notice never says "I".
ASKS = re.compile(
    r"\b(?:(?:ri)?chiedo|vorrei|voglio|desidero|diffido|sollecito|intimo|esigo|i (?:would|want|"
    r"request|"
    r"hereby|ask|need)|je (?:demande|souhaite|voudrais)|ich (?:möchte|bitte|fordere|verlange)|"
    r"solicito|"
    r"quiero)\b",
    re.IGNORECASE,
)
