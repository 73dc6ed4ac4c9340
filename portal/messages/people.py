"""Sentences of people and time: accounts, passwords, roles, departments, the calendar, jobs, what is public."""

MESSAGES: dict[str, tuple[str, str]] = {
    # Signing in
    "sign_in_failed": (
        "登录未成功：账号或密码不正确，或账号已停用或被临时锁定。连续输错 5 次会锁定 30 分钟；"
        "如有需要，请联系系统管理员解锁或重置密码。",
        "Signing in failed: the name or password is wrong, or the account is disabled or locked for a while. Five "
        "wrong passwords lock it for 30 minutes; the system administrator can unlock it or set a new password.",
    ),
    # Passwords
    "password_refused": (
        "密码没有修改，请按下面的提示更正。",
        "The password was not changed; see below what to correct.",
    ),
    "password_wrong": ("当前密码不正确，请重新输入。", "The present password is wrong; enter it again."),
    "password_too_short": ("密码至少需要 {minimum} 个字符。", "The password needs at least {minimum} characters."),
    "password_too_long": ("密码最多 {maximum} 个字符。", "The password may have at most {maximum} characters."),
    "password_too_simple": (
        "密码须包含大写字母、小写字母、数字、其他符号中的至少 {classes} 类。",
        "Use at least {classes} of capital letters, small letters, digits and other signs.",
    ),
    "password_names_account": (
        "密码中不能包含账号或姓名，请换一个。",
        "The password must not contain the user name or your name; choose another one.",
    ),
    "password_too_common": (
        "这个密码太常见，容易被猜到。请换一个，例如用几个互不相关的词加符号和数字。",
        "This password is too common and easily guessed. Choose another one, such as several unrelated words with "
        "signs and digits.",
    ),
    "password_used_before": (
        "不能使用最近 {history} 次用过的密码，请换一个。",
        "The last {history} passwords cannot be used again; choose another one.",
    ),
    # Accounts
    "account_invalid": ("账号没有创建，请按下面的提示更正。", "The account was not made; see below what to correct."),
    "account_not_found": (
        "没有找到这个账号，请返回账号列表重新选择。",
        "There is no such account; go back to the list and choose again.",
    ),
    "username_shape": (
        "账号须为 2 至 64 个字符，以文字或数字开头，可含文字、数字、点、下划线、连字符和 @。",
        "A user name has 2 to 64 letters, digits, dots, underscores, hyphens or @, and begins with a letter or digit.",
    ),
    "username_taken": (
        "账号“{username}”已经存在或曾经使用过，不能再分配给他人。请换一个。",
        "The user name “{username}” is or was in use and is never given twice; choose another one.",
    ),
    "display_name_shape": ("请填写姓名，最多 64 个字符。", "Enter a name of at most 64 characters."),
    "own_account": (
        "不能停用自己的账号或变更自己的部门，请由另一位系统管理员操作。",
        "You cannot disable or move your own account; ask another system administrator.",
    ),
    # Roles
    "role_not_found": (
        "没有“{role}”这个角色。可用的角色：{known}。",
        "There is no role “{role}”. Known roles: {known}.",
    ),
    "own_roles": (
        "不能更改自己的角色，请由另一位安全管理员操作。",
        "You cannot change your own roles; ask another security administrator.",
    ),
    "roles_exclude_each_other": (
        "这个账号已是{held_zh}，不能再担任{role_zh}：系统、安全、审计三员须由不同的账号担任。请为{role_zh}另设账号。",
        "This account is already {held_en} and cannot be {role_en} too: these three duties are kept by different "
        "accounts. Make another account for it.",
    ),
    "role_needs_department": (
        "{role_zh}只能授予属于某个部门的账号。请先为该账号设置所属部门。",
        "{role_en} is a role within a department; set the account's department first.",
    ),
    "last_holder": (
        "这是最后一个可用的{role_zh}账号，不能停用或收回角色。请先把这个角色授予另一个账号。",
        "This is the last active {role_en}; give the role to another account first.",
    ),
    # Departments
    "department_invalid": (
        "部门没有保存，请按下面的提示更正。",
        "The department was not saved; see below what to correct.",
    ),
    "department_not_found": (
        "没有找到部门“{name}”，请核对名称或从部门列表选择。",
        "There is no department “{name}”; check the name or choose it from the list.",
    ),
    "department_exists": (
        "“{value}”已属于另一个部门。请核对，或直接修改已有的部门。",
        "“{value}” already belongs to another department. Check it, or edit the existing one.",
    ),
    "department_has_entries": (
        "{name}还有 {count} 个已发布的目录条目，不能停用。请先将这些条目下架。",
        "{name} still has {count} public entries and cannot be closed. Withdraw them first.",
    ),
    "department_owes": (
        "{name}还有 {count} 项未办结的计划节点或整改，不能停用。请先办结、移出计划，或用批量操作合并部门。",
        "{name} still owes {count} plan nodes or findings. Settle them, release it from its plans, or merge it.",
    ),
    "department_name_is_public": (
        "{name}有 {count} 个已公开的目录条目，名称须与条目一起更改：请在“批量操作”中办理部门更名。",
        "{name} has {count} public entries, whose records change with its name: rename it by a bulk act.",
    ),
    "department_name_missing": ("请填写部门名称。", "Enter the department's name."),
    "credit_code_shape": (
        "统一社会信用代码“{credit_code}”的格式不对：应为 18 位数字和大写字母（不含 I、O、Z、S、V）。没有代码可以不填。",
        "The credit code “{credit_code}” is malformed: it has 18 digits and capitals without I, O, Z, S and V. "
        "Leave it empty if there is none.",
    ),
    "credit_code_check": (
        "统一社会信用代码“{credit_code}”的校验码不符，可能有一位输错。请对照证书核对；没有代码可以不填。",
        "The check character of the credit code “{credit_code}” does not fit: some character is wrong. Compare it with "
        "the certificate, or leave it empty if there is none.",
    ),
    # Calendar and jobs
    "correction_not_found": (
        "{day} 没有设置过调整，无需删除。",
        "There is no correction for {day}; nothing had to be removed.",
    ),
    "job_not_found": (
        "没有找到这个任务，它可能早已完成并被清理。",
        "There is no such job; it may have ended long ago and been cleared away.",
    ),
    "job_died": (
        "任务运行 {attempts} 次都中途中断，已停止重试。请查看日志后再次发起。",
        "The job was cut off {attempts} times and is not tried again. Look into the log, then start it anew.",
    ),
    "text_too_long": ("最多 {maximum} 个字符，请缩短。", "At most {maximum} characters; shorten it."),
    # What is public
    "entry_withdrawn": (
        "数据目录“{title}”已于 {on} 下架。原因：{reason}",
        "The dataset “{title}” was withdrawn on {on}. Reason: {reason}",
    ),
    "entry_suspended": (
        "这个数据目录自 {on} 起暂停开放。原因：{reason}",
        "This dataset has been suspended since {on}. Reason: {reason}",
    ),
}
