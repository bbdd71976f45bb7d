"""Pure: the IVR's language. One file per node type under ``nodes/``; ``session`` walks a caller through a flow."""
