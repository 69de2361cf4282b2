"""Pictures and pages made from what the other rooms found."""
