"""The mistakes of calendars, expressions, variables and the shape of flows: E33x, E41x, E47x; warnings W33x, W47x."""

from router.flowfile.codes import Code

FLOW_CODES: dict[str, Code] = {
    "E331": Code(
        "there is no variable '{name}'",
        "variables that are set: {known}; a text stands in quotes: '{name}'",
        "No node of any flow sets it, so it is always empty.",
    ),
    "E332": Code(
        "the expression cannot be read: {problem}",
        "write for example customer.vip == 'yes' and now.hour < 18",
        "Expressions are checked before a caller meets them.",
    ),
    "E333": Code("there is no calendar '{name}'", "calendars are: {known}", "Calendars are in hours.yaml."),
    "E334": Code(
        "'{name}' cannot be set: it is the router's own name",
        "choose another name for the variable",
        "It would hide what is known of every call.",
    ),
    "E335": Code(
        "language '{name}' falls back to itself", "name other languages", "A fallback is what is heard instead."
    ),
    "W331": Code(
        "'{name}' is used here, but nothing on the way to this node sets it",
        "set it before, or lead callers past a node that does",
        "It is empty for every caller.",
    ),
    "W332": Code(
        "values are not said in '{name}' but in '{grammar}'",
        "name a language to fall back to under 'languages' in site.yaml, or say no values to its callers",
        "There is a grammar of numbers for English and Mandarin and their dialects.",
    ),
    "E411": Code(
        "nodes {names} lead round in a circle that never asks the caller anything",
        "put a menu or a branch into it, or lead one of them elsewhere",
        "The caller would be sent round until the router gives up.",
    ),
    "E412": Code(
        "from node '{name}' the call never comes to an end or a person",
        "lead it to an enqueue, a message or a hangup, or give the flow a 'person'",
        "A dead end.",
    ),
    "E413": Code(
        "flows call one another in a circle: {names}",
        "let one of them go on to the other instead of calling it",
        "They would call one another until the router gives up.",
    ),
    "E414": Code(
        "number {number} leads to flow '{flow}', which goes back to a flow that called it",
        "end it by a hangup or a queue, or call it by a 'subflow' node",
        "Nobody called it, so there is nothing to go back to.",
    ),
    "E415": Code(
        "node '{name}' can be reached from emergency number {number}",
        "emergency lines are never hung up on: lead its callers to a person",
        "Rule of the trade: the silent-line procedure never on an emergency line.",
    ),
    "E416": Code(
        "'language' needs either 'language' or 'value'",
        "language: zh, or value: customer.language",
        "One of them says which language.",
    ),
    "E417": Code("min_length {least} is over max_length {most}", "make it smaller", "No number could ever be right."),
    "E418": Code(
        "confirm_key and again_key are both '{key}'", "give each a key of its own", "Which one would be meant?"
    ),
    "E419": Code(
        "a secret number cannot be read back",
        "remove 'read_back' or 'secret'",
        "Rule of the trade: passwords are never spoken back.",
    ),
    "E410": Code(
        "the result '{name}' never comes back from flow '{flow}'",
        "results of its back nodes are: {known}",
        "A step that can never be taken.",
    ),
    "E471": Code("openings overlap at {at}", "let one end before the next begins", "Which of them is meant?"),
    "E472": Code(
        "'{opening}' ends before it begins",
        "write the earlier time first; over midnight ('22:00-06:00') at most 16 hours; a whole day is 00:00-24:00",
        "Mostly two times in the wrong order.",
    ),
    "E473": Code(
        "'{name}' is not a date or a range of dates",
        'write "2026-10-01" or "2026-10-01 - 2026-10-07" (a year at most)',
        "The day may not exist.",
    ),
    "E474": Code("'closed' stands beside times", "keep one of them", "Which of them is meant?"),
    "E475": Code(
        "the holidays of '{name}' are not known",
        "write a country's ISO code such as CN, or one with a part such as DE-BY",
        "Holidays come from the package 'holidays'.",
    ),
    "E476": Code(
        "'{name}' is not a day of the week",
        "write monday, monday-friday, 'saturday, sunday', weekdays, weekend or daily",
        "Days have their English names.",
    ),
    "E477": Code("{name} is here twice, first under '{first}'", "name each day once", "Which of them is meant?"),
    "E478": Code(
        "a day of '{name}' is here twice, first under '{first}'", "name each date once", "Which of them is meant?"
    ),
    "W471": Code(
        "closed from {begins} to {ends} only",
        "let one opening begin when the other ends, or join them",
        "A gap of minutes is mostly not meant.",
    ),
    "W472": Code(
        "'{opening}' leaves the last minute out",
        "the end is the minute from which it is closed: write 12:00 or 24:00 instead of {at}",
        "At {at} it is closed already.",
    ),
    "W473": Code(
        "which weekend days of {year} are worked in '{name}' is not known yet",
        "bring the package 'holidays' up to date, or put them under 'dates'",
        "Governments announce them late in the year.",
    ),
    "W474": Code("'{name}' is in the past", "remove it", "It changes nothing any more."),
    "W475": Code(
        "'{name}' is too far ahead",
        "calendars reach to the end of {year}; write it then",
        "Until then the week's hours hold on that day.",
    ),
}
