"""The font of charts and plots: one that has Chinese characters, so that no word is a row of boxes."""

FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei",
    "Microsoft YaHei", "SimHei", "PingFang SC",
)  # fmt: skip
"""Fonts with Chinese characters, the likeliest first."""


def chinese_fonts() -> list[str]:
    """Families of `FONTS` that this machine has, the likeliest first; empty when it has none.

    matplotlib keeps its list of fonts in a cache that does not notice a font that was installed later;
    where none is in the list, the machine's folders are read anew. matplotlib is imported here: it takes a second.
    """
    from matplotlib.font_manager import findSystemFonts, fontManager

    if not (found := _known()):
        listed = {font.fname for font in fontManager.ttflist}
        for path in set(findSystemFonts()) - listed:
            try:
                fontManager.addfont(path)
            except (OSError, RuntimeError):
                continue  # a font file that cannot be read is one that we do not need
        found = _known()
    return found


def _known() -> list[str]:
    from matplotlib.font_manager import get_font_names

    names = set(get_font_names())
    return [name for name in FONTS if name in names]
