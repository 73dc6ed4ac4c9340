"""Sentences about packages that are handed over."""

MESSAGES: dict[str, tuple[str, str]] = {
    "package_scope_unknown": (
        "报送包的范围“{kind}”不认识。请选择全部、某个计划或某个部门。",
        "There is no scope “{kind}” for a package. Choose all, a plan or a department.",
    ),
    "package_not_found": (
        "没有这个报送包，它可能已过保存期。请重新生成。",
        "There is no such package; it may have passed its time. Make it anew.",
    ),
    "package_differs": (
        "“{title}”的数据文件与登记的校验值不符，报送包没有生成。请让系统管理员运行 kaifang doctor 检查存储。",
        "A file of “{title}” is not what its checksum says, so no package was made. Let the administrator run "
        "kaifang doctor.",
    ),
}
