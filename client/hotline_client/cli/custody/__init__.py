"""The commands of custodians and new devices: authorities, charters, certificates; all offline."""
