"""A probability sample of residents: weights, and estimates whose intervals know how the sample was drawn."""
