"""Many mistakes in one folder: all are found at once, in order, each with its cure. Reviewed as text."""

from collections.abc import Callable
from pathlib import Path

from router.flowfile import check_site

GOLDEN = Path(__file__).parent / "golden"


def test_a_folder_of_mistakes(good: dict[str, str], write_site: Callable[..., Path]) -> None:
    """Where the text is meant to change, write ``found`` to the file and review the difference."""
    folder = write_site(
        {
            "flows/main.yaml": (GOLDEN / "ten_mistakes.main.yaml").read_bytes(),
            "site.yaml": good["site.yaml"].replace("line_rings: 1", "line_rings: 6").replace("main}", "mian}"),
            "queues.yaml": good["queues.yaml"].replace("3 rings", "4 rings") + "    secret: abc\n",
        }
    )
    found = "\n".join(str(finding) for finding in check_site(folder)) + "\n"
    assert found == (GOLDEN / "ten_mistakes.txt").read_text(encoding="utf-8")
