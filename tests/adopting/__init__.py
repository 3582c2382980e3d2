"""Live services as channel files."""

SID = "MG0123456789ABCDEF012345676789abcd"
