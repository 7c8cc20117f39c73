"""What bench/run and bench/peers share; the standard library only."""
