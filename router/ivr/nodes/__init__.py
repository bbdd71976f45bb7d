"""Pure: the node types, one per file; the file's name is the type's name in YAML."""
