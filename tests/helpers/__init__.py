"""Small worlds, random plans, hand-made results and browsers that tests share."""
