"""What a reader is told of an area in sentences: each made from values that it names, beside words of authors."""
