"""The ceremony on files: authorities, pairing, charter, enrolment, and a rehearsal of all of it. No network, no prompts."""
