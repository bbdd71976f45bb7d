"""The mistakes about calling back and offers, in English and Chinese: E51x errors, W51x warnings."""

from router.flowfile.codes import Code

CALLBACK_CODES: dict[str, Code] = {
    "E511": Code(
        "queue '{name}' calls back, and no number outside may be rung",
        "give trunks.yaml 'outside' with 'trunk' and 'allow'",
        "Every caller who wants to be called back would be refused.",
    ),
    "E512": Code(
        "'offer' of queue '{name}' does not say when",
        "give it 'when_busy: yes', 'after' or 'estimate_over'",
        "It would never be made.",
    ),
    "E513": Code(
        "'{key}' begins after {after}, and callers wait {max_wait} at most",
        "make it shorter than the queue's 'max_wait'",
        "No caller would ever hear the offer.",
    ),
    "E514": Code(
        "a callback is given up after {expire}, and the second try comes {spacing} after the first",
        "make 'expire' longer than 'spacing', or 'tries' 1",
        "There would only ever be one try.",
    ),
    "E515": Code(
        "'{value}' is allowed and blocked",
        "take it out of 'allow' or of 'block'",
        "What is blocked is never called, so the other says nothing.",
    ),
    "E516": Code(
        "nobody ever waits in queue '{name}', so '{key}' cannot be",
        "raise its 'capacity', or take '{key}' out",
        "With capacity 0 callers get an agent at once or are given back.",
    ),
    "E517": Code(
        "there is no kind of complaint '{kind}'",
        "kinds are: {known}",
        "Calls of this type would open no complaint.",
    ),
    "E518": Code(
        "'{key}' is given as a span and as working days",
        "take 'resolve' or 'resolve_days' out",
        "Only one of them can count.",
    ),
    "E519": Code(
        "round '{name}' calls back, and no number outside may be rung",
        "give trunks.yaml 'outside' with 'trunk' and 'allow'",
        "Nobody could be called in it.",
    ),
    "W514": Code(
        "no flow gives a call the type '{tag}'",
        "give it with a 'tag' node, or correct the name",
        "Nothing would ever be listed for it.",
    ),
    "W511": Code(
        "queue '{queue}' offers callers to leave a recording only where the node says where that is",
        "give the node 'recording', a voicemail say; or leave it so to offer a callback alone",
        "Callers then choose between waiting and a callback.",
    ),
    "W512": Code(
        "'recording' is never used: queue '{queue}' has no 'offer'",
        "give the queue an 'offer' in queues.yaml, or take 'recording' out",
        "Mostly one of the two was forgotten.",
    ),
    "W513": Code(
        "callers here ask to be called back, and no number outside may be rung",
        "give trunks.yaml 'outside' with 'trunk' and 'allow'",
        "Every one of them is told that they cannot be called.",
    ),
}
"""Every kind of mistake about calling back by its code."""

CALLBACK_ZH: dict[str, tuple[str, str]] = {
    "E511": ("队列“{name}”要回电，却不许拨打任何外线号码", "请在 trunks.yaml 的“outside”下写 trunk 和 allow"),
    "E512": ("队列“{name}”的“offer”没有说什么时候", "请写 when_busy: yes、after 或 estimate_over"),
    "E513": ("“{key}”在 {after} 后才开始，而客户最多等 {max_wait}", "请让它短于队列的“max_wait”"),
    "E514": (
        "回电在 {expire} 后放弃，而第二次要在第一次之后 {spacing} 才拨",
        "请让“expire”长于“spacing”，或把“tries”设为 1",
    ),
    "E515": ("“{value}”既允许又禁止", "请从“allow”或“block”里去掉一个"),
    "E516": ("队列“{name}”里没有人等候，所以不能有“{key}”", "请加大“capacity”，或去掉“{key}”"),
    "E517": ("没有投诉种类“{kind}”", "种类有：{known}"),
    "E518": ("“{key}”既写了时长又写了工作日", "请去掉“resolve”或“resolve_days”"),
    "E519": ("回访“{name}”要回电，却不许拨打任何外线号码", "请在 trunks.yaml 的“outside”下写 trunk 和 allow"),
    "W514": ("没有流程给来电标上类型“{tag}”", "请用“tag”节点标上，或改正名称"),
    "W511": ("队列“{queue}”只有在节点写明去处时才请客户留言", "请给节点写“recording”，例如语音信箱；只要回电则不必"),
    "W512": ("“recording”用不到：队列“{queue}”没有“offer”", "请在 queues.yaml 给队列写“offer”，或去掉“recording”"),
    "W513": ("这里的客户要求回电，却不许拨打任何外线号码", "请在 trunks.yaml 的“outside”下写 trunk 和 allow"),
}
"""The same in Chinese."""
