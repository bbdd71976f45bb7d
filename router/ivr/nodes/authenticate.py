"""Pure: asks for account and password and has a source say whether they belong together."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from router.ivr.asking import Asking
from router.ivr.digits import FIRST_DIGIT, INTER_DIGIT, Heard
from router.ivr.entry import Entry
from router.ivr.fields import Filled, PromptName, SourceRef, Span, Target, TargetOrPerson, VariableName
from router.ivr.filling import cleaned, filled
from router.ivr.orders import Authenticate as Ask
from router.ivr.orders import Reply
from router.ivr.walk import Walk

_STAGE = "stage"
_ACCOUNT = "account"
_PASSWORD = "password"
_ASKING = "asking"
_TRIES = "tries"


class Authenticate(Asking, frozen=True, kw_only=True):
    """Asks the caller for an account and its password and has a source compare them.

    The password is never spoken back, kept in a variable, logged or recorded. After ``tries`` wrong ones in a row,
    in this call or several, the account is locked for ``lock``; an account that does not exist sounds like a wrong
    password.
    """

    listens: ClassVar[bool] = True

    source: Annotated[SourceRef, Meta(description="the source that compares; it gets 'account' and 'password'")]
    account: Annotated[
        Filled, Meta(description="the account where it is known, {caller}; else the caller is asked")
    ] = ""
    account_prompt: Annotated[tuple[PromptName, ...], Meta(description="asks for the account")] = ("router/account",)
    account_digits: Annotated[int, Meta(ge=1, le=24, description="the most digits an account has")] = 20
    password_prompt: Annotated[tuple[PromptName, ...], Meta(description="asks for the password")] = ("router/password",)
    password_digits: Annotated[int, Meta(ge=4, le=16, description="how many digits a password has")] = 6
    wrong_prompt: Annotated[tuple[PromptName, ...], Meta(description="says that they do not belong together")] = (
        "router/wrong_password",
    )
    locked_prompt: Annotated[tuple[PromptName, ...], Meta(description="says that the account is locked")] = (
        "router/account_locked",
    )
    variable: Annotated[VariableName, Meta(description="the variable that gets the account")] = "account"
    save: Annotated[dict[VariableName, str], Meta(description="variables and the fields of the answer they get")] = (
        msgspec.field(default_factory=dict)
    )
    tries: Annotated[int, Meta(ge=1, le=10, description="wrong passwords until the account is locked")] = 3
    lock: Annotated[Span, Meta(ge=60_000, le=86_400_000, description="how long it is locked")] = 600_000
    first_digit: Annotated[Span, Meta(ge=1000, le=60_000, description="wait for the first key after a prompt")] = 7_000
    inter_digit: Annotated[Span, Meta(ge=500, le=20_000, description="wait for the next key")] = 4_000
    timeout: Annotated[Span, Meta(ge=100, le=30_000, description="the longest wait for the answer")] = 3_000
    ok: Annotated[Target, Meta(description="where the caller goes when they belong together")]
    refused: Annotated[TargetOrPerson, Meta(description="where they go after too many tries, or without a key")] = ""
    locked: Annotated[TargetOrPerson, Meta(description="where they go when the account is locked")] = ""
    failed: Annotated[TargetOrPerson, Meta(description="where they go when the source cannot answer")] = ""

    def enter(self, walk: Walk) -> None:
        """Ask for the account, or for the password where the account is known."""
        walk.memory[_TRIES] = 0
        self._begin(walk, ())

    def key(self, walk: Walk, key: str) -> None:
        """Take a digit of the account or the password."""
        if walk.memory[_STAGE] in (_ACCOUNT, _PASSWORD):
            heard = self._entry(walk).press(walk, key)
            if heard is not None:
                self._heard(walk, heard)

    def played(self, walk: Walk) -> None:
        """A prompt is over: listen, or go on after the caller was told that the account is locked."""
        stage = walk.memory[_STAGE]
        if stage in (_ACCOUNT, _PASSWORD):
            self._entry(walk).listen(walk)
        elif stage == "locked":
            walk.go_to_person(self.locked)
        elif stage == "refused":
            walk.go_to_person(self.refused)
        else:
            super().played(walk)

    def timer(self, walk: Walk, name: str) -> None:
        """No (further) key within the time, or the source takes longer."""
        if name in (FIRST_DIGIT, INTER_DIGIT):
            self._heard(walk, self._entry(walk).expired(walk, name))
        else:
            super().timer(walk, name)

    def takes(self, walk: Walk, key: str) -> bool:
        """Every key may be a digit here; ``*`` and the person key lead to a person."""
        return walk.memory.get(_STAGE) in (_ACCOUNT, _PASSWORD)

    def replied(self, walk: Walk, reply: Reply) -> None:
        """The source has compared them."""
        self.answered(walk)
        if reply.status in ("refused", "missing"):
            self._wrong(walk)
        elif reply.status == "locked":
            walk.step("locked")
            self._tell(walk, "locked", self.locked_prompt)
        elif reply.status == "ok":
            walk.step("ok")
            walk.put(self.variable, str(walk.memory[_ACCOUNT]))
            for variable, field in self.save.items():
                walk.put(variable, cleaned(reply.fields.get(field, "")))
            walk.go(self.ok)
        else:
            walk.step("failed")
            walk.go_to_person(self.failed)

    def _begin(self, walk: Walk, before: tuple[str, ...]) -> None:
        known = "".join(letter for letter in filled(walk, self.account) if letter.isalnum())
        if known:
            walk.memory[_ACCOUNT] = known
            self._tell(walk, _PASSWORD, (*before, *self.password_prompt))
        else:
            self._tell(walk, _ACCOUNT, (*before, *self.account_prompt))

    def _tell(self, walk: Walk, stage: str, prompt: tuple[str, ...]) -> None:
        walk.memory[_STAGE] = stage
        walk.play(prompt)

    def _heard(self, walk: Walk, heard: Heard) -> None:
        if heard.result == "person":
            walk.step("person")
            walk.go_to_person()
        elif heard.result == "no_key":
            walk.step("no_key")
            self._again(walk, ())
        elif walk.memory[_STAGE] == _ACCOUNT and heard.result == "key":
            walk.memory[_ACCOUNT] = heard.word
            self._tell(walk, _PASSWORD, self.password_prompt)
        elif heard.result == "key":
            walk.memory[_STAGE] = _ASKING
            order = Ask(
                source=self.source,
                account=str(walk.memory[_ACCOUNT]),
                password=heard.word,
                tries=self.tries,
                lock_ms=self.lock,
                timeout_ms=self.timeout,
            )
            self.ask(walk, order, self.timeout)
        else:
            self._wrong(walk)

    def _wrong(self, walk: Walk) -> None:
        walk.step("refused")
        self._again(walk, self.wrong_prompt)

    def _again(self, walk: Walk, before: tuple[str, ...]) -> None:
        tries = int(walk.memory[_TRIES]) + 1
        walk.memory[_TRIES] = tries
        if tries >= self.tries:
            self._tell(walk, "refused", before)
        else:
            self._begin(walk, before)

    def _entry(self, walk: Walk) -> Entry:
        secret = walk.memory[_STAGE] == _PASSWORD
        return Entry(
            at_most=self.password_digits if secret else self.account_digits,
            at_least=self.password_digits if secret else 1,
            first_digit_ms=self.first_digit,
            inter_digit_ms=self.inter_digit,
        )
