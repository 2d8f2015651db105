"""German."""

from function_app.notifications.documents import Kind
from function_app.notifications.languages.texts import KindTexts, Texts

TEXTS = Texts(
    direction="ltr",
    kinds={
        Kind.INVITATION: KindTexts(
            subject="Einladung: {title}",
            lead="Sie sind zur Besprechung {title} eingeladen.",
            short="Sie sind zu {title} eingeladen: {when}.",
            short_without_time="Sie sind zu {title} eingeladen.",
        ),
        Kind.UPDATE: KindTexts(
            subject="Geändert: {title}",
            lead="Die Besprechung {title} hat sich geändert. So ist es jetzt.",
            short="{title} hat sich geändert. Jetzt: {when}.",
            short_without_time="{title} hat sich geändert.",
        ),
        Kind.CANCELLATION: KindTexts(
            subject="Abgesagt: {title}",
            lead="Die Besprechung {title} fällt aus, oder Sie sind nicht mehr dazu eingeladen.",
            short="{title} fällt für Sie aus. Vorgesehen war: {when}.",
            short_without_time="{title} fällt für Sie aus.",
        ),
        Kind.REMINDER: KindTexts(
            subject="Erinnerung: {title}",
            lead="Die Besprechung {title} beginnt bald.",
            short="{title} beginnt bald: {when}.",
            short_without_time="{title} beginnt bald.",
        ),
    },
    greeting="Guten Tag, {name},",
    when="Wann",
    repeats="Die Besprechung wiederholt sich; dies ist der nächste Termin.",
    any_time="Es ist keine Zeit festgelegt.",
    join="An der Besprechung teilnehmen",
    own_link="Dieser Link gilt nur für Sie. Bitte geben Sie ihn nicht weiter.",
    why="Sie erhalten diese Nachricht, weil jemand Sie zu dieser Besprechung eingeladen hat.",
    unsubscribe="Keine weiteren Nachrichten zu dieser Besprechung",
    span="{date}, {begin} \u2013 {end} ({zone})",
    unsubscribed="Sie erhalten auf diesem Weg keine Nachrichten mehr zu {title}.",
    subscribed="Sie erhalten auf diesem Weg Nachrichten zu {title}.",
    ask_unsubscribe="Keine Nachrichten mehr",
    ask_subscribe="Wieder Nachrichten erhalten",
)
