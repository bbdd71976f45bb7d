"""The mistakes of boxes and surveys: E44x errors, W44x warnings."""

from router.flowfile.codes import Code

MESSAGE_CODES: dict[str, Code] = {
    "E440": Code(
        "the supervisor is told {alert} before messages are due, which are to be answered within {within}",
        "make 'alert_before' shorter than 'answer_within'",
        "The alert would come when the message is left.",
    ),
    "E441": Code(
        "messages are kept for {keep} and are to be answered within {within}",
        "keep them longer: 'keep_for: 90d'",
        "They would be deleted before anybody need have heard them.",
    ),
    "E442": Code(
        "flow '{flow}' asks callers after their talk, and its node '{name}' ({type}) leads to somebody",
        "let the survey end with a hangup; a comment may be left with a 'message' node",
        "The call is answered, and it ends with its survey.",
    ),
    "W440": Code(
        "messages.yaml describes no box '{name}'",
        "boxes are: {known}",
        "Its messages have no deadline, and every agent may answer them.",
    ),
    "W441": Code(
        "no flow leaves messages in box '{name}'",
        "give the name to a 'message' or 'voicemail' node, or take the box out",
        "Mostly one of the two names is misspelt.",
    ),
    "W442": Code(
        "no flow gives calls the type '{name}'",
        "types are given by 'tag' nodes: {known}",
        "Nothing would be kept for it.",
    ),
    "W443": Code(
        "flow '{flow}' has no 'survey' node",
        "add one, or take the queue's 'survey' out",
        "Callers would stay on the line for nothing.",
    ),
    "W444": Code(
        "a share of 0% asks nobody",
        "raise it, or take 'survey' out",
        "It reads as if callers were asked.",
    ),
}
"""Every such kind of mistake by its code."""

MESSAGE_ZH: dict[str, tuple[str, str]] = {
    "E440": ("留言到期前 {alert} 告诉值班长，而留言应在 {within} 内答复", "“alert_before”要比“answer_within”短"),
    "E441": ("留言只保存 {keep}，却应在 {within} 内答复", "请保存得久一些：“keep_for: 90d”"),
    "E442": (
        "流程“{flow}”在通话后询问来电人，其中节点“{name}”（{type}）会转到别人",
        "满意度调查应以 hangup 结束；可以用“message”节点留下意见",
    ),
    "W440": ("messages.yaml 里没有信箱“{name}”", "信箱有：{known}"),
    "W441": ("没有流程往信箱“{name}”留言", "请把这个名字写进“message”或“voicemail”节点，或去掉这个信箱"),
    "W442": ("没有流程给来电标上类型“{name}”", "类型由“tag”节点给出：{known}"),
    "W443": ("流程“{flow}”里没有“survey”节点", "请加一个，或去掉队列的“survey”"),
    "W444": ("比例 0% 谁也不会问到", "请提高比例，或去掉“survey”"),
}
"""Message and hint of every such code in Chinese."""
