"""A settlement in every form: files for spreadsheets and for programs, workbook, JSON, sums."""
