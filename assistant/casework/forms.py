"""What all forms share: who is asked first, how a form is left, and how it is taken up again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from assistant.answering.answerer import Draft
from assistant.answering.context import NO_INTENT, Context, FormName, Intent, OpenForm
from assistant.casework import words
from assistant.desk import OpenTurn
from assistant.messages import Option
from assistant.screen import Screened
from knowledge.vocabulary import Outcome

MOST_STRAYED = 2
"""Messages in a row on something else after which a form is let go: who has gone on is not reminded for ever."""


class Form(Protocol):
    """Something that is done for people in a few questions. It decides; Rasa's form of the same name mirrors it."""

    name: FormName
    slots: tuple[str, ...]
    """What it asks for, in this order; the slots of Rasa's form."""

    def claims(self, message: Screened) -> bool:
        """Whether a message plainly asks for this form, whatever the engine or a likeness to something else makes of it."""
        ...

    async def begin(self, turn: OpenTurn, intent: Intent) -> None:
        """Decide the turn of a message that asks for this form."""
        ...

    async def take(self, turn: OpenTurn, form: OpenForm, intent: Intent) -> bool:
        """Decide the turn if the message is for the open form; False when it is about something else."""
        ...

    def reminder(self, form: OpenForm) -> str:
        """How to take the form up again; empty when it is not worth reminding of."""
        ...


class Forms:
    """All forms, and which of them a message is for."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self._forms = {form.name: form for form in forms}

    def slots(self, name: FormName) -> tuple[str, ...]:
        """What a form asks for."""
        return self._forms[name].slots

    async def begin(self, name: FormName, turn: OpenTurn, intent: Intent) -> None:
        """Begin a form."""
        await self._forms[name].begin(turn, intent)

    async def listen(self, turn: OpenTurn, intent: Intent) -> bool:
        """Let the form have the message that it is for; True when the turn is decided.

        An open form is asked first. What plainly asks for a form begins it, with the engine or without.
        """
        if turn.decided:
            return True
        if turn.heard:
            return False
        turn.heard = True
        form = turn.context.form
        if form is not None:
            return await self._forms[form.name].take(turn, form, intent)
        claiming = self._claiming(turn.message)
        if claiming is not None:
            await claiming.begin(turn, intent)
        return turn.decided

    def wants(self, message: Screened, context: Context, sounds: Outcome) -> bool:
        """Whether a form is to have a message that sounds like an emergency or like something to be refused.

        A story told to 12345 may well be about bribes or forged papers, and “查查我的件” is not about somebody else's.
        Whose form is open and who says “不想写了” wants to be done with it, and is in no danger.
        """
        if sounds is Outcome.EMERGENCY:
            return context.form is not None and words.wearies(message.query)
        telling = context.form is not None and context.form.name in (FormName.HOTLINE, FormName.RATING)
        return telling or self._claiming(message) is not None

    def _claiming(self, message: Screened) -> Form | None:
        return next((form for form in self._forms.values() if form.claims(message)), None)

    async def offer(self, turn: OpenTurn, draft: Draft) -> Draft:
        """After a known nuisance, which is none of our matters, offer to file it with 12345; any other draft is left as it is."""
        if draft.outcome is not Outcome.HOTLINE or turn.by_form or turn.context.form is not None:
            return draft
        await self.begin(FormName.HOTLINE, turn, NO_INTENT)
        return await turn.outcome()

    def remind(self, turn: OpenTurn, draft: Draft) -> Draft:
        """After a message about something else: say how to go on with the open form, or let it go."""
        form = turn.context.form
        if form is None or turn.by_form:
            return draft
        words = self._forms[form.name].reminder(form)
        if not words or form.strayed >= MOST_STRAYED or draft.outcome in (Outcome.HANDOFF, Outcome.ERROR):
            turn.context = turn.context.model_copy(update={"form": None})
            return draft
        strayed = form.model_copy(update={"strayed": form.strayed + 1})
        turn.context = turn.context.model_copy(update={"form": strayed})
        return replace(draft, text=f"{draft.text}\n\n{words}")


def leave(turn: OpenTurn, draft: Draft) -> bool:
    """Close the form. What is asked in the same breath (“不查了，那要多少钱”) is not for the form any more: False."""
    if words.asks(turn.message.query):
        turn.context = turn.context.model_copy(update={"form": None})
        return False
    turn.fill_in(draft, None)
    return True


def choices(name: FormName, *labels: str) -> tuple[Option, ...]:
    """Buttons of a form: each sends its own label."""
    return tuple(Option(subject=f"form:{name.value}", label=label, text=label) for label in labels)


def numbered(text: str, options: Sequence[Option]) -> str:
    """A text with its choices below it, for channels that show only text."""
    return "\n".join([text, *(f"{number}. {option.label}" for number, option in enumerate(options, 1))])
