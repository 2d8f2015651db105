"""English."""

from function_app.notifications.documents import Kind
from function_app.notifications.languages.texts import KindTexts, Texts

TEXTS = Texts(
    direction="ltr",
    kinds={
        Kind.INVITATION: KindTexts(
            subject="Invitation: {title}",
            lead="You are invited to the meeting {title}.",
            short="You are invited to {title}: {when}.",
            short_without_time="You are invited to {title}.",
        ),
        Kind.UPDATE: KindTexts(
            subject="Changed: {title}",
            lead="The meeting {title} has changed. This is how it is now.",
            short="{title} has changed. It is now: {when}.",
            short_without_time="{title} has changed.",
        ),
        Kind.CANCELLATION: KindTexts(
            subject="Cancelled: {title}",
            lead="The meeting {title} is cancelled, or you are not invited to it any more.",
            short="{title} is cancelled for you. It would have been: {when}.",
            short_without_time="{title} is cancelled for you.",
        ),
        Kind.REMINDER: KindTexts(
            subject="Reminder: {title}",
            lead="The meeting {title} begins soon.",
            short="{title} begins soon: {when}.",
            short_without_time="{title} begins soon.",
        ),
    },
    greeting="Hello {name},",
    when="When",
    repeats="The meeting repeats; this is the next time.",
    any_time="No time is set.",
    join="Join the meeting",
    own_link="This link is yours alone. Please do not pass it on.",
    why="You get this message because somebody invited you to this meeting.",
    unsubscribe="No more messages about this meeting",
    span="{date}, {begin} \u2013 {end} ({zone})",
    unsubscribed="You get no more messages about {title} this way.",
    subscribed="You get messages about {title} this way.",
    ask_unsubscribe="No more messages",
    ask_subscribe="Send me messages again",
)
