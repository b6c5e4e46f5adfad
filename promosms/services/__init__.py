"""What happens: functions of one transaction each, without request and HTML."""
