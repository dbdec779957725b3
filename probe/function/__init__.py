"""The probe's function. This folder is the whole of its artifact, and boto3 comes with Lambda's runtime."""
