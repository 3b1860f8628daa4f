"""Small servers of others: what `requirements.txt` installs, and what starts them in that Python."""
