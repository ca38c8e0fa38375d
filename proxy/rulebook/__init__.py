"""The rule base as a book for people: what each rule is, what it finds, what each policy does with that.

`entry` gathers, `page` writes one HTML file and `sheet` markdown. Pure; nothing here finds or judges for real.
"""
