"""What `make check-infra` looks at: Bicep, charts, images, workflows, alerts and scripts. `python -m scripts.infra`.

Every check says how many things it looked at. One that found nothing to look at has failed: several of the tools behind
them pass in silence over what they cannot read.
"""
