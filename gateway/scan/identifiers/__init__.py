"""Numbers that states, banks and networks give to people: their forms, their arithmetic, and where they stand.

One table row per form (`table`, `tables_*`); the arithmetic lies beside it by part of the world. Must never
raise on any text, and never know a value after it has been judged.
"""
