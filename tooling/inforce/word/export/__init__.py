"""Write a redline as a Word document with tracked changes."""
