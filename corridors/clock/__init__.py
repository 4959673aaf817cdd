"""Working hours in local time, as step functions of servers in UTC."""
