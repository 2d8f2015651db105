"""Arabic."""

from function_app.notifications.documents import Kind
from function_app.notifications.languages.texts import KindTexts, Texts

TEXTS = Texts(
    direction="rtl",
    kinds={
        Kind.INVITATION: KindTexts(
            subject="دعوة: {title}",
            lead="أنت مدعو إلى الاجتماع {title}.",
            short="أنت مدعو إلى {title}: {when}.",
            short_without_time="أنت مدعو إلى {title}.",
        ),
        Kind.UPDATE: KindTexts(
            subject="تغيير: {title}",
            lead="تغيّر الاجتماع {title}. هذه تفاصيله الآن.",
            short="تغيّر {title}. الموعد الآن: {when}.",
            short_without_time="تغيّر {title}.",
        ),
        Kind.CANCELLATION: KindTexts(
            subject="إلغاء: {title}",
            lead="أُلغي الاجتماع {title}، أو لم تعد مدعوًا إليه.",
            short="أُلغي {title} بالنسبة إليك. كان الموعد: {when}.",
            short_without_time="أُلغي {title} بالنسبة إليك.",
        ),
        Kind.REMINDER: KindTexts(
            subject="تذكير: {title}",
            lead="يبدأ الاجتماع {title} قريبًا.",
            short="يبدأ {title} قريبًا: {when}.",
            short_without_time="يبدأ {title} قريبًا.",
        ),
    },
    greeting="مرحبًا {name}،",
    when="الموعد",
    repeats="يتكرر هذا الاجتماع؛ وهذا هو الموعد القادم.",
    any_time="لم يُحدَّد موعد.",
    join="الانضمام إلى الاجتماع",
    own_link="هذا الرابط لك وحدك. يُرجى عدم مشاركته.",
    why="تصلك هذه الرسالة لأن أحدهم دعاك إلى هذا الاجتماع.",
    unsubscribe="عدم تلقي رسائل أخرى عن هذا الاجتماع",
    span="{date}، {begin} \u2013 {end} ({zone})",
    unsubscribed="لن تصلك بعد الآن رسائل عن {title} بهذه الطريقة.",
    subscribed="تصلك رسائل عن {title} بهذه الطريقة.",
    ask_unsubscribe="لا أريد رسائل أخرى",
    ask_subscribe="أريد تلقي الرسائل من جديد",
)
