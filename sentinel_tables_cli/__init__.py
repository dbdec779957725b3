"""`sentinel-tables` shows what a deployment would do before it is made. It is never part of the Lambda artifact.

A template's trip: `template` reads it, and works out its functions as far as their values are known before a deployment.
`checks` compares the properties with what the function itself would read, and asks the function's own parsing which table
is wanted. `account` reads the tables that stand, and what CloudFormation knows. `forecast` gives both to the function's own
plan, and puts the steps into words and time. `status` does the same for tables without their template. `report` prints, and
decides nothing. `app` is the command line, `options` what its commands have in common. Imports point one way: from here
into `sentinel_tables`, never back.
"""
