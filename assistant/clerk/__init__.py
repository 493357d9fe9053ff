"""The window clerk's desk: finding an item, its sheet, notices of what is missing, reports of what is wrong."""
