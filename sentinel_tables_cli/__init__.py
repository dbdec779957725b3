"""`sentinel-tables`: what a deployment would do, seen before it is made. Never part of the Lambda artifact.

The trip of a template, told once. `template` reads it, `intrinsics` turns its functions into values as far as they are known
beforehand, `references` knows what they may name, and `properties` checks these along the very readers of the function, and
asks the function's own parsing for the table that is wanted. `live` reads the table that stands, `stack` what CloudFormation
knows. `forecast` puts the two before `sentinel_tables.plan`, which decides, here as in the function, and `removal` does so
for a table that is left; what comes of it is an `outcome`. `attributes` knows what a template may ask of a table. `changes`
and `durations` put the steps into words and time, `present` prints. `drift` is the same for a table without its template,
`formats` writes a schema in other languages, `parameters` reads what is given for a template's parameters, and `app` is the
command line. Imports point one way: from here into `sentinel_tables`, never back.
"""
