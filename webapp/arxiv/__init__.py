"""What arXiv says and how: identifiers, calendar, records, one pure parser per source."""
