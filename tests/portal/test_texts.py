"""The catalogues are whole: each text of the sources is there, translated, with its placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent.parent
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
LANGUAGES = ["zh_Hans", "zh_Hant"]


def catalogue(language: str) -> Catalog:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]|\{\w+\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language):
    empty = [message.id for message in messages(language) if not all(_forms(message))]
    assert not empty


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_keeps_its_placeholders(language):
    wrong = []
    for message in messages(language):
        source = message.id[1] if message.pluralizable else message.id
        wrong += [message.id for form in _forms(message) if placeholders(form) != placeholders(source)]
    assert not wrong


def test_no_text_of_the_sources_is_missing_from_the_catalogues():
    with (ROOT / "babel.cfg").open() as file:
        mapping, options = parse_mapping_cfg(file)
    found = {
        message[0] if isinstance(message, tuple) else message
        for folder in ("accounts", "loans", "notifications", "portal", "templates")
        for _, _, message, _, _ in extract_from_dir(
            ROOT / folder,
            [(pattern.removeprefix(f"{folder}/"), how) for pattern, how in mapping],
            options,
            KEYWORDS,
        )
    }
    known = {message.id[0] if message.pluralizable else message.id for message in messages("zh_Hans")}
    assert len(found) > 600  # programs and templates
    assert not found - known


def _forms(message: Message) -> list[str]:
    return list(message.string) if message.pluralizable else [str(message.string)]


# ---------- the right script, and the words of the place ----------

# Each is Chinese of the other script or of the other side of the strait, for whoever reads this one.
FOREIGN_WORDS = {
    "zh_Hant": (
        "默認 缺省 信息 短信 賬 登錄 登陸 網絡 互聯網 軟件 硬件 服務器 數據庫 視頻 屏幕 打印 點擊 鏈接 郵箱 用戶名 "
        "設置 菜單 搜索 示例 渠道 模板 合同 退出登 推送 收件箱 訪問 運營商 當前 短消息 高級 質量 通過電 "
        "之后 以后 最后 然后 后來 后續 什么 怎么 那么 这么 聯系 联系 剩余 余額 里面 這里 那里 几 “ ”"
    ),
    "zh_Hans": (
        "预设 资讯 简讯 帐 登入 网路 软体 硬体 伺服器 资料库 萤幕 列印 连结 使用者 范本 登出 收件匣 金钥 电信业者 「 」"
    ),
}  # fmt: skip
# Names of the languages stand in their own script; a title may quote.
RIGHT_ALL_THE_SAME = {"繁體中文", "简体中文"}


def is_of_script(language: str, sign: str) -> bool:
    """Whether this Chinese character is one of the common ones of the script.

    By the national character sets: GB 2312 holds simplified ones alone, and what Big5 has before its second level, from
    0xC9 on, are the common traditional ones.
    """
    try:
        return bool(sign.encode("gb2312")) if language == "zh_Hans" else sign.encode("big5")[0] < 0xC9
    except UnicodeEncodeError:
        return False


def told_in(language: str) -> list[str]:
    """Every text of ours in this language: the catalogue's, and the words of messages."""
    of_catalogue = [form for message in messages(language) for form in _forms(message)]
    file = ROOT / "templates" / "messages" / f"{language.replace('_', '-').lower()}.toml"
    return [*of_catalogue, *file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_in_the_other_chinese_script(language):
    chinese = re.compile(r"[\u3400-\u9fff]")
    wrong = {
        text: strange
        for text in told_in(language)
        if (strange := {sign for sign in chinese.findall(text) if not is_of_script(language, sign)})
        and text not in RIGHT_ALL_THE_SAME
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_speaks_as_people_elsewhere_do(language):
    foreign = FOREIGN_WORDS[language].split()
    wrong = {
        text: found for text in told_in(language) if (found := [word for word in foreign if word in text])
    }
    assert wrong == {}
