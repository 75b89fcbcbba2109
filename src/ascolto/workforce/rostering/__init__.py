"""Rostering: named people, their contracts and wishes, and who works when on what.

`instance` is the format, `legal` the rules with their articles, `problem` both as arrays, `kernel`
one person's best two weeks, `search` everybody's, `roster` the answer, `checking` an examiner that
shares nothing with them. `covering` is the anonymous question: how many of which shift.
"""
