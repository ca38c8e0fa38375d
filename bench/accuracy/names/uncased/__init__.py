"""Names in scripts without capitals: texts written for this count, and documents of packages in which next to none are.

`looked-at.txt` was read while the finder was made, `held-out.txt` written before and counted at its end. A text begins
with a line of `---` and its language; persons' names in it stand between `⟦` and `⟧`. `document` reads the packages,
`command` counts and prints.
"""
