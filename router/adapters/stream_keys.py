"""The names of what a hotline keeps in Redis for its readers."""


def stream_key(site: str) -> str:
    """The stream of all records."""
    return f"hotline:{site}:events"


def queue_key(site: str, queue: str) -> str:
    """The stream of one queue's records; the same entries under the same ids."""
    return f"hotline:{site}:queue:{queue}"


def public_key(site: str) -> str:
    """The stream of all records for readers who may not see callers' data; the same ids."""
    return f"hotline:{site}:public"


def queues_key(site: str) -> str:
    """The set of the queues that have a stream of their own."""
    return f"hotline:{site}:queues"


def present_key(site: str) -> str:
    """The hash of the present."""
    return f"hotline:{site}:present"


def foreign_key(site: str) -> str:
    """The stream where entries of strangers are put that stood in the way of ours."""
    return f"hotline:{site}:foreign"
