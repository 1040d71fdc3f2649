"""SaltScope without a screen: data, figures, models, jobs and reviews."""
