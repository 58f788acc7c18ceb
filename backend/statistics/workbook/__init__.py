"""The year's table as a workbook in the office's habit (domain facts §7.2)."""

from backend.statistics.workbook.book import file_name, version_of, write
