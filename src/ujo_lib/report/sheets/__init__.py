"""The sheets: published tables as CSV files and as a workbook."""
