"""The screen as a whole: the views in their frame, the bars around them, and what keys mean everywhere."""
