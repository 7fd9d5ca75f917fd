"""Read bags in archives (zip, tar) in place, and pack and unpack them."""
