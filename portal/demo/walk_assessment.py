"""The walk through what the office makes of the records: score cards, report, package, a bulk act and its undo."""

from __future__ import annotations

import io
import zipfile

from portal.demo.walking import REASON, Walk, good, require, wait

AS_RENAMED = "演示巡检"


def _scores(walk: Walk) -> tuple[str, str]:
    """The department's card unfolds to the records of a figure; the office takes the workbook."""
    head, office = walk.person(walk.head), walk.person(walk.office)
    card = good(head.get("/desk/scores"))
    links = sorted({address for _, address in card.page.links if address.startswith(f"{_period(card.text)}/")})
    for address in links:
        good(head.get(address))
    good(office.get("/office/scores"))
    _require_archive(good(office.follow("workbook.xlsx")).body, "xl/workbook.xml")
    return card.address, f"{len(links)} figures with their records, XLSX"


def _period(card: str) -> str:
    """Where the records of the card's figures stand: /desk/scores/2026H2."""
    return "/desk/scores/" + card.partition('class="figure')[2].partition("/desk/scores/")[2].partition("/")[0]


def _report(walk: Walk) -> tuple[str, str]:
    """The half-year report as Word, and as PDF where the portal can write one."""
    office = walk.person(walk.office)
    page = good(office.get("/office/report"))
    sizes = {}
    for ending, sign in (("docx", b"PK"), ("pdf", b"%PDF")):
        link = next((address for _, address in page.page.links if address.endswith(f"file.{ending}")), None)
        if link is not None:
            body = good(office.get(link)).body
            require(body.startswith(sign), f"the {ending} is none")
            sizes[ending] = len(body)
    require("docx" in sizes, "no Word document is offered")
    return page.address, "、".join(f"{ending} {size // 1024} KB" for ending, size in sizes.items())


def _package(walk: Walk) -> tuple[str, str]:
    """One click makes an archive of what the department has published."""
    office, place = walk.person(walk.office), "/office/packages"
    form = good(office.get(place)).page.find_form("生成报送包")
    known = set(_zips(walk))
    good(office.send("生成报送包", scope=form.find_choice(walk.department)))
    seconds = wait("package", lambda: bool(set(_zips(walk)) - known))
    link = next(one for one in _zips(walk) if one not in known)
    names = _require_archive(good(office.get(link)).body, "")
    return link, f"{len(names)} files after {seconds:.1f} s"


def _zips(walk: Walk) -> list[str]:
    page = good(walk.person(walk.office).get("/office/packages")).page
    return [address for _, address in page.links if address.endswith(".zip")]


def _rename(walk: Walk) -> tuple[str, str]:
    """The department gets another name for a moment: previewed, carried out, read by the public, undone."""
    office, fresh, kind = (
        walk.person(walk.office),
        f"{walk.department}{AS_RENAMED}",
        "/office/bulk/new/rename_department",
    )
    form = good(office.get(kind)).page.find_form(kind)
    good(office.get(f"{kind}?department={form.find_choice(walk.department)}"))
    good(office.send("预览", name=fresh))
    act = good(office.send("按此办理", reason=REASON)).address
    try:
        is_read = fresh in good(walk.public.get(f"/dataset/{walk.name}")).page.text
    finally:
        good(office.get(act))
        good(office.send("撤销", reason=REASON))
    require(is_read, "the public does not read the new name")
    require(fresh not in walk.public.get(f"/dataset/{walk.name}").page.text, "the former name is not back")
    return act, "previewed, carried out, read, undone"


def _require_archive(body: bytes, part: str) -> list[str]:
    """The names in a ZIP that is whole and holds `part`."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        require(archive.testzip() is None, "the archive is damaged")
        names = archive.namelist()
    require(any(part in name for name in names), f"the archive has no {part}")
    return names


ASSESSMENT_JOURNEYS = (
    ("考核分值展开到记录", "a score unfolds to its records", _scores),
    ("下载工作情况汇报", "the half-year report", _report),
    ("生成报送包", "a package for the city platform", _package),
    ("批量更名:预览、办理、撤销", "a bulk act, previewed, done, undone", _rename),
)
