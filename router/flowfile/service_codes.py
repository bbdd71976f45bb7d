"""The mistakes of lookups, notices, extensions, duty tables and calls out: E32x, E42x and E43x, W42x warnings."""

from router.flowfile.codes import Code

SERVICE_CODES: dict[str, Code] = {
    "E320": Code("there is no source '{name}'", "sources are: {known}", "Sources are listed in lookups.yaml."),
    "E321": Code("there is no service '{name}'", "services are: {known}", "Services are listed in notices.yaml."),
    "E322": Code("there is no extension '{name}'", "extensions are: {known}", "They are listed in extensions.yaml."),
    "E323": Code("there is no duty table '{name}'", "tables are: {known}", "They are listed in duty.yaml."),
    "E324": Code("there is no trunk '{name}'", "trunks are: {known}", "They are listed in trunks.yaml."),
    "E420": Code(
        "'{type}' must have exactly one of the keys {keys}, it has {found}",
        "say in one way where the caller goes",
        "Two targets cannot both be meant.",
    ),
    "E421": Code(
        "'{text}' has a brace that stands alone",
        "a place to fill is written {{name}}, a secret {{secret:name}}",
        "What was to be filled in would be sent as it stands.",
    ),
    "E422": Code(
        "secret '{name}' has no place here",
        "secrets belong into the headers, address or body of a source or service",
        "Whatever a flow says or notes can be heard and read by others.",
    ),
    "E423": Code(
        "there is no table '{name}' in the hotline's folder",
        "put the CSV file there: first line the columns, then a line each",
        "Nothing could ever be found in it.",
    ),
    "E424": Code("the table has no column '{name}'", "its columns are: {known}", "Entries are found by it."),
    "E425": Code(
        "{name} is in this table twice, first in line {first}",
        "remove one of the lines",
        "Which of them is meant?",
    ),
    "E426": Code("this is no table: {reason}", "write it as CSV with commas, in UTF-8", "It cannot be read."),
    "E427": Code("'{name}' is here twice, first as {first}", "give each a name of its own", "Which is meant?"),
    "E428": Code(
        "source '{name}' cannot compare passwords",
        "name one under 'http' in lookups.yaml; passwords never stand in files of a hotline",
        "A table or hash would hold passwords in clear.",
    ),
    "E429": Code(
        "'{name}' is asked without '{field}'",
        "give it under 'fields': {field}: \"{{caller}}\"",
        "It would be asked with a gap.",
    ),
    "E430": Code(
        "'{name}' of duty table '{table}' is neither a phone of ours nor a number that may be rung",
        "list the phone in agents.yaml, or allow the number under 'outside' in trunks.yaml",
        "Nobody would be rung.",
    ),
    "E431": Code(
        "extension {name} is here twice, first in line {first}", "remove one of them", "Which phone shall ring?"
    ),
    "E432": Code(
        "'outside' allows numbers and names no trunk", "add 'trunk: name'", "No call can go out without a trunk."
    ),
    "E433": Code(
        "number {name} may not be rung",
        "allow it under 'outside' in trunks.yaml",
        "Only numbers of the allow-list are rung, whoever asks.",
    ),
    "E434": Code("'{name}' gives no '{field}'", "it gives: {known}", "The variable would always be empty."),
    "E435": Code(
        "extension {name} has no phone", "give it 'phone', or list a phone of that name in agents.yaml", "As it says."
    ),
    "E436": Code(
        "flow '{name}' is for people we ring and never ends with 'result: accepted'",
        "lead a key to a hangup node with 'result: accepted'",
        "Nobody could ever take the matter on.",
    ),
    "W421": Code(
        "nobody is on call in table '{name}' on {day} from {begins} to {ends}",
        "add a shift, unless callers are looked after otherwise then",
        "Who calls then reaches nobody on call.",
    ),
    "W422": Code(
        "'outside' allows no number", "list beginnings of numbers under 'allow'", "No number outside is ever rung."
    ),
}
"""Every such kind of mistake by its code."""
