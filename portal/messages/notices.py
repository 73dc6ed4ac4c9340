"""Sentences about reminders, mail, webhooks and calendars."""

MESSAGES: dict[str, tuple[str, str]] = {
    # E-mail addresses
    "email_refused": ("邮箱没有保存，请按提示更正。", "The e-mail address was not taken; see what to correct."),
    "email_shape": (
        "请填写一个邮箱地址，如 name@example.gov.cn：只用英文字母、数字和常用符号，不超过 {maximum} 个字符。",
        "Enter one address such as name@example.gov.cn: plain letters, digits and common signs, at most {maximum}.",
    ),
    # Mail
    "mail_header_refused": (
        "邮件标题或发件人名称中有换行等控制字符，没有发出。请修改网站名称设置。",
        "The subject or sender's name holds control characters; nothing was sent. Correct the site's name.",
    ),
    "mail_tls_refused": (
        "发信服务器 {host} 的证书无法验证，没有交出密码和邮件。请核对 SMTP_URL 的主机名和证书。",
        "The certificate of {host} could not be verified; neither password nor mail was sent. Check SMTP_URL.",
    ),
    "mail_login_refused": (
        "发信服务器 {host} 不接受账号或密码。请更正 SMTP_URL。",
        "{host} refused the user name or password. Correct SMTP_URL.",
    ),
    "mail_not_supported": (
        "发信服务器 {host} 不支持所要求的加密或登录方式。请更正 SMTP_URL。",
        "{host} does not offer the encryption or sign-in that SMTP_URL asks for. Correct it.",
    ),
    "mail_recipient_refused": (
        "收件地址被拒绝。请核对这个人的邮箱。",
        "The recipient's address was refused. Check the person's e-mail address.",
    ),
    "mail_refused": (
        "发信服务器拒收（{status}）。请与邮件管理员核对。",
        "The mail server refused it ({status}). Ask who runs the mail server.",
    ),
    "mail_server_unreachable": (
        "连接不上发信服务器 {host}。稍后会自动再发；请核对 SMTP_URL 和网络。",
        "The mail server {host} cannot be reached. It will be tried again; check SMTP_URL and the network.",
    ),
    # Calls
    "webhook_refused": ("地址没有登记，请按提示更正。", "The address was not registered; see what to correct."),
    "webhook_url_shape": (
        "请填写 https:// 开头的完整地址，不带用户名和 # 部分，不超过 {maximum} 个字符；中文域名请用 xn-- 形式。",
        "Enter a full address beginning with https://, without user name or fragment, at most {maximum} characters; "
        "other scripts in xn-- form.",
    ),
    "too_many_webhooks": (
        "最多登记 {maximum} 个地址，请先删除不用的。",
        "At most {maximum} addresses can be registered; remove one first.",
    ),
    "webhook_not_found": ("没有这个推送地址，请刷新页面。", "There is no such webhook; reload the page."),
    "webhook_is_off": ("这个推送地址已停用，请先启用。", "This webhook is off; switch it on first."),
    "webhook_test_waits": (
        "上一次测试推送还没有送出，请稍候再看结果，不必重复。",
        "The last test has not left yet; wait for its outcome instead of sending another one.",
    ),
    "webhook_removed": ("推送地址已被删除，不再发送。", "The webhook was removed; this will not be sent."),
    "webhook_switched_off": (
        "推送地址已停用，没有发送。要继续推送，请确认对方可用后重新启用。",
        "The webhook is off, so this was not sent. To go on, see that the other side works and switch it on again.",
    ),
    "call_address_refused": (
        "{host} 指向内网或保留地址，不能访问。确需推送到内网的，请系统管理员把它写入 OUTBOUND_ALLOW。",
        "{host} leads to an inner or reserved address. If it must be reached, the operator lists it in OUTBOUND_ALLOW.",
    ),
    "call_needs_https": (
        "{host} 只能用 https:// 访问。内网地址确需用 http 的，请系统管理员写入 OUTBOUND_ALLOW。",
        "{host} can be called by https:// only, unless the operator lists it in OUTBOUND_ALLOW.",
    ),
    "call_unresolved": ("找不到主机 {host}。请核对地址。", "The host {host} cannot be found. Check the address."),
    "call_unreachable": (
        "连接不上 {host}，或对方中途断开。稍后会自动再试。",
        "{host} cannot be reached or broke off. It will be tried again.",
    ),
    "call_tls_refused": (
        "{host} 的证书无法验证，没有发送。请对方更换有效证书。",
        "The certificate of {host} could not be verified; nothing was sent. Ask for a valid one.",
    ),
    "call_timed_out": (
        "{host} 在规定时间内没有应答。稍后会自动再试。",
        "{host} did not answer in time. It will be tried again.",
    ),
    "call_redirected": (
        "对方要求转到别的地址（{status}），没有跟随。请登记最终地址。",
        "The other side redirected ({status}), which is not followed. Register the final address.",
    ),
    "call_not_taken": (
        "对方应答 {status}，没有接收。稍后会自动再试。",
        "The other side answered {status} and did not take it. It will be tried again.",
    ),
    # Outbox
    "message_not_found": ("没有这条消息，请刷新页面。", "There is no such message; reload the page."),
    "message_sent": ("这条消息已经发出，不能重发。", "This message has been sent and cannot be sent again."),
    "bad_message_state": (
        "没有“{state}”这种状态，可选：{known}。",
        "There is no state “{state}”; the known ones are {known}.",
    ),
}
