"""Rules for cfn-lint: `cfn-lint template.yaml --append-rules "$(sentinel-tables rules)"`.

cfn-lint imports each file of this folder by itself; so a rule imports by full names.
"""
