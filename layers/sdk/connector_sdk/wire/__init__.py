"""How bytes leave the machine: kept-alive connections to the engine and AWS, denied addresses, the guarded dial."""
