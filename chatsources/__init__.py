"""Where a live's chat comes from: every source turns its platform's wire into `LiveEvent`s."""
