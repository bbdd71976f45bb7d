"""A caller in flows that ask for something outside: what they ask as short texts, and the answers."""

from router.core.lines import Party
from router.ivr import session as ivr
from router.ivr.effects import AnyEffect, Ask, NoteScore, RecordTalk
from router.ivr.orders import Authenticate, Book, CallBack, Cancel, LookUp, Notify, Page, Reply, TakeMessage, Transfer
from support.caller import Caller


class Asker(Caller):
    """As :class:`Caller`, and ``replied`` gives the answer to what was asked."""

    def replied(self, status: str, **fields: str) -> list[str]:
        return self._told(ivr.replied(self.script, self.session, self.view, Reply(status=status, fields=fields)))

    def from_phone(self, phone: str) -> "Asker":
        """The caller rings from a phone of ours."""
        self.view = ivr.View(
            **{**{f: getattr(self.view, f) for f in self.view.__struct_fields__}, "trunk": f"phone-{phone}"}
        )
        return self

    def _text(self, effect: AnyEffect) -> str:
        match effect:
            case Ask(order=LookUp(source=source, fields=fields, secret=secret)):
                return f"looks up {source} {_pairs(fields)}{' secretly' if secret else ''}".strip()
            case Ask(order=Authenticate(source=source, account=account, password=password)):
                return f"authenticates at {source} {account} {password}"
            case Ask(order=Notify(service=service, fields=fields)):
                return f"notifies {service} {_pairs(fields)}"
            case Ask(order=TakeMessage(box=box, max_ms=max_ms, service=service, fields=fields)):
                return f"records for {box} {max_ms} {service} {_pairs(fields)}".strip()
            case Ask(order=Transfer(kind=kind, target=target)):
                return f"transfers to {kind} {target}"
            case Ask(order=Book(kind=kind, party=party, flow=flow, at_minute=at_minute, fields=fields)):
                return f"books {kind} {_party(party)} {flow} {at_minute} {_pairs(fields)}".strip()
            case Ask(order=Cancel(kind=kind, party=party)):
                return f"cancels {kind} {_party(party)}"
            case Ask(order=Page(table=table, flow=flow, fields=fields)):
                return f"pages {table} {flow} {_pairs(fields)}".strip()
            case Ask(order=CallBack(queue=queue, number=number, cancel=cancel)):
                return f"{'cancels' if cancel else 'asks for'} callback {number} {queue}"
            case NoteScore(question=question, score=score):
                return f"score {question} {score}"
            case RecordTalk(on=on, consent=consent):
                return f"record {'on' if on else 'off'} {consent}".strip()
            case other:
                return super()._text(other)


def _pairs(fields: dict[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in fields.items())


def _party(party: Party) -> str:
    return f"{party.kind}:{party.number}"
