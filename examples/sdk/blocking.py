"""The same without `async`, for a short script."""

import os
import sys

from hotline_client import Hotline

with Hotline.blocking(sys.argv[1], os.fdopen(3).readline().rstrip("\n")) as line:
    sent = line.send("plenary", "Good morning.", key="good-morning")
    print(sent.relayed(within=30).reference)
