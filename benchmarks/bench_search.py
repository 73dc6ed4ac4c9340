"""Search, feeds and the API of the catalog: index build, questions, pages of the feeds, over made-up Chinese entries.

Prints, for catalogs of 1,000 and 10,000 entries: seconds to build the index, milliseconds per question (p50, p95,
slowest) beside the plain SQL fallback and a bare scan of all texts in memory, one update, and pages of both feeds.
Run: python benchmarks/bench_search.py [entries ...]
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from sqlalchemy.orm import Session

import catalog.models  # noqa: F401  registers the tables
import datasets.models  # noqa: F401  registers the tables
from catalog.changes import changes_after
from catalog.feeds.changes_feed import write_changes
from catalog.feeds.site import Site
from catalog.feeds.spool import Spool
from catalog.feeds.whole import open_dcat_page
from catalog.models import ChangeCounter, ChangeRow, Department, Entry
from catalog.search import SearchIndex
from catalog.search.fallback import search_by_like
from datasets.db import Base
from datasets.engine import make_engine
from tests.catalog.records import MOMENT, current_record, department, file_resource, item, publish, record

WORDS = {
    "areas": "黄石港区 胜阳港街道 沈家营街道 黄石港街道 江北管理区 下陆区 西塞山区 铁山区 大冶市 阳新县",
    "things": "公共厕所 养老机构 社会组织 医疗机构 中小学校 幼儿园 停车场 住房公积金 行政许可 行政处罚 食品经营 "
    "药品零售 空气质量 道路施工 公交线路 图书馆 文化活动 建设项目 土地出让 企业登记 个体工商户 纳税信用 "
    "就业岗位 技能培训",
    "kinds": "名录 信息 统计 分布 清单 台账 公示 年度汇总 月度报表 基本信息 登记信息 检查结果",
    "items": "名称 地址 联系电话 负责人 统一社会信用代码 许可证号 有效期 面积 床位数 经度 纬度 所属街道 备注 更新时间",
}
AREAS, THINGS, KINDS, ITEMS = (text.split() for text in WORDS.values())
SITE = Site("https://data.example.gov.cn", "平台", "Portal", "区政府办", "Office", region_code="420202")


def main() -> None:
    """Run for every size asked for."""
    for size in map(int, sys.argv[1:] or ["1000", "10000"]):
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder), size)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def run(folder: Path, size: int) -> None:
    """Build a catalog of `size` entries and measure."""
    engine = make_engine(f"sqlite:///{folder / 'bench.db'}")
    Base.metadata.create_all(engine)
    chosen = random.Random(size)
    with Session(engine) as session:
        texts = fill(session, size, chosen)
        session.commit()
        index = SearchIndex(folder / "index")
        seconds = timed(lambda: index.rebuild(session))
        print(f"\n{size:,} entries: index built in {seconds:.1f} s")
        index.warm()
        questions = list(make_questions(texts, chosen, 500))
        show("index", [timed(lambda q=q: index.search(q)) for q in questions])
        show("SQL fallback", [timed(lambda q=q: search_by_like(session, q)) for q in questions[:50]])
        show("bare scan", [timed(lambda q=q: [text for text in texts if q in text]) for q in questions])
        of = department(session, AREAS[0])
        publish(session, record(of, "新增条目", ordinal=size + 1, summary="刚刚发布"))
        print(f"  one update followed in {timed(lambda: index.follow(session)) * 1000:.0f} ms")
        measure_feeds(session, folder, size)


def measure_feeds(session: Session, folder: Path, size: int) -> None:
    """Pages of the whole catalog and of its changes."""
    spool = Spool(folder / "spool")
    pages = -(-(size + 1) // 500)
    first = timed(lambda: [open_dcat_page(session, spool, SITE, page + 1) for page in range(pages)])
    again = timed(lambda: open_dcat_page(session, spool, SITE, 1))
    print(f"  whole catalog written in {first:.2f} s ({pages} pages), a page found again in {again * 1000:.1f} ms")
    start = max(0, size - 500)
    pull = timed(lambda: write_changes(SITE, changes_after(session, start, 500), after=start, limit=500))
    print(f"  500 changes in {pull * 1000:.0f} ms")


def fill(session: Session, size: int, chosen: random.Random) -> list[str]:
    """Publish `size` entries in bulk; gives their titles with their summaries."""
    departments: list[Department] = [
        department(session, f"{area}{body}") for area in AREAS for body in ("民政局", "城管局")
    ]
    texts, rows = [], []
    for ordinal in range(1, size + 1):
        title = (
            f"{chosen.choice(AREAS)}{chosen.choice(THINGS)}{chosen.choice(KINDS)}（{chosen.randrange(2015, 2027)}年）"
        )
        names = chosen.sample(ITEMS, 8)
        summary = f"{title}，主要包括{'、'.join(names)}等，由{chosen.choice(THINGS)}主管部门汇总，每月更新。"
        made = record(
            chosen.choice(departments), title, ordinal=ordinal, summary=summary, tags=chosen.sample(THINGS, 3),
            items=[item(name) for name in names], resources=[file_resource(seed=str(ordinal))], domain="living",
            name=f"e{ordinal}",
        )  # fmt: skip
        entry = Entry(
            id=made.uuid, name=made.name, department_id=uuid.UUID(made.department_id), state="published",
            ordinal=ordinal, created_at=MOMENT,
        )  # fmt: skip
        change = ChangeRow(
            number=ordinal, entry_id=made.uuid, kind="published", at=MOMENT, record=made.as_dict(),
            record_hash=made.digest(),
        )  # fmt: skip
        rows.append((entry, change, current_record(made, ordinal)))
        texts.append(f"{title} {summary}")
    session.add_all(entry for entry, _, _ in rows)
    session.flush()
    session.add_all(one for _, change, current in rows for one in (change, current))
    session.add(ChangeCounter(id=1, number=size))
    return texts


def make_questions(texts: list[str], chosen: random.Random, count: int) -> Iterator[str]:
    """What people type: parts of titles, two words, a department and a word; some very common."""
    for _ in range(count):
        title = chosen.choice(texts).split("（")[0]
        start = chosen.randrange(len(title) - 1)
        part = title[start : start + chosen.choice((2, 2, 3, 4, 6, 9))]
        yield chosen.choice((part, part, f"{part} {chosen.choice(THINGS)}", f"民政局 {part}", "信息"))


def timed(call: Callable[[], object]) -> float:
    """Seconds that the call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def show(name: str, seconds: list[float]) -> None:
    """One line of the table."""
    ordered = sorted(second * 1000 for second in seconds)
    middle, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    print(f"  {name:<14} p50 {middle:7.2f} ms   p95 {high:7.2f} ms   slowest {ordered[-1]:7.2f} ms")


if __name__ == "__main__":
    main()
