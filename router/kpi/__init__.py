"""Measures from records: the fold into facts, the registry of measures, their evaluation, the archive, the audit."""
