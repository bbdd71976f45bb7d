"""Reports: one page for a manager to print, and the same rows for spreadsheets; counted by the registry alone."""
