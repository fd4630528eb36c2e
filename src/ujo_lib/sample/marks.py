"""The mark that every synthetic file carries."""

from typing import Final

SYNTHETIC: Final = "合成データ"
README_JA: Final = """\
合成データ
==========
このフォルダーの中身は、すべてプログラム(ujo_lib.sample)が乱数から作った合成データです。
実在の人・世帯・相談・広告・調査の記録は一件も含みません。相談本文も創作です。
公表された総数(件数・人数・日付)だけを公表値に合わせ、内訳・個票・文章はすべて架空です。
この合成データから作った図表・報告書には、必ず「合成データ」と表示してください。

乱数の種(seed): {seed}
作り直すには: ujo sample   または   python -m ujo_lib.sample
truth/ には、埋め込んだ答え(季節の形、施策の効果、相談の主題)があります。検査のためのもので、分析では読みません。
"""
