"""The mistakes of queues, agents, classes and customers: E45x and E46x errors, W45x and W46x warnings."""

from router.flowfile.codes import Code

FLOOR_CODES: dict[str, Code] = {
    "E451": Code(
        "nobody has '{skill}' at level {level}",
        "the highest level is {highest}; ask for less, or raise an agent's level in agents.yaml",
        "Nobody could ever take such a call.",
    ),
    "E452": Code(
        "nobody is in group '{name}'",
        "put agents into it in agents.yaml, or take it out here",
        "A group without agents serves nobody; mostly its agents were forgotten.",
    ),
    "E453": Code(
        "class '{name}' has the name of '{other}'",
        "keep one of them; the built-in ones are written standard, vip, repeat and emergency",
        "Two classes that differ only in capitals or blanks would be taken for one another.",
    ),
    "E454": Code(
        "step {number} does not say when it begins",
        "give it 'after', 'waiting_over' or 'signed_in_under'",
        "It would never begin.",
    ),
    "E455": Code(
        "step {number} begins after {after}, no later than a step before it",
        "put the steps in the order in which they begin; what comes first is the first to be relaxed",
        "The step before it would never count.",
    ),
    "E456": Code(
        "step {number} begins after {after}, and callers wait {max_wait} at most",
        "begin earlier, or lengthen the queue's 'max_wait'",
        "It would never begin.",
    ),
    "E457": Code(
        "step {number} asks for more than what held before it",
        "a step asks for less: fewer skills, lower levels or more groups; what it leaves out stays as it was",
        "A caller who has waited longer must never have fewer agents.",
    ),
    "E458": Code(
        "step {number} begins when more than {over} wait, and no more than {most} ever do",
        "lower 'waiting_over', or raise the queue's 'capacity'",
        "It would never begin.",
    ),
    "E459": Code(
        "{count} agents are kept of the {have} there are",
        "keep fewer; one more than are kept must be there",
        "All other callers of the queue would never be served.",
    ),
    "E460": Code(
        "'sticky' is {sticky}, and callers wait {max_wait} at most",
        "make 'sticky' shorter than 'max_wait'",
        "Callers whose agent is busy would never come to anybody else.",
    ),
    "E461": Code(
        "nobody of queue '{queue}' has the skills this node asks for",
        "ask for less, or give the skills to agents of the queue's groups in agents.yaml",
        "Its callers would wait for ever.",
    ),
    "E462": Code(
        "nobody ever waits in queue '{queue}', so '{key}' cannot be",
        "raise its 'capacity', or take '{key}' out",
        "With capacity 0 callers get an agent at once or are given back.",
    ),
    "E463": Code(
        "the list has no column '{column}'",
        "its first line names the columns: number,class,name",
        "Without it nobody can say who is who.",
    ),
    "E464": Code(
        "there is no list '{name}' in the hotline's folder",
        "put the CSV file beside customers.yaml",
        "Nobody on it would be known.",
    ),
    "E465": Code(
        "'{value}' is not a telephone number",
        "write it as it is dialled, or with + and the country code",
        "No caller has such a number.",
    ),
    "E466": Code(
        "the level of '{skill}' must be a number from 1 to 5, not {found}",
        "write {{gas: 2}}; alternatives are written any_of: [{{gas: 2}}, {{pipes: 3}}]",
        "1 is a beginner, 5 an expert.",
    ),
    "E467": Code(
        "'{key}' asks for too many combinations of skills",
        "ask for fewer alternatives (at most {limit} in all)",
        "A bound, so that a wrong file cannot slow the line down.",
    ),
    "E468": Code(
        "there is no pause reason '{name}'",
        "reasons under 'pause_reasons' are: {known}",
        "The limit would never count.",
    ),
    "W451": Code(
        "step {number} changes nothing",
        "give it other 'skills' or 'groups', or take it out",
        "What it asks for is what held before it.",
    ),
    "W452": Code(
        "step {number} always holds: it begins with fewer than {under} agents signed in, and there are {have}",
        "lower 'signed_in_under'",
        "What stands before it never counts.",
    ),
    "W453": Code(
        "step {number} begins when more than {over} wait, and {capacity} may wait",
        "lower 'waiting_over' below the queue's 'capacity'",
        "It begins for moments only, while phones ring for callers who then wait no more.",
    ),
    "W454": Code(
        "callers of queue '{name}' always come before those of '{other}'",
        "a weight is a head start: make it less than {limit}, the time callers of '{other}' wait at most",
        "Agents who serve both would leave the others waiting as long as there are any of these.",
    ),
    "W455": Code(
        "after-call work of {span} is almost without end",
        "about 60s is usual; agents who are done earlier dial the code 'wrap_up_done'",
        "Whoever forgets to end it takes no calls.",
    ),
    "W456": Code(
        "none of the seniors of class '{name}' serves queue '{queue}'",
        "add one of these to the queue's groups: {groups}; or leave it so if they are for this class alone",
        "They are rung for this class alone; callers of other classes never come to them.",
    ),
    "W457": Code(
        "callers of class '{name}' wait {span} for seniors, and in queue '{queue}' {max_wait} at most",
        "make 'for' shorter than the queue's 'max_wait'",
        "They would never come to the other agents.",
    ),
    "W458": Code(
        "agent {name} favours '{skill}' and does not have it",
        "add it to the agent's 'skills', or take it out of 'favours'",
        "Calls that need it never come to this agent.",
    ),
    "W459": Code(
        "queue '{queue}' can give callers back ({why}), and this node does not say where they go",
        "give the node '{key}'",
        "They are told that nobody can take the call, and the call ends.",
    ),
    "W460": Code(
        "'{key}' is never used: queue '{queue}' has no '{setting}'",
        "set '{setting}' in queues.yaml, or take '{key}' out",
        "Mostly one of the two was forgotten.",
    ),
    "W461": Code(
        "nobody is in group '{name}'",
        "put agents into it, or take it out",
        "No queue names it, so nobody waits for it.",
    ),
    "W462": Code(
        "{count} phones are to ring at once, and {have} agents serve the queue",
        "make 'ring' {have} or less",
        "As many ring as there are.",
    ),
    "W463": Code(
        "a head start of {span} puts class '{name}' before nearly everybody",
        "1 to 10 minutes are usual; for those who go before all others say 'emergency: yes'",
        "Other callers would hardly ever be served before these.",
    ),
    "W464": Code(
        "{number} is on this list twice, first in line {first}",
        "remove one of them",
        "Classes of both count, and the first name.",
    ),
    "W465": Code(
        "until step {step} nobody can take calls of queue '{name}'",
        "ask for less at first, or give agents the skills in agents.yaml",
        "Its callers wait for the step, whoever is free.",
    ),
    "W466": Code(
        "after-call work in queue '{name}' ends only when the agent says so",
        "make sure that agents dial the code 'wrap_up_done'; the supervisor is told after 'wrap_up'",
        "Whoever forgets to end it takes no calls.",
    ),
    "W467": Code(
        "there is no prompt '{prompt}', so the agent is not told of class '{name}'",
        "add its text to prompts/",
        "A whisper says a class by the prompt of that name.",
    ),
    "W481": Code(
        "callers who wait never hear '{part}': {why}",
        "take it out of one place, or add what is missing in the other",
        "An announcement says what 'say' lists, and only what there is.",
    ),
    "W482": Code(
        "the first announcement comes after {first}, and callers wait {max_wait} at most",
        "make 'first_after' shorter than the queue's 'max_wait'",
        "Nobody would ever hear it.",
    ),
    "W483": Code(
        "there is no music '{name}'",
        "put recordings into prompts/music/{name}/, or leave this if your own Asterisk has such a class",
        "Callers would wait in silence.",
    ),
}
"""Every kind of mistake on the floor by its code."""
