"""What the source gets wrong: the claim, what is right, and where that is settled."""

from docutils import nodes
from underload import ledger

from underload_site import late, shelf
from underload_site.tables import words


class Errata(late.LateDirective):
    """``{errata}``: every claim that failed, and every claim whose entry carries an erratum."""

    @staticmethod
    def build(app, docname, node):
        """One item for each erratum."""
        settled = shelf.settled(app.srcdir)
        items = [
            _item(app, docname, claim, settled.get(claim.id))
            for claim in ledger.catalogue().values()
            if claim.erratum or (claim.id in settled and settled[claim.id].verdict.kind in ("off", "false"))
        ]
        return [nodes.definition_list("", *items, classes=["errata"])] if items else [words("None so far.")]


def _item(app, docname, claim, found):
    term = nodes.term(
        "", "", nodes.inline("", f"Claim {claim.section}", classes=["erratum-section"]), nodes.Text(f" {claim.text}")
    )
    body = nodes.definition()
    if claim.erratum:
        body += words(claim.erratum)
    if found is None:
        body += words("Not yet settled.", "claim-open")
    else:
        verdict = found.verdict
        line = words(f"Stated {claim.stated_text}, computed {verdict.computed}: {verdict.words}. {verdict.because} ")
        uri = late.link(app, docname, found.docname, f"verdict-{claim.id}")
        if uri:
            line += nodes.reference("", "Where it is settled", internal=True, refuri=uri)
        body += line
    return nodes.definition_list_item("", term, body)


def setup(app):
    """Register the directive."""
    app.add_directive("errata", Errata)
