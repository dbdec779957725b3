"""Calls to AWS and their answers. The only room that knows botocore; what AWS refuses is sorted here and nowhere else."""
