"""Python's expat with an empty listener: the yardstick that machines are compared by. It takes a report or a folder."""
import os
import sys
import xml.parsers.expat


def parse(path):
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: None
    with open(path, "rb") as file:
        parser.ParseFile(file)


[given] = sys.argv[1:]
if os.path.isdir(given):
    for name in sorted(os.listdir(given)):
        parse(os.path.join(given, name))
else:
    parse(given)
