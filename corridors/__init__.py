"""What the world is: places, links, ports, services and calendars, declared in tables. Never imports ``sim``."""
