"""The demonstration: one day of the programme in Kota Kupang, played from outside."""
