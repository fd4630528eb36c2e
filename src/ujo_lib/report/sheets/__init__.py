"""The sheets: published tables as CSV files and as a workbook, and the rules for machine-readable tables."""
