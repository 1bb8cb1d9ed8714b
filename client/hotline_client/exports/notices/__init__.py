"""Notices as others read and write them: NOTAM, NAVAREA and EMCON texts, GeoJSON, maps; and the files they come from."""
