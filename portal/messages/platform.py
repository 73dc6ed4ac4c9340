"""Sentences of the platform: access, forms, limits, settings, jobs, backups."""

MESSAGES: dict[str, tuple[str, str]] = {
    "page_not_found": (
        "没有找到这个页面。请核对地址,或从首页、数据目录重新查找。",
        "There is no such page. Check the address, or start again from the home page or the list of datasets.",
    ),
    "method_not_allowed": (
        "这个地址不接受 {method} 请求;可用的方法:{allowed}。",
        "This address does not take {method} requests; it takes {allowed}.",
    ),
    "bad_request": ("请求的格式不正确,请返回上一页重试。", "The request is malformed. Go back and try again."),
    "body_too_large": (
        "提交的内容超过 {limit} MB 的上限。请拆分文件后重试。",
        "What was sent is larger than the limit of {limit} MB. Split the file and try again.",
    ),
    "form_expired": (
        "表单已过期或来源不明,内容没有保存。请返回上一页刷新后重新提交。",
        "The form has expired or came from another site; nothing was saved. Reload the page and send it again.",
    ),
    "foreign_origin": (
        "请求来自其他网站,已被拒绝。请在本站页面上操作。",
        "The request came from another site and was refused. Use the pages of this site.",
    ),
    "passwords_differ": (
        "两次输入的新密码不一致，请重新输入。",
        "The two entries of the new password differ. Type them again.",
    ),
    "sign_in_needed": ("请先登录。", "Sign in first."),
    "not_allowed": (
        "您的账号没有这项权限。如工作需要,请联系本单位审签人或数据主管部门。",
        "Your account may not do this. If your work needs it, ask your reviewer or the data office.",
    ),
    "too_many_requests": (
        "请求过于频繁,请在 {seconds} 秒后再试。",
        "Too many requests. Try again in {seconds} seconds.",
    ),
    "internal_error": (
        "系统出错,本次操作没有完成。请稍后重试;如仍不行,请把编号 {request_id} 告诉管理员。",
        "Something broke and this was not done. Try again later, or tell the operator the number {request_id}.",
    ),
    "http_error": ("请求没有成功(HTTP {status})。", "The request failed (HTTP {status})."),
    "database_locked": (
        "系统正忙于其他写入,您的操作没有保存。请几秒后重试。",
        "The system is busy with other writes; nothing was saved. Try again in a few seconds.",
    ),
    "database_unavailable": (
        "数据库暂时不可用,操作没有保存。请稍后重试。",
        "The database is not available for the moment; nothing was saved. Try again later.",
    ),
    "database_read_only": (
        "系统目前只读(维护或磁盘故障),查询和下载不受影响,暂不能保存修改。",
        "The system is read-only for the moment; looking and downloading work, saving does not.",
    ),
    "disk_reserve_reached": (
        "服务器磁盘空间不足,暂停接收上传;浏览和下载不受影响。请联系管理员。",
        "The server is short of disk space and takes no uploads; browsing and downloads work. Tell the operator.",
    ),
    "database_not_migrated": (
        "数据库结构与本版本不符,未启动。请先运行:kaifang db upgrade",
        "The database does not have this release's schema. Run first: kaifang db upgrade",
    ),
    "database_unreachable": (
        "连接不上数据库,未启动。请检查 DATABASE_URL 及数据库服务。",
        "The database cannot be reached. Check DATABASE_URL and the database server.",
    ),
    "port_busy": (
        "端口 {port} 已被占用,未启动。请停止占用它的程序,或换一个端口:PORT=8080 kaifang serve",
        "Port {port} is in use. Stop the program that uses it, or choose another one: PORT=8080 kaifang serve",
    ),
    "address_unusable": (
        "无法在 {host}:{port} 上监听({reason})。请把 HOST 设为本机地址,如 127.0.0.1 或 0.0.0.0。",
        "Cannot listen on {host}:{port} ({reason}). Set HOST to an address of this machine: 127.0.0.1 or 0.0.0.0.",
    ),
    "job_crashed": (
        "任务“{kind}”出错({error}),稍后会再试。详情见日志。",
        "The job “{kind}” broke ({error}) and will be tried again. The log has the details.",
    ),
    "wrong_setting": ("配置有误:{reason}", "A setting is wrong: {reason}"),
    "unknown_job": ("没有名为“{kind}”的任务。可用的任务:{known}。", "There is no job “{kind}”. Known jobs: {known}."),
    "job_needs_params": (
        "任务“{kind}”不能单独执行:缺少 {missing}。它由相应页面发起,请到页面上办理。",
        "The job “{kind}” cannot be run by itself: it lacks {missing}. Its page in the portal begins it.",
    ),
    "backup_target_not_empty": (
        "目标文件夹 {folder} 不是空的,没有写入任何内容。请换一个空文件夹。",
        "The folder {folder} is not empty; nothing was written. Name an empty folder.",
    ),
    "backup_damaged": (
        "备份 {folder} 不完整或已损坏:{detail}。没有恢复任何内容,请换用另一份备份。",
        "The backup {folder} is incomplete or damaged: {detail}. Nothing was restored; use another backup.",
    ),
    "backup_not_found": (
        "{folder} 里没有备份(缺少 manifest.json)。",
        "There is no backup in {folder} (manifest.json is missing).",
    ),
    "backup_other_database": (
        "这份备份来自 {kind} 数据库,而 DATABASE_URL 指向另一种。请改用相同种类的数据库再恢复。",
        "This backup is of a {kind} database but DATABASE_URL names another kind. Restore into the same kind.",
    ),
    "backup_tool_missing": (
        "备份 PostgreSQL 需要命令 {tool},本机没有找到。请安装 postgresql-client 后重试。",
        "Backing up PostgreSQL needs the command {tool}, which is not on this machine. Install postgresql-client.",
    ),
    "demo_not_running": (
        "{address} 没有正在运行的演示,或 {home} 不是它的数据目录。请先在另一个终端运行:kaifang demo",
        "No demonstration answers at {address}, or {home} is not its home. Run in another terminal first: kaifang demo",
    ),
}
