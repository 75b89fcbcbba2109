"""How systems that send no standard mark name themselves and say what happened."""

import re

DAEMON = re.compile(
    r"mailer[-_. ]?daemon|mail[-_.]?daemon|^maildaemon|mail\.?delivery|mdaemon|^mmdf|"
    r"^delivery[-_.]?(?:system|subsystem|notification|status)|"
    r"^bounce(?:s|d|-notification)?$|^ndr$|nondelivery|undeliver",
    re.IGNORECASE,
)
DAEMON_NAME = re.compile(
    r"^mail(?:er)? deliver(?:y)? (?:sub)?system|mailer[- ]?daemon|delivery subsystem|"
    r"^mail administrator$|^courier mail server|^(?:gmx|mail) mailer daemon|^mail delivery "
    r"(?:service|agent)|ndr administrator|"
    r"^(?:internet )?mail delivery$|^system administrator$",
    re.IGNORECASE,
)
POSTMASTER = re.compile(r"post[-_.]?master|poostmaster", re.IGNORECASE)
SYSTEM_SENDER = re.compile(
    r"post[-_.]?master\d{0,3}|poostmaster|mail-?admin|sysadmin|administrator|admin|root|"
    r"no-?reply|do-?not-?reply|system|notif(?:y|ication)s?|mailsystem|mail|mta|smtp",
    re.IGNORECASE,
)
BOUNCE_SUBJECT = re.compile(
    r"undeliver(?:able|ed)|deliver(?:y)? (?:has )?fail|fail(?:ed|ure) (?:to )?(?:deliver|notice)|"
    r"delivery (?:status )?notification|returned (?:e-?)?mail|returned to sender|"
    r"^returned?: |mail (?:could|can)(?: ?not| not be) (?:be )?delivered|non[- ]?deliver(?:y|able)|"
    r"could not (?:be deliver|deliver|send)|delivery (?:report|error|problem|delay|unsuccessful)|"
    r"mail (?:delivery|system) (?:error|failed|failure|problem)|message (?:delivery )?"
    r"(?:status|not delivered|undelivered|delayed)|bounce notification|delayed mail|"
    r"warning: could not send|notice: mail delivery|rejected(?: mail| message)|"
    r"permanent (?:delivery )?(?:failure|error)|unable to deliver|"
    r"mancat[oa] (?:recapito|consegna)|(?:non|impossibile) (?:recapitabile|recapitare|consegnare)|"
    r"notifica (?:dello )?stato (?:del )?recapito|messaggio non (?:recapitato|consegnato)|"
    r"errore di (?:recapito|consegna)|(?:recapito|consegna) (?:non riuscit|fallit)[oa]|"
    r"unzustellbar|nicht zugestellt|zustellung fehlgeschlagen|"
    r"non[- ](?:remis|distribu|d[ée]livr)|[ée]chec de (?:la )?(?:remise|distribution|livraison)|"
    r"no se puede entregar|error de entrega|no (?:se pudo entregar|entregado)|devuelto|"
    r"não (?:entregue|foi possível entregar)|devolvid[ao]|falha na entrega|onbestelbaar|"
    r"niet (?:bezorgd|afgeleverd)|niedostarczon|nie (?:można|udało się) dostarczyć|zwrot "
    r"wiadomości|"
    r"недоставленн|не доставлен|не удалось доставить|unzustellbare|olevererbar|kunne ikke leveres|"
    r"メールエラー|配信(?:不能|失敗|エラー)|送信エラー|不達|退信|无法投递|系统退信|"
    r"failed recipient|no such user|user unknown|mta-blocked|^failed delivery",
    re.IGNORECASE,
)
BOUNCE_TEXT = re.compile(
    r"(?:could|can)(?: ?not|n't) be delivered|was not delivered|not (?:be )?able to deliver|"
    r"(?:unable|failed) to deliver|delivery (?:has |to the following recipients? )?(?:has been )?"
    r"(?:failed|delayed|was unsuccessful)|undeliver(?:able|ed)|did not reach|"
    r"not reach the following|permanent (?:fatal )?error|user unknown|unknown user|no such user|"
    r"mailbox (?:is )?(?:full|unavailable|not found|does not exist|unknown)|quota exceeded|"
    r"over quota|recipient(?: name| address)? (?:is not recognized|rejected|unknown)|"
    r"message (?:was )?(?:rejected|refused|bounced|returned)|(?:e-?mail|message) you sent was "
    r"rejected|returned (?:to sender|mail|message)|delivery failure|delivery attempts|"
    r"address(?:es)? (?:had|with) (?:permanent|transient)|qmail-send program|invalid recipient|"
    r"host (?:not found|unknown)|could not send|unrouteable|relay(?:ing)? denied|"
    r"non (?:è stato possibile|può essere|ha potuto essere|[èe].? stat[oa]|sono stat[ie]|verrà) "
    r"(?:recapita|consegna)|impossibile (?:recapitare|consegnare|raggiungere)|"
    r"(?:recapito|consegna) .{0,60}(?:non riuscit|fallit)|errore di (?:recapito|consegna)|"
    r"(?:messaggio|mail|posta) .{0,60}(?:respint|rifiutat|bloccat)[oa]|(?:message|mail) .{0,60}"
    r"(?:was|has been) blocked|nachricht .{0,60}(?:abgelehnt|abgewiesen)|"
    r"(?:utente|destinatari[oi]|indirizzo|casella|mailbox) (?:sconosciut|inesistent|non (?:valid|"
    r"trovat|esist))|casella (?:di posta )?(?:elettronica )?(?:è )?piena|(?:ti|le|vi) viene "
    r"restituito|indirizzo (?:di posta )?.{0,40}non è stato trovato|"
    r"(?:nicht|konnte nicht) (?:zugestellt|übermittelt)|empfänger (?:ist )?unbekannt|postfach "
    r"(?:ist )?voll|fehler bei der nachrichtenzustellung|n['’]a pas (?:pu être|été) (?:remis|"
    r"distribu|livr|d[ée]livr)|[ée]chec de la remise|bo[iî]te (?:aux lettres |de réception )?"
    r"pleine|destinataire inconnu|no (?:se )?(?:ha podido|pudo|puede) (?:ser )?entrega|error de "
    r"entrega|buzón (?:está )?lleno|não (?:pôde|foi|pode) (?:ser )?entregue|caixa (?:postal|de "
    r"correio) (?:está )?cheia|kon niet worden (?:bezorgd|afgeleverd)|gebruiker onbekend|"
    r"nie (?:można|udało się) dostarczyć|nie ma takiego|skrzynka .{0,20}pełna|"
    r"не (?:удалось|может быть) доставл|送信できませんでした|配信できませんでした|宛先不明|"
    r"無法(?:傳送|投遞)|无法(?:送达|投递)|failed addresses|failed recipients?|permanently rejected",
    re.IGNORECASE,
)
RETURNED_BELOW = re.compile(
    r"(?im)^[\s>*#=|-]{0,80}(?:(?:a )?copy of (?:the|your) (?:original )?message|"
    r"below this line is (?:a copy of|the original)|(?:the )?original message (?:follows|"
    r"headers?|was)|"
    r"returned message|bounced e-?mail|unsent message|start of returned|header of the message|"
    r"(?:your )?(?:original|returned) (?:message|mail)(?: text| headers?)?\s?:?|"
    r"message headers? follow|"
    r"included (?:below|is)|messaggio originale)",
)
STATUS_CODE = re.compile(
    r"(?<![\d.])[45]\.\d{1,2}\.\d{1,3}(?![\d.])|\b(?:550|551|552|553|554|450|451|452|421)[ -]"
)
# A server that goes on trying, and one that has given up.
TRIES_ON = re.compile(
    r"warning only|do not need to resend|not yet been delivered|(?:delivery attempts|server|"
    r"system) "
    r"will (?:continue|keep trying|retry|try again)|will (?:be retried|try again|retry|keep trying|"
    r"continue to try)|temporary (?:problem|failure) (?:delivering|while)|no action is required "
    r"on your "
    r"part|(?:riproverà|verrà ritentat|nuovi tentativi|si continuerà a tentare|problema "
    r"temporaneo)|"
    r"(?:wird|werden) (?:weiter(?:hin)? |erneut )versuch|noch nicht zugestellt|sera retenté|"
    r"nouvelles "
    r"tentatives|seguirá intentando|volverá a intentar",
    re.IGNORECASE,
)
GIVEN_UP = re.compile(
    r"permanent (?:fatal )?(?:error|failure)|permanent delivery failure|given up|giving up|user "
    r"unknown|"
    r"unknown (?:user|address|recipient)|no such (?:user|recipient|mailbox|address)|unrouteable|"
    r"does "
    r"not exist|not listed in|permanently rejected|"
    r"(?:utente|destinatari[oi]|indirizzo|casella) .{0,40}(?:sconosciut|inesistent|non (?:esist|"
    r"valid|"
    r"trovat|è stato trovato))|in modo permanente|errore permanente|unbekannt|existiert nicht|"
    r"n['’]existe "
    r"pas|inconnue?\b|no existe|desconocido|não existe|desconhecido|onbekend|nie istnieje|nie ma "
    r"takiego|(?:message|mail) .{0,40}(?:has been|was) (?:blocked|rejected)|message rejected|"
    r"(?:invalid|no valid) (?:user|recipient|mailbox|address)|previously bounced|"
    r"(?:doesn['’]t|does not) have an? .{0,40}account|account .{0,30}(?:disabled|deactivated)|"
    r"may not exist|not have permission to|inexistente|brak takiego|не (?:найден|существует)",
    re.IGNORECASE,
)
BOUNCE_NOTE = re.compile(
    r"\\?\"(?:notification|event)Type\\?\"\s?:\s?\\?\"(?:Bounce|DeliveryDelay)\\?\""
)
DELIVERY_NOTE = re.compile(r"\\?\"(?:notification|event)Type\\?\"\s?:\s?\\?\"Delivery\\?\"")
COMPLAINT_NOTE = re.compile(r"\\?\"(?:notification|event)Type\\?\"\s?:\s?\\?\"Complaint\\?\"")
COMPLAINT_SUBJECT = re.compile(r"(?:complaint about message from|abuse report|spam report)\b")
AGGREGATE_REPORT = re.compile(r"(?:\[.{1,40}\] )?report domain:")

# A list's server, and what it says to whom it does not let in.
LIST_SERVER = re.compile(
    r".{1,60}[-_.](?:admin|owner|request|bounces?|ctl)|owner-.{1,60}|listserv|list-?master|"
    r"majordomo|mailman|sympa|fml",
    re.IGNORECASE,
)
LIST_REFUSAL = re.compile(
    r"not (?:an? )?(?:member|subscri\w{2,4}) (?:of|to) (?:this|the) (?:mailing )?list|"
    r"(?:not (?:allowed|authori[sz]ed|permitted) to|only (?:members|subscribers) (?:may|can)) "
    r"(?:post|send)|"
    r"message (?:has been|was) (?:automatically )?(?:rejected|discarded)|\bare not member\b|"
    r"loop (?:alert|back warning)|duplicated message-id|ignored article from|"
    r"non (?:sei|siete|è) (?:iscritt|autorizzat)",
    re.IGNORECASE,
)

# What an answer or a passed-on mail begins with in the subject.
ANSWERS = re.compile(r"\s{0,9}(?:re|r|rif|aw|sv|antw|odp|res)\s?:", re.IGNORECASE)
PASSED_ON = re.compile(r"\s{0,9}(?:i|fw|fwd|wg|tr|rv|inoltro?|enc|doorst|pd|vs)\s?:", re.IGNORECASE)
# A mail system's words, which a carrier of parcels does not use.
OF_MAIL = re.compile(
    r"\b(?:e-?mails?|mail(?:box)?|messag\w{0,6}|posta|casella|recipients?|destinat\w{0,8}|"
    r"nachricht|postfach|correo|mensaj\w{0,3}|mensag\w{0,4}|bericht|wiadomo\w{0,4}|smtp)\b",
    re.IGNORECASE,
)
# Programs' receipts in words alone: the subject, and what the text says with it.
READ_SUBJECT = re.compile(
    r"\s{0,9}(?:letto|non letto|read|not read|deleted|eliminat[oa]|gelesen|ungelesen|lu|non lu|"
    r"leído|no leído|lida|gelezen|przeczytano|read[- ]receipt|conferma di lettura|"
    r"return receipt \(displayed\)|lesebestätigung|accusé de lecture|confirmación de lectura)\s?"
    r"(?:[:(-]|$)",
    re.IGNORECASE,
)
READ_TEXT = re.compile(
    r"\W{0,20}(?:(?:this is an? (?:return |read |reading )?receipt|quest[ao] è una (?:conferma|"
    r"ricevuta) di lettura|dies ist eine (?:empfangs|lese)|ceci est un accusé|"
    r"est[ea] es una? (?:acuse|confirmación)|dit is een (?:lees|ontvangst)bevestiging)|"
    r"(?:your (?:e-?mail |mail )?message|(?:il|questo)(?: tuo| suo| vostro)? messaggio|la "
    r"(?:tua|"
    r"sua|vostra) (?:e-?mail|mail)|ihre (?:e-?mail |)nachricht|(?:votre|le) message|(?:su|el|tu) "
    r"mensaje|"
    r"(?:a )?sua mensagem|uw bericht|twoja wiadomość|the message you)"
    r".{0,400}(?:è stat[oa] (?:letto|lett[oa]|visualizzat|eliminat|apert)|(?:was|has been) "
    r"(?:read|viewed|"
    r"displayed|deleted without|opened)|wurde .{0,80}(?:gelesen|geöffnet|gelöscht)|a été (?:lu\b|"
    r"affiché|ouvert|supprimé)|(?:fue|ha sido|se ha) (?:leído|mostrado|eliminado)|foi (?:lida?|"
    r"exibida)|is .{0,40}gelezen|zosta[łl]a? (?:przeczytan|wyświetlon)))",
    re.IGNORECASE | re.DOTALL,
)
# "X-Autoreply", "X-Zimbra-Autoreply", "X-Out-Of-Office" and their like; not what asks for silence.
AUTO_REPLY_HEADER = re.compile(
    r"x-(?!auto-response-suppress)(?:[\w-]{1,30}-)?(?:auto-?(?:reply|respon\w{1,4})|vacation|"
    r"out-?of-?office)(?:-(?:from|message))?"
)
# Not "Automatic reply never came": a title is followed by whom it is for, or a mark.
_TITLE = (
    r"(?!\s+(?!(?:di|da|del\w{0,4}|al|alla|per|from|to|of|on|for|by|re|von|auf|zu|de|à|pour|van|op)"
    r"\b)(?-i:[a-zß-ÿ]))"
)
AUTO_SUBJECT = re.compile(
    r"\s{0,9}(?:re|r|aw|sv|i|tr|fw|fwd)?:?\s{0,3}[*\[(]{0,3}\s?(?:auto(?:matic|mated|mat(?:ica|"
    r"isch\w{0,3}|yczna"
    rf"|ikus))?[- ]?(?:e-?mail )?(?:reply|response|answer|respons)\w{{0,3}}\b{_TITLE}|autorisposta|"
    r"auto[- ]?svar|"
    rf"risposta automatica{_TITLE}|risponditore automatico|"
    r"messaggio automatico(?: di (?:risposta|assenza)|"
    r"\s?[:–-])|(?:auto: )?.{1,60} (?:è fuori (?:ufficio|sede)|is out of the office|ist (?:nicht "
    r"im (?:büro|haus)|außer haus))|"
    r"out of (?:the )?office|ooo|away (?:from|until)|fuori (?:sede|ufficio|stanza)|assenza"
    r" (?:dall.ufficio|temporanea)|assente (?:dall.ufficio|per ferie)|assente\s?[:\]-]|on vacation|"
    r"vacation (?:reply|"
    r"notice|response)|réponse automatique|message d.absence|absence du bureau|absente? du bureau|"
    r"respuesta automática|fuera de (?:la )?oficina|resposta automática|ausência|"
    r"ausente do escritório|absence ?:|automatisch antwoord|automatische (?:antwort|antwoord|"
    r"beantwoording)|abwesenheits(?:notiz|nachricht|assistent)|"
    r"abwesend|niet aanwezig|afwezig(?:heids)?|automatisk svar|autosvar|fraværende|frånvaro|"
    r"automaattinen vastaus|poissa|odpowiedź automatyczna|autoodpowied|nieobecno|automatická "
    r"odpověď|automatikus válasz|"
    r"răspuns automat|otomatik yanıt|автоответ|автоматический ответ|автовідповідь|отсутствие на|"
    r"αυτόματη απάντηση|自动(?:回复|答复)|自動(?:回覆|返信|応答)|不在|부재중|자동 (?:응답|회신)|"
    r"automatski odgovor|аутоматски одговор|samodejni odgovor|automatická odpoveď|"
    r"automaatvastus|automātiskā atbilde|automatinis atsakymas|автоматичен отговор|автоматична "
    r"відповідь|resposta automàtica|përgjigje automatike|erantzun automatikoa|"
    r"sjálfvirkt svar|tự động trả lời|(?:thư )?trả lời tự động|(?:balasan|jawapan) "
    r"(?:otomatis|automatik)|ตอบกลับอัตโนมัติ|رد تلقائي|תשובה אוטומטית|स्वचालित उत्तर)",
    re.IGNORECASE,
)
AWAY_SUBJECT = re.compile(
    r"\b(?:away|out of (?:the )?office|vacation|holidays?|on leave|maternity|ferie|assen\w{2,3}|"
    r"chius\w{2,4}|urlaub|abwesen\w{0,9}|congés?|absen\w{1,3}|vacances|vacaciones|ausen\w{1,3}|"
    r"férias|vakantie|afwezig\w{0,5}|urlop|nieobecn\w{1,4})\b",
    re.IGNORECASE,
)
# Words of somebody who is not there, and of a house that has taken note of a mail.
AWAY_TEXT = re.compile(
    r"\b(?:out of (?:the |my )?office|on (?:vacation|holidays?|annual leave|leave|parental leave)|"
    r"(?:i am|i'm|i’m|i will be) (?:currently )?(?:away|out\b|absent)|(?:sono|sarò) "
    r"(?:attualmente |momentaneamente )?(?:in ferie|assente|fuori (?:sede|ufficio))|non sono in "
    r"ufficio|rester(?:à|emo) chius\w|uffici? (?:è |sono |sarà |saranno )?chius|al mio rientro|"
    r"nicht im (?:büro|haus)|(?:im|in) urlaub|nicht erreichbar|en congés?|absente? (?:du|jusqu)|"
    r"de vacaciones|fuera de (?:la )?oficina|estoy (?:fuera|ausente)|de férias|ausente|fora do "
    r"escritório|met vakantie|(?:niet|afwezig) (?:aanwezig|op kantoor|tot)|afwezig|na urlopie|"
    r"nieobecn\w{1,3}|"
    r"messaggio (?:è stato )?generato automaticamente|automat(?:ic|ed) (?:reply|response)|"
    r"risposta automatica|we (?:have )?received your (?:message|e-?mail|request)|abbiamo ricevuto "
    r"(?:la (?:tua|sua|vostra)|il (?:tuo|suo|vostro)) (?:e-?mail|mail|messaggio|richiesta))",
    re.IGNORECASE,
)
# What an absent person's program adds: when they are back, and who is there instead.
INSTEAD_TEXT = re.compile(
    r"(?:per (?:urgenze|questioni urgenti|necessità urgenti|emergenze|comunicazioni urgenti)|in "
    r"caso di urgenz|al mio (?:rientro|ritorno)|accesso limitato|(?:risponderò|leggerò|vi "
    r"contatterò)"
    r" |if (?:it is|this is|your (?:request|matter|message) is) urgent|(?:for|in) (?:any "
    r")?(?:urgent|"
    r"urgency|emergenc)|(?:up)?on my return|when i (?:return|get back|am back)|limited access|in "
    r"dringenden (?:fällen|angelegenheiten)|nach meiner rückkehr|wieder erreichbar|ihre (?:e-?mail|"
    r"nachricht) wird nicht|en cas d['’]urgence|à mon retour|en caso de urgencia|a mi regreso|a mi "
    r"vuelta|em caso de urgência|no meu regresso|bij (?:spoed|dringende)|na terugkomst|w pilnych|"
    r"po "
    r"powrocie)",
    re.IGNORECASE,
)
# A program that says of itself what it is.
SAYS_AUTOMATIC = re.compile(
    r"(?:quest[ao] (?:è|e') una? (?:risposta|e-?mail|mail|messaggio)(?: di risposta)? "
    r"(?:generat[ao] )?automatic|"
    r"(?:risposta|messaggio|e-?mail|mail) (?:è stat[ao] )?(?:generat|inviat)[ao] automaticamente|"
    r"automatically generated (?:message|e-?mail|reply|response)|"
    r"(?:message|courriel|réponse) générée? automatiquement|automatisch (?:generiert|erstellt)|"
    r"(?:mensaje|correo) generado automáticamente|mensagem gerada automaticamente|"
    r"automatisch gegenereerd|wygenerowan[aey] automatycznie|automatycznie wygenerowan|"
    r"this is an? (?:auto(?:mat(?:ic|ed|ically))?"
    r"[- ]?(?:generated )?)(?:reply|response|message|e-?mail|notification)|"
    r"(?:dies|das) ist eine automatisch(?:e| generierte| erstellte) (?:antwort|e-?mail|"
    r"nachricht|rückmeldung)|ceci est une? (?:réponse|message|courriel|e-?mail) automatique|"
    r"est[aeo] es un[ao]? (?:respuesta|mensaje|correo) automátic[oa]|"
    r"est[ae] é uma? (?:resposta|mensagem|e-?mail) automátic[oa]|"
    r"dit is een automatisch(?: gegenereerd)? (?:antwoord|bericht|e-?mail)|to jest "
    r"(?:automatyczna odpowiedź|wiadomość automatyczna))",
    re.IGNORECASE,
)
