"""What can be seen and counted in a data set: filters, statistics, figures."""
