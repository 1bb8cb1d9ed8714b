"""Minutes on the screen: in the Meetings view, under the meetings."""
