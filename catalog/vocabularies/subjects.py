"""What data is about: domains (数据领域), topics (服务主题), sections of the economy (行业分类)."""

from catalog.vocabularies.terms import Term, Vocabulary


def _domain(city_code: int, code: str, zh: str, en: str, *aliases: str) -> Term:
    return Term(code, zh, en, aliases, city_code=city_code)


DOMAIN = Vocabulary(
    "domain",
    "数据领域",
    "Domain",
    (
        _domain(1, "credit", "信用服务", "Credit", "信用", "社会信用"),
        _domain(2, "health", "医疗卫生", "Health", "卫生健康", "医疗健康", "医药卫生", "医疗保障", "医药卫生管理"),
        _domain(3, "employment", "社保就业", "Employment and social security", "社会保障", "就业社保", "劳动、人事"),
        _domain(4, "public_safety", "公共安全", "Public safety", "公安", "城市安全"),
        _domain(
            5,
            "housing",
            "城建住房",
            "Housing and urban construction",
            "城市建设",
            "城乡建设",
            "城乡规划",
            "市政工程",
            "住房城建",
            "城建服务",
        ),
        _domain(6, "transport", "交通运输", "Transport", "道路交通", "交通", "交通出行", "交通服务"),
        _domain(
            7,
            "education",
            "教育文化",
            "Education and culture",
            "文化旅游",
            "文化休闲",
            "教育",
            "文化",
            "文化、卫生、体育",
            "文体旅游",
        ),
        _domain(8, "science", "科技创新", "Science and innovation", "科技", "科技管理", "科学技术", "科技、教育"),
        _domain(9, "energy", "资源能源", "Resources and energy", "能源", "国土资源、能源", "自然资源", "能源资源"),
        _domain(
            10, "environment", "生态环境", "Environment", "资源环境", "环境保护", "环境保护、治理", "生态环保", "环境"
        ),
        _domain(
            11,
            "industry",
            "工业农业",
            "Industry and agriculture",
            "工业",
            "农业",
            "农业、水利",
            "工业、交通",
            "农业农村",
        ),
        _domain(12, "commerce", "商贸流通", "Commerce", "商业、贸易", "国内贸易", "商业服务", "商务"),
        _domain(13, "finance", "财税金融", "Public finance and banking", "财政", "金融", "税务", "财政金融"),
        _domain(14, "work_safety", "安全生产", "Work safety", "安全监管", "应急管理"),
        _domain(15, "market", "市场监督", "Market supervision", "市场监管", "工商", "物价"),
        _domain(16, "social_aid", "社会救助", "Social aid", "社会福利", "救助"),
        _domain(17, "legal", "法律服务", "Legal services", "司法服务", "法律", "司法"),
        _domain(18, "living", "生活服务", "Everyday services", "公共服务", "民生服务", "民生保障", "民政、社区"),
        _domain(19, "weather", "气象服务", "Weather", "气象", "气象、水文、测绘、地震"),
        _domain(20, "geography", "地理空间", "Geography", "地名地址", "地理信息", "地理"),
        _domain(21, "organizations", "机构团体", "Organizations", "政务机构", "社会组织", "机构"),
        _domain(22, "other", "其他", "Other", "其它", "综合类", "默认主题"),
    ),
    source="国家公共数据资源开放分类；市数据开放平台“行业”代码 bshy 1–22",
)
"""22 domains. The city portal calls this list 行业 and the topics 领域: a trap for header aliases."""

AMBIGUOUS_DOMAINS: dict[str, tuple[str, str]] = {"教育科技": ("education", "science")}
"""Labels of other lists that fall on two domains: a person has to choose."""

TOPIC = Vocabulary(
    "topic",
    "服务主题",
    "Service topic",
    (
        Term("education", "教育培训", "Education and training", city_code=1),
        Term("business", "企业扶持", "Support for businesses", city_code=2),
        Term("employment", "就业招聘", "Jobs and recruitment", city_code=3),
        Term("city_safety", "城市安全", "Urban safety", city_code=4),
        Term("living", "生活服务", "Daily life", city_code=5),
        Term("marriage", "结婚生育", "Marriage and birth", city_code=6),
        Term("travel", "交通出行", "Getting around", city_code=7),
        Term("social_insurance", "社会保险", "Social insurance", city_code=8),
        Term("retirement", "退休养老", "Retirement", city_code=9),
        Term("medical", "医疗保健", "Medical care", city_code=10),
    ),
    source="市数据开放平台“领域”代码 lyid 1–10",
)

INDUSTRY = Vocabulary(
    "industry",
    "行业分类",
    "Section of the economy",
    (
        Term("A", "农、林、牧、渔业", "Agriculture, forestry, animal husbandry and fishery", ("农业",)),
        Term("B", "采矿业", "Mining"),
        Term("C", "制造业", "Manufacturing"),
        Term(
            "D",
            "电力、热力、燃气及水生产和供应业",
            "Production and supply of electricity, heat, gas and water",
            ("电力、燃气及水的生产和供应业",),
        ),
        Term("E", "建筑业", "Construction"),
        Term("F", "批发和零售业", "Wholesale and retail trade"),
        Term("G", "交通运输、仓储和邮政业", "Transport, storage and post", ("交通运输、仓储及邮政业",)),
        Term("H", "住宿和餐饮业", "Accommodation and catering"),
        Term(
            "I",
            "信息传输、软件和信息技术服务业",
            "Information transmission, software and IT services",
            ("信息传输、计算机服务和软件业",),
        ),
        Term("J", "金融业", "Finance"),
        Term("K", "房地产业", "Real estate"),
        Term("L", "租赁和商务服务业", "Leasing and business services"),
        Term(
            "M",
            "科学研究和技术服务业",
            "Scientific research and technical services",
            ("科学研究、技术服务和地质勘查业",),
        ),
        Term("N", "水利、环境和公共设施管理业", "Water conservancy, environment and public facilities"),
        Term(
            "O",
            "居民服务、修理和其他服务业",
            "Services to households, repair and other services",
            ("居民服务和其他服务业",),
        ),
        Term("P", "教育", "Education", ("教育业",)),
        Term("Q", "卫生和社会工作", "Health and social work", ("卫生、社会保障和社会福利业",)),
        Term("R", "文化、体育和娱乐业", "Culture, sports and entertainment"),
        Term(
            "S",
            "公共管理、社会保障和社会组织",
            "Public administration, social security and social organizations",
            ("公共管理和社会组织",),
        ),
        Term("T", "国际组织", "International organizations"),
    ),
    source="GB/T 4754-2017 国民经济行业分类，门类 A–T",
)
