"""Verdict cards: in the chapter that settles a claim, and on any other page that shows it off."""

from docutils import nodes
from underload import ledger

from underload_site import late, renderers, shelf


class VerdictOutput:
    """myst-nb renderer: the card of a chapter is made from the stored record, not from stored HTML."""

    mime_priority_overrides = [("html", ledger.MIME, 1)]

    @staticmethod
    def handle_mime(renderer, data, inline):
        """The card as raw HTML; None for any other output."""
        if inline or data.mime_type != ledger.MIME:
            return None
        return [nodes.raw("", ledger.restore(data.content).card(), format="html", classes=["output"])]


def card(app, docname, claim_id):
    """The card of a claim as HTML, linked to the place in the chapter where it is settled."""
    found = shelf.settled(app.srcdir).get(claim_id)
    if found is None:
        state = "is not settled by any chapter" if claim_id in ledger.catalogue() else "is not in the catalogue"
        raise LookupError(f"claim {claim_id!r} {state}")
    return found.verdict.card(late.link(app, docname, found.docname, f"verdict-{claim_id}"))


def cards(app, docname, node):
    """The cards of all claims that a directive names."""
    found = []
    for claim_id in node["arguments"] + [line.strip() for line in node["content"] if line.strip()]:
        try:
            found.append(card(app, docname, claim_id))
        except LookupError as error:
            late.warn(node, str(error))
    return found


class Verdict(late.LateDirective):
    """``{verdict} claim-id``: one card."""

    required_arguments = 1

    @staticmethod
    def build(app, docname, node):
        """One card."""
        return [nodes.raw("", html, format="html") for html in cards(app, docname, node)]


class Verdicts(late.LateDirective):
    """``{verdicts}`` with a claim id on each line: a grid of cards."""

    has_content = True

    @staticmethod
    def build(app, docname, node):
        """All cards in one grid."""
        html = "".join(cards(app, docname, node))
        return [nodes.raw("", f'<div class="verdicts">{html}</div>', format="html")]


def setup(app):
    """Register the renderer and both directives."""
    renderers.register(VerdictOutput)
    app.add_directive("verdict", Verdict)
    app.add_directive("verdicts", Verdicts)
