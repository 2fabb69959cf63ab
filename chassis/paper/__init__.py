"""What every service puts on paper with: letters, tables, pages, codes for phones."""
