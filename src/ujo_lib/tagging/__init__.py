"""What the texts speak of: from raw chat texts to themes, with evidence, measured quality and an analyst's tools.

    codebook = load_codebook("params/codebook.yaml")
    result = tag(texts, codebook)          # result.frame(): one boolean column per theme

Normalising, tokenising and matching run on arrays and agree with plain Janome token for token. Modules at the room's
edge read files (`codebook_file`, `quality_file`, `stream`, `cache`, `dictionary`); all others are pure.
"""

from ujo_lib.tagging.codebook import Codebook, CodebookError, CodebookProblem, compile_codebook
from ujo_lib.tagging.codebook_file import load_codebook, parse_codebook
from ujo_lib.tagging.tagger import Evidence, TagResult, evidence, tag

__all__ = [
    "Codebook",
    "CodebookError",
    "CodebookProblem",
    "Evidence",
    "TagResult",
    "compile_codebook",
    "evidence",
    "load_codebook",
    "parse_codebook",
    "tag",
]
