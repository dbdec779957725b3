"""What the provider may do, held against what it does; who may make it do so; and what of theirs it repeats.

`facts` is what other tools say: the template as SAM transforms it, and AWS's service authorization reference. `template`
resolves the role's policies for given parameters, `iam` evaluates them. `needs` says which permissions a call takes, and
`runs` makes the calls: the real handler in the world of the tests, with every setting.
"""
