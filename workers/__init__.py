"""What happens without anybody waiting: jobs and the timetable."""
