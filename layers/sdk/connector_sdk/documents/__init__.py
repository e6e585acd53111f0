"""Documents: references in a job's variables, their content, and the intrinsic functions that take them."""
