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
    r"^mail administrator$|^mail delivery (?:service|agent)|ndr administrator|"
    r"^(?:internet )?mail delivery$|^system administrator$",
    re.IGNORECASE,
)
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
    r"errore di (?:recapito|consegna)|unzustellbar|nicht zugestellt|zustellung fehlgeschlagen|"
    r"non (?:remis|distribu)|échec de (?:la )?(?:remise|distribution)|no se puede entregar|"
    r"no entregado|devuelto|não (?:entregue|foi possível entregar)|onbestelbaar|"
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
    r"non (?:è stato possibile|può essere) (?:recapita|consegna)|impossibile (?:recapitare|"
    r"consegnare)|"
    r"utente sconosciuto|casella (?:piena|inesistente)|destinatari[oo] (?:sconosciuto|inesistente)|"
    r"nicht zugestellt|n'a pas pu être (?:remis|distribu|livr)|no (?:se )?(?:ha podido|"
    r"pudo) entregar|"
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
BOUNCE_NOTE = re.compile(r"\"notificationType\"\s?:\s?\"Bounce\"")
DELIVERY_NOTE = re.compile(r"\"notificationType\"\s?:\s?\"Delivery\"")
COMPLAINT_NOTE = re.compile(r"\"notificationType\"\s?:\s?\"Complaint\"")
COMPLAINT_SUBJECT = re.compile(r"(?:complaint about message from|abuse report|spam report)\b")
AGGREGATE_REPORT = re.compile(r"(?:\[.{1,40}\] )?report domain:")

AUTO_REPLY_HEADERS = (
    *("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-autoreply-from"),
    *("x-mail-autoreply", "x-vacation-message", "x-out-of-office", "x-auto-response"),
)
AUTO_SUBJECT = re.compile(
    r"\s{0,9}(?:re|r|aw|sv|i|tr|fw|fwd)?:?\s{0,3}[\[(]?(?:auto(?:matic|mated|mat(?:ica|"
    r"isch\w{0,3}|yczna"
    r"|ikus))?[- ]?(?:e-?mail )?(?:reply|response|answer|respons)\w{0,3}|autorisposta|"
    r"auto[- ]?svar|"
    r"risposta automatica|risponditore automatico|messaggio automatico di (?:risposta|assenza)|"
    r"out of (?:the )?office|ooo|away (?:from|until)|fuori (?:sede|ufficio|stanza)|assenza"
    r" (?:dall.ufficio|temporanea)|assente(?: dall.ufficio)?\s?[:\]-]|on vacation|"
    r"vacation (?:reply|"
    r"notice|response)|réponse automatique|message d.absence|absence du bureau|absent du bureau|"
    r"respuesta automática|fuera de (?:la )?oficina|resposta automática|ausência|"
    r"automatische (?:antwort|antwoord|beantwoording)|abwesenheits(?:notiz|nachricht|assistent)|"
    r"abwesend|niet aanwezig|afwezig(?:heids)?|automatisk svar|autosvar|fraværende|frånvaro|"
    r"automaattinen vastaus|poissa|odpowiedź automatyczna|automatická odpověď|automatikus válasz|"
    r"răspuns automat|otomatik yanıt|автоответ|автоматический ответ|автовідповідь|отсутствие на|"
    r"αυτόματη απάντηση|自动(?:回复|答复)|自動(?:回覆|返信|応答)|不在|부재중|자동 응답)",
    re.IGNORECASE,
)
AWAY_SUBJECT = re.compile(
    r"\b(?:away|out of (?:the )?office|vacation|holiday|on leave|maternity|ferie|assenza|assente|"
    r"urlaub|abwesen|congés?|vacances|vacaciones|férias|vakantie)\b",
    re.IGNORECASE,
)
AWAY_TEXT = re.compile(
    r"\b(?:out of (?:the )?office|on (?:vacation|holiday|annual leave|leave)|(?:i am|i'm|"
    r"i will be) "
    r"(?:currently )?(?:away|out|absent)|(?:sono|sarò) (?:in ferie|assente|fuori (?:sede|ufficio))|"
    r"non sono in ufficio|al mio rientro|nicht im (?:büro|haus)|im urlaub|en congés?|de vacaciones|"
    r"messaggio (?:è stato )?generato automaticamente|automat(?:ic|ed) (?:reply|response)|"
    r"risposta automatica|we (?:have )?received your (?:message|e-?mail|request))",
    re.IGNORECASE,
)
