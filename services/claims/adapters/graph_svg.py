"""Draws the graph around a claim: three columns, the claim, what it has, who has the same."""

from collections.abc import Sequence
from typing import NamedTuple

from reportlab.graphics.renderSVG import drawToString
from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

from services.claims.rules.graphs import Graph, Node, NodeKind

FONT, BOLD, SIZE = "Helvetica", "Helvetica-Bold", 10
CUT = "..."
BOX_WIDTH, BOX_HEIGHT, ROW = 230, 22, 30
COLUMN, MARGIN, HEAD = 320, 24, 64
INK, PALE, STRONG = HexColor("#1c2733"), HexColor("#b8c2cc"), HexColor("#c0392b")
PAPER, CENTER = HexColor("#ffffff"), HexColor("#ffe08a")
FILLS: dict[NodeKind, Color] = {
    "claim": HexColor("#e8eef4"),
    "account": HexColor("#fbe0dc"),
    "phone": HexColor("#e3f1e1"),
    "person": HexColor("#ece2f4"),
    "document": HexColor("#f3efe2"),
    "issuer": HexColor("#dff0f2"),
    "agent": HexColor("#f6e3cf"),
}
_SPELLED = {
    f"font-family: {BOLD};": "font-family: Helvetica, Arial, sans-serif; font-weight: bold;",
    f"font-family: {FONT};": "font-family: Helvetica, Arial, sans-serif;",
    "<title>...</title>": "<title>The claim, what it has, and who has the same</title>",
    "<desc>...</desc>": "",
}
"""The library writes names of fonts of PDF, which browsers do not know."""
HEADINGS = ("The claim", "What it has", "Other claims with the same")


class _Place(NamedTuple):
    """The left edge of a box and the middle of its height."""

    left: float
    middle: float


def draw(graph: Graph) -> str:
    """The graph as SVG. The claim is highlighted, what others have too is drawn in red."""
    columns = _columns(graph.nodes)
    rows = max(len(column) for column in columns)
    height = HEAD + rows * ROW + MARGIN
    drawing = Drawing(2 * COLUMN + BOX_WIDTH + 2 * MARGIN, height)
    sheet = Rect(0, 0, drawing.width, height)
    sheet.fillColor, sheet.strokeColor = PAPER, None
    drawing.add(sheet)
    places = _places(columns, height)
    for number, heading in enumerate(HEADINGS):
        drawing.add(_text(heading, MARGIN + number * COLUMN, height - MARGIN, BOLD))
    drawing.add(_text(_legend(graph), MARGIN, height - MARGIN - 16, FONT))
    _add_edges(drawing, graph, places)
    for node in graph.nodes:
        _add_box(drawing, node, places[node.node_id])
    picture = str(drawToString(drawing))
    for written, meant in _SPELLED.items():
        picture = picture.replace(written, meant)
    return picture


def _columns(nodes: Sequence[Node]) -> tuple[list[Node], list[Node], list[Node]]:
    center = [node for node in nodes if node.is_center]
    things = [node for node in nodes if node.kind != "claim"]
    others = [node for node in nodes if node.kind == "claim" and not node.is_center]
    return center, things, others


def _places(columns: Sequence[Sequence[Node]], height: float) -> dict[str, _Place]:
    """Each column stands in the middle of the height, its nodes below one another."""
    middle = (height - HEAD + MARGIN) / 2
    return {
        node.node_id: _Place(MARGIN + number * COLUMN, middle + ((len(column) - 1) / 2 - row) * ROW)
        for number, column in enumerate(columns)
        for row, node in enumerate(column)
    }


def _legend(graph: Graph) -> str:
    left_out = f"; {graph.left_out} more are left out" if graph.left_out else ""
    return f"Red: other claims have it too. Marks stand for numbers of persons{left_out}."


def _add_edges(drawing: Drawing, graph: Graph, places: dict[str, _Place]) -> None:
    shared = {node.node_id for node in graph.nodes if node.is_shared and node.kind != "claim"}
    for edge in graph.edges:
        one, other = sorted((places[edge.claim], places[edge.thing]))
        drawing.add(
            Line(
                one.left + BOX_WIDTH,
                one.middle,
                other.left,
                other.middle,
                strokeColor=STRONG if edge.thing in shared else PALE,
                strokeWidth=1.2 if edge.thing in shared else 0.8,
            )
        )


def _add_box(drawing: Drawing, node: Node, place: _Place) -> None:
    is_marked = node.is_center or (node.is_shared and node.kind != "claim")
    box = Rect(place.left, place.middle - BOX_HEIGHT / 2, BOX_WIDTH, BOX_HEIGHT, rx=4, ry=4)
    box.fillColor = CENTER if node.is_center else FILLS[node.kind]
    box.strokeColor = STRONG if is_marked else PALE
    box.strokeWidth = 2 if node.is_center else 1
    drawing.add(box)
    font = BOLD if node.is_center else FONT
    label = _fitting(node.label, font)
    drawing.add(_text(label, place.left + 8, place.middle - SIZE / 3, font))


def _text(words: str, left: float, base: float, font: str) -> String:
    return String(left, base, words, fontName=font, fontSize=SIZE, fillColor=INK)


def _fitting(words: str, font: str) -> str:
    """As much of the words as a box is wide."""
    width = BOX_WIDTH - 50  # some browsers have only a wider font
    if stringWidth(words, font, SIZE) <= width:
        return words
    while words and stringWidth(words + CUT, font, SIZE) > width:
        words = words[:-1]
    return words + CUT
