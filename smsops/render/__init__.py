"""Values into text. A renderer takes the value and `color`, and returns a string; nothing here prints.

Each kind of value has a table of renderers at the end of its module, which also says what formats a command offers.
Add a format by a function and a line.
"""
