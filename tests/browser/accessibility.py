"""What axe-core finds against WCAG 2.2 AA on a page as it stands."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG_22_AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


_AT_REST = """() => new Promise(done => {
  let last, still = 0;
  const look = () => {
    const at = [...document.querySelectorAll("main *")].at(-1)?.getBoundingClientRect().top ?? 0;
    still = at === last ? still + 1 : 0;
    last = at;
    if (still < 10) requestAnimationFrame(look);
    else done(true);
  };
  look();
})"""
"""Ten pictures in a row on which nothing has moved: what scrolls by under the composer counts as too small a target."""


def violations(page: Page) -> list[str]:
    """One line a violation: the rule, what it asks for, and the first elements that break it. Of a page at rest."""
    page.evaluate(_AT_REST)
    found = Axe().run(page, options=WCAG_22_AA).response["violations"]
    return [f"{rule['id']}: {rule['help']}: {[node['html'][:160] for node in rule['nodes'][:3]]}" for rule in found]
