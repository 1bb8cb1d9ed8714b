"""The Notices view: who does what, where and when, in three arenas; conflicts and disputes on top."""
