"""The sweep: for every scenario, for every call in it, every kind of fault; then what must hold, whatever happened."""
