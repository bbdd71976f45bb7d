"""The mistakes of overflow and of surge plans: E48x, E49x, W48x and W49x; and the same in Chinese."""

from router.flowfile.codes import Code

SURGE_CODES: dict[str, Code] = {
    "E480": Code(
        "overflow rule {number} needs exactly one condition, and has {found}",
        "give it one of: {known}; for a second condition write a second rule",
        "A rule that says when twice, or not at all, could be read in two ways.",
    ),
    "E481": Code(
        "overflow rule {number} needs exactly one target, and has {found}",
        "give it one of: {known}",
        "A caller can go one way only.",
    ),
    "E482": Code(
        "overflow goes round in circles: {circle}",
        "take one of these rules out; the last queue of a chain keeps its callers or sends them to a flow",
        "Callers would be passed to and fro and belong to nobody.",
    ),
    "E483": Code(
        "'{key}' of overflow rule {number} means nothing without '{needs}'",
        "add '{needs}', or take '{key}' out",
        "It would never count.",
    ),
    "E484": Code(
        "number '{number_outside}' may not be rung",
        "allow it under 'outside' in trunks.yaml; it must not be a number of the hotline itself",
        "Callers would be sent nowhere, or in a circle through the hotline's own number.",
    ),
    "E485": Code(
        "overflow rule {number} begins after {after}, and callers wait {max_wait} at most",
        "begin earlier, or lengthen the queue's 'max_wait'",
        "It would never begin.",
    ),
    "W480": Code(
        "overflow rule {number} adds no group: queue '{name}' has {groups} already",
        "name other groups, or take the rule out",
        "It changes nothing.",
    ),
    "W488": Code(
        "nobody of queue '{target}' has the skills that queue '{name}' asks for",
        "pass callers to a queue whose agents can help them, or make sure that these can",
        "Callers would talk to somebody who was not good enough before.",
    ),
    "E490": Code(
        "'low' is {low} and 'high' is {high}",
        "'high' is more than 'low': 5 and 10 in the handbook",
        "Nobody could say which of the two holds.",
    ),
    "E491": Code(
        "step {number} adds agents of group '{group}', who have joined already",
        "name another group, or take the step out",
        "The step would add nobody.",
    ),
    "E492": Code(
        "'{value}' is no number of seats",
        "write the smaller number first, and more than 0: 2-3",
        "A step adds at least one seat.",
    ),
    "E493": Code(
        "'{key}' is {span}, and 'for' is {limit}",
        "make it shorter than 'for'",
        "The time would never run, or a fast step be slower than an ordinary one.",
    ),
    "E494": Code(
        "group '{group}' serves none of the plan's queues",
        "add it to the 'groups' of {queues} in queues.yaml, or name the group that serves them",
        "Helpers would join and get none of these callers.",
    ),
    "E495": Code(
        "queue '{name}' is in plan '{other}' too",
        "let one plan look after it",
        "Two plans would add agents for the same callers.",
    ),
    "E496": Code(
        "'seats_max' is {seats}, and {have} agents are in group '{group}' alone",
        "raise it to the number of seats there are; if not all work at once, say 'shifts: yes'",
        "With everybody present nobody could ever join.",
    ),
    "E497": Code(
        "group '{group}' of step {number} is moved by plan '{other}' too",
        "let one plan move it",
        "Two plans would pull at the same agents.",
    ),
    "W490": Code(
        "nobody of group '{group}' has the skills that the plan's queues ask for",
        "give them the skills in agents.yaml, or loosen the queues by 'steps'",
        "They would join and get none of these callers.",
    ),
    "W491": Code(
        "step {number} asks for {seats} agents, and group '{group}' has {have}",
        "ask for fewer, or put more agents into the group",
        "As many join as there are.",
    ),
}
"""Every kind of mistake in overflow rules and surge plans by its code."""

SURGE_ZH: dict[str, tuple[str, str]] = {
    "E480": ("第 {number} 条溢出规则要有且只有一个条件，现在是 {found}", "请写其中一个：{known}；另一个条件另写一条"),
    "E481": ("第 {number} 条溢出规则要有且只有一个去向，现在是 {found}", "请写其中一个：{known}"),
    "E482": ("溢出在绕圈：{circle}", "请去掉其中一条规则；最后一个队列自己留住来电人，或转到流程"),
    "E483": ("第 {number} 条溢出规则的“{key}”没有“{needs}”就没有意义", "请加上“{needs}”，或去掉“{key}”"),
    "E484": ("号码“{number_outside}”不允许呼叫", "请在 trunks.yaml 的“outside”下允许它；不能是热线自己的号码"),
    "E485": (
        "第 {number} 条溢出规则在 {after} 后开始，而来电人最多等 {max_wait}",
        "请提前开始，或加长队列的“max_wait”",
    ),
    "W480": ("第 {number} 条溢出规则没有增加班组：队列“{name}”已经有 {groups}", "请写别的班组，或去掉这条规则"),
    "W488": ("队列“{target}”里没有人具备队列“{name}”要求的技能", "请转到能帮助来电人的队列，或确认他们能胜任"),
    "E490": ("“low”是 {low}，“high”是 {high}", "“high”要大于“low”：手册里是 5 和 10"),
    "E491": ("第 {number} 步增加班组“{group}”的话务员，而他们已经加入", "请写别的班组，或去掉这一步"),
    "E492": ("“{value}”不是座席数", "先写较小的数，且大于 0：2-3"),
    "E493": ("“{key}”是 {span}，而“for”是 {limit}", "要比“for”短"),
    "E494": (
        "班组“{group}”不服务计划里的任何队列",
        "请在 queues.yaml 里把它加到 {queues} 的“groups”，或写服务它们的班组",
    ),
    "E495": ("队列“{name}”也在计划“{other}”里", "请只让一个计划管它"),
    "E496": (
        "“seats_max”是 {seats}，而仅班组“{group}”就有 {have} 位话务员",
        "请改成实际的座席数；若不同时上班，请写“shifts: yes”",
    ),
    "E497": ("第 {number} 步的班组“{group}”也被计划“{other}”调动", "请只让一个计划调动它"),
    "W490": ("班组“{group}”里没有人具备计划的队列要求的技能", "请在 agents.yaml 里加上技能，或用“steps”放宽队列的要求"),
    "W491": ("第 {number} 步要 {seats} 位话务员，而班组“{group}”只有 {have} 位", "请少要一些，或往班组里加人"),
}
"""The same in Chinese: message and hint."""
