"""Working hours: calendars, holidays and closures in local time, as step functions of servers in UTC seconds."""
