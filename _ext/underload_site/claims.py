"""The appendix: every claim of the catalogue in the order of the source, with what became of it."""

from docutils import nodes
from underload import ledger

from underload_site import late, shelf
from underload_site.tables import anchor, table, words

HEADERS = ("", "Claim", "Stated", "Computed", "Verdict", "Chapter")
WIDTHS = (6, 38, 14, 14, 18, 10)


class Claims(late.LateDirective):
    """``{claims}``: the table of all claims, on a page that is wide enough for it."""

    def run(self):
        """Leave the placeholder and widen the page."""
        self.env.metadata[self.env.docname]["wide"] = True
        return super().run()

    @staticmethod
    def build(app, docname, node):
        """One row for each claim."""
        settled = shelf.settled(app.srcdir)
        rows = [_row(app, docname, claim, settled.get(claim.id)) for claim in ledger.catalogue().values()]
        return [table(HEADERS, rows, WIDTHS, classes=["claims"])]


def _row(app, docname, claim, found):
    stated = words(claim.stated_text)
    if found is None:
        target = shelf.chapter(app.env, claim.chapter)
        link = anchor(str(claim.chapter), late.link(app, docname, target) if target else "")
        cells = [words(claim.section), words(claim.text), stated, words("–"), words("not yet settled"), link]
        return cells, ["claim-open"]
    verdict = found.verdict
    link = anchor(shelf.number(found.docname), late.link(app, docname, found.docname, f"verdict-{claim.id}"))
    mark = nodes.inline("", ledger.MARKS[verdict.kind], classes=["verdict-mark"])
    word = nodes.paragraph("", "", mark, nodes.Text(f" {verdict.words}"))
    cells = [words(claim.section), words(claim.text), stated, words(verdict.computed), word, link]
    return cells, [f"claim-{verdict.kind.replace(' ', '-')}"]


def setup(app):
    """Register the directive."""
    app.add_directive("claims", Claims)
