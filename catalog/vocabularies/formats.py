"""信息资源格式: a category and, depending on it, a type."""

from catalog.vocabularies.terms import Term, Vocabulary

FORMAT_CATEGORY = Vocabulary(
    "format_category",
    "信息资源格式分类",
    "Format category",
    (
        Term("document", "电子文件", "Document", ("文件", "文档", "电子文档")),
        Term("spreadsheet", "电子表格", "Spreadsheet", ("表格",)),
        Term("database", "数据库", "Database", ("库表", "关系数据库", "数据库表")),
        Term("image", "图形图像", "Image", ("图像", "图片", "图形")),
        Term("streaming", "流媒体", "Streaming media", ("音视频", "音频视频")),
        Term("self_described", "自描述格式", "Self-described format", ("自描述",)),
    ),
    source="政务信息资源目录编制指南（试行），信息资源格式",
)


def _types(parent: str, *codes: str) -> tuple[Term, ...]:
    return tuple(Term(code, code, code, parent=parent) for code in codes)


FORMAT_TYPE = Vocabulary(
    "format_type",
    "信息资源格式类型",
    "Format",
    (
        *_types("document", "doc", "docx", "html", "ofd", "pdf", "ppt", "pptx", "txt", "wps", "xml"),
        *_types("spreadsheet", "csv", "et", "ods", "xls", "xlsx"),
        Term("json", "json", "json", parent="spreadsheet"),
        Term("mysql", "mysql", "mysql", ("MySQL数据库",), "database"),
        Term("oracle", "oracle", "oracle", ("Oracle数据库",), "database"),
        Term("dm", "dm", "dm", ("达梦", "达梦数据库"), "database"),
        Term("kingbase", "kingbase", "kingbase", ("人大金仓", "金仓", "KingbaseES"), "database"),
        Term("sqlserver", "sqlserver", "sqlserver", ("SQL Server", "mssql"), "database"),
        Term("postgresql", "postgresql", "postgresql", ("postgres", "greenplum"), "database"),
        Term("db2", "db2", "db2", (), "database"),
        Term("access", "access", "access", (), "database"),
        Term("dbf", "dbf", "dbf", (), "database"),
        *_types("image", "bmp", "gif", "jpg", "png", "tif", "dwg", "shp"),
        *_types("streaming", "mp3", "mp4", "wav", "avi", "flv", "rm"),
        Term("rdf", "rdf", "rdf", (), "self_described"),
        Term("geojson", "geojson", "geojson", (), "self_described"),
        Term("kml", "kml", "kml", (), "self_described"),
        Term("other", "其他自描述", "other", ("其他", "其它"), "self_described"),
    ),
)
