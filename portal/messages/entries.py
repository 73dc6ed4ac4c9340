"""Sentences for the lifecycle of entries: fields, gaps, steps, resources, data versions, the change log."""

MESSAGES: dict[str, tuple[str, str]] = {
    # finding things
    "entry_not_found": ("没有找到这个目录条目，请核对地址。", "There is no such entry; check the address."),
    "revision_not_found": (
        "没有找到这个修订，请返回条目页重新进入。",
        "There is no such revision; go back to the entry.",
    ),
    "unknown_step": ("没有“{step}”这个操作，请刷新页面。", "There is no step “{step}”; reload the page."),
    "bad_cursor": (
        "翻页位置已失效，请从第一页重新开始。",
        "This page position is not valid; start again from the first page.",
    ),
    # two people at once
    "stale_form": (
        "您打开表单之后，别人已保存过。下面并列显示两种内容，请选择后再保存。",
        "Someone saved after you opened the form. Both texts are shown; choose and save again.",
    ),
    "changed_meanwhile": (
        "您查看之后内容已有变化，请刷新后再操作。",
        "This changed after you looked at it; reload and decide again.",
    ),
    "file_changed": (
        "第{number}版的文件与您查看的不一致，请重新查看后再确认。",
        "The file of version {number} is not the one you looked at; look again before confirming.",
    ),
    # steps
    "step_not_open": (
        "当前状态不能进行此操作，可能已有人先行办理。请刷新查看最新状态。",
        "This step is not open in the present state; someone may have been faster. Reload to see the state.",
    ),
    "own_submission": (
        "不能审核自己提交的内容，请由另一位同事办理。",
        "You cannot approve what you submitted; a colleague has to do it.",
    ),
    "reason_required": ("请写明理由，对方需要据此修改。", "Give a reason: the other side needs it."),
    "reason_too_long": ("理由过长，请缩短到2000字以内。", "The reason is too long; keep it under 2,000 characters."),
    "gaps_remain": (
        "还有{count}处需要补充或更正，请按清单逐项处理后再提交。",
        "{count} places are missing or wrong; mend them as listed, then submit.",
    ),
    "revision_in_review": (
        "内容正在审核中，不能修改。需要修改请先撤回。",
        "It is under review and cannot be changed; recall it first.",
    ),
    "revision_already_open": (
        "已有一个修订正在编辑或审核，请在它上面继续。",
        "A revision is open already; go on with that one.",
    ),
    "entry_is_withdrawn": (
        "该条目已下架，不能再修改。需要重新公开请新建条目。",
        "This entry is withdrawn and cannot be changed; make a new one to publish again.",
    ),
    # data versions
    "resource_is_removed": (
        "该资源已移除或不是文件，不能接收数据。",
        "This resource is removed or is not a file; it takes no data.",
    ),
    "version_in_review": (
        "第{number}版数据正在审核，请等待结果或先撤回。",
        "Version {number} is under review; wait for the outcome or recall it.",
    ),
    "travels_with_revision": (
        "首次上传的数据随条目一起审核，请提交条目。",
        "First data are reviewed together with the entry; submit the entry.",
    ),
    "personal_data_found": (
        "“{file_name}”中发现个人信息，须先脱敏，或由审签人写明法律依据后放行。",
        "“{file_name}” contains personal data: mask it, or have the reviewer record the legal basis.",
    ),
    "personal_data": (
        "该列有{count}处疑似个人信息，请脱敏后重新上传。",
        "This column has {count} places that look like personal data; mask them and upload again.",
    ),
    "closed_columns_found": (
        "“{file_name}”含有目录中标为“不开放”的列，请删去后重新上传，或更正目录。",
        "“{file_name}” has columns that the catalog marks as not open: take them out, or correct the catalog.",
    ),
    "closed_column": ("目录中该信息项标为“不开放”，文件中不得出现。", "The catalog marks this item as not open."),
    # fields
    "fields_invalid": ("有些内容填写有误，请按提示更正。", "Some fields are not right; correct them as marked."),
    "unknown_field": (
        "没有这个字段，请使用最新的模板或表单。",
        "There is no such field; use the current template or form.",
    ),
    "secret_metadata": (
        "目录信息本身涉密的，不得录入本系统，请按保密规定处理。仅数据涉密的，请选“不予开放”并写明依据。",
        "Metadata that is itself secret may not be stored here. If only the data are secret, choose “not open”.",
    ),
    "required_missing": ("此项必填，请补充。", "This is required; fill it in."),
    "contact_missing": ("联系电话和电子邮箱至少填一项。", "Give a phone number or an e-mail address."),
    "items_missing": ("至少填写一个信息项（数据的字段）。", "Describe at least one data item (a field of the data)."),
    "not_a_text": ("此项应为文字。", "This must be a text."),
    "not_a_list": ("此项应为若干词，用逗号或分号隔开。", "This must be several words, separated by commas."),
    "too_long": (
        "太长：现有{length}字，最多{limit}字，请缩短。",
        "Too long: {length} characters, at most {limit}; shorten it.",
    ),
    "too_many": ("太多：现有{count}个，最多{limit}个，请减少。", "Too many: {count}, at most {limit}; take some out."),
    "too_many_items": (
        "信息项太多：现有{count}个，最多{limit}个，请拆分条目。",
        "Too many data items: {count}, at most {limit}; split the entry.",
    ),
    "not_in_vocabulary": ("“{value}”不在可选范围内，请从列表中选择。", "“{value}” is not on the list; choose from it."),
    "not_a_web_address": (
        "“{value}”不是网址，请填写以 http:// 或 https:// 开头的完整地址。",
        "“{value}” is not a web address; write it in full, beginning with http:// or https://.",
    ),
    "not_a_date": (
        "“{value}”不是日期，请写成 2026-07-10 的样子。",
        "“{value}” is not a date; write it like 2026-07-10.",
    ),
    "not_yes_or_no": ("“{value}”应填“是”或“否”。", "“{value}” should be yes or no."),
    "not_a_number": (
        "“{value}”应为不小于0的整数，只写数字，不写单位。",
        "“{value}” should be a whole number, digits only.",
    ),
    "bad_region": (
        "“{value}”不是行政区划代码，应为6、9或12位数字，如 420202。",
        "“{value}” is not a region code: 6, 9 or 12 digits, as 420202.",
    ),
    "bad_class_code": ("“{value}”不是分类码，只写数字。", "“{value}” is not a class code: digits only."),
    "class_code_short": (
        "分类码“{value}”不完整：类1位（1、2或3）、项2位、目3位，至少6位。",
        "Class code “{value}” is not complete: 1 digit (1, 2 or 3), then 2, then 3, at least 6 in all.",
    ),
    "bad_code": (
        "“{value}”不是资源代码，只用字母、数字和 / . : _ -。",
        "“{value}” is not a code: letters, digits and / . : _ - only.",
    ),
    "code_taken": (
        "代码“{value}”已被别的条目使用（含已下架的），请换一个。",
        "Code “{value}” belongs to another entry; use another.",
    ),
    "code_is_fixed": ("条目发布后代码不能更改，应为“{value}”。", "The code “{value}” is fixed since publication."),
    "bad_field_name": (
        "“{value}”不能作英文字段名：以字母开头，只用字母、数字和单个下划线。",
        "“{value}” cannot be a field name: a letter first, then letters, digits and single underscores.",
    ),
    "bad_phone": (
        "“{value}”不像电话号码，如 0714-6250001；多个用顿号隔开。",
        "“{value}” does not look like a phone number such as 0714-6250001; separate several by commas.",
    ),
    "bad_email": ("“{value}”不像电子邮箱，如 name@example.gov.cn。", "“{value}” does not look like an e-mail address."),
    "title_is_system_name": (
        "名称“{value}”与来源系统相同，请写数据的名称而不是系统的名称。",
        "The title “{value}” is the name of the source system; name the data instead.",
    ),
    "format_pair_mismatch": (
        "格式类型“{type}”不属于所选的格式分类，请重选。",
        "Format “{type}” does not belong to the chosen category.",
    ),
    "share_method_unfit": (
        "所选共享方式与格式不相配：文件类用文件，数据库类用数据库或接口。",
        "This way of sharing does not fit the format: files as file, databases as database or interface.",
    ),
    "basis_too_blanket": (
        "“{value}”过于笼统：请写明法律法规条款和具体理由，不少于{limit}字。",
        "“{value}” is too blanket: name the article of law and the reason, at least {limit} characters.",
    ),
    "period_reversed": (
        "截止日期{end}早于起始日期{start}，请更正。",
        "The period ends ({end}) before it begins ({start}).",
    ),
    "item_repeats": (
        "“{value}”与第{first}个信息项重复，请改名或删去。",
        "“{value}” repeats item {first}; rename it or take it out.",
    ),
    "item_secret_open": (
        "信息项“{value}”标为国家或商业机密，不能开放，请改为不开放。",
        "Item “{value}” is marked as a secret and cannot be open; mark it as not open.",
    ),
    "item_private_unmasked": (
        "信息项“{value}”标为个人隐私，开放须选脱敏方式，或改为不开放。",
        "Item “{value}” is private: choose how it is masked, or mark it as not open.",
    ),
    # why a data version was rejected by the house itself
    "replaced": ("已被后来上传的文件替换。", "Replaced by a file that was uploaded later."),
    "resource_removed": ("所属资源已移除。", "Its resource was removed."),
    "revision_discarded": ("所属修订已放弃。", "Its revision was discarded."),
    "entry_was_withdrawn": ("所属条目已下架。", "Its entry was withdrawn."),
}
