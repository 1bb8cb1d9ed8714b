"""Who is who: authorities, cards, certificates, revocation, charters and the one membership decision. Pure."""
