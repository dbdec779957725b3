"""What is released and published: the template, the artifact, the wheel, the workflows, the examples."""
