"""What notebook 05 says of the year: key figures, comparison over years, statements held against cells, goals."""
