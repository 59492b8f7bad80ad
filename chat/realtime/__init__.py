"""Live carriage: the bus between processes, the hub that delivers, who is present. It knows no feature."""
