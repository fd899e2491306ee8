"""Build the table of traditional Chinese characters and their simplified ones, from OpenCC.

Run `pip install opencc==1.4.2 && python tools/build_characters.py`. It writes traditional.txt into
src/hrwatch/data. Only what is one character on both sides is taken: folding keeps offsets. What
OpenCC decides by the phrase (著 in 著名) is folded the same way everywhere; both sides of a
comparison are.
"""

import unicodedata
from pathlib import Path

import opencc

TARGET = Path(__file__).parent.parent / "src/hrwatch/data/traditional.txt"
IDEOGRAPHS = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))
A_LINE = 24  # pairs
ALSO = {"砲": "炮"}  # variants that news writes and OpenCC keeps apart


def main() -> None:
    """Write the table: pairs of characters, the traditional one first."""
    simplify = opencc.OpenCC("t2s").convert
    variants = [opencc.OpenCC(name).convert for name in ("tw2t", "hk2t")]
    simplified = dict(ALSO)
    for character in map(chr, IDEOGRAPHS):
        candidates = (simplify(character), *(simplify(same(character)) for same in variants))
        for candidate in candidates:
            if candidate != character and len(candidate) == 1 and candidate <= "\uffff":
                simplified[character] = candidate
                break
    pairs = [character + _last(character, simplified) for character in sorted(simplified)]
    lines = ("".join(pairs[at : at + A_LINE]) for at in range(0, len(pairs), A_LINE))
    text = unicodedata.normalize("NFC", "\n".join(lines) + "\n")
    TARGET.write_text(text, encoding="utf-8")
    print(f"{len(pairs)} pairs")  # noqa: T201 - a script


def _last(character: str, simplified: dict[str, str]) -> str:
    """Follow the table to its end, so that folding twice is folding once."""
    seen = {character}
    while (after := simplified.get(character)) and after not in seen:
        seen.add(character := after)
    return character


if __name__ == "__main__":
    main()
