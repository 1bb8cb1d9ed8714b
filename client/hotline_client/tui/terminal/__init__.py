"""The terminal itself: what it mishears, how it is rung, and how the screen leaves it."""
