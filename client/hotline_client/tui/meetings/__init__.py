"""The Meetings view: time, place and level, each agreed by itself; candidates with each side's answer; the coming weeks."""
