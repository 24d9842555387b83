"""The image as it ships, run by a workflow runner on the examples as they stand, against the test server.

Needs root, podman, runc and debootstrap; run by `.ci/run` and `make e2e`, skipped elsewhere with a reason.
"""
