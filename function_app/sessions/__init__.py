"""Sessions: one sitting of a meeting, from the first join to the last leave."""
