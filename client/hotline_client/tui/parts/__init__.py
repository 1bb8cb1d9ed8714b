"""What views are made of: acts, lists with details, forms, questions, and the state they all look at."""
