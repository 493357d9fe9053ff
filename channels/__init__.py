"""What people see: each channel renders replies and decides nothing."""
