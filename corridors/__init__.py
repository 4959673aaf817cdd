"""World data: places, links, ports, services and calendars, as tables.

Never imports ``sim``.
"""
