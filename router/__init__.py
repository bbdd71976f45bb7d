"""An IVR and ACD call router on Asterisk."""
