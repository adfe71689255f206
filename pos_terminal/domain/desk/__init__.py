"""What each group of keys does at the counter: functions over one `Desk`, a module a trade."""
